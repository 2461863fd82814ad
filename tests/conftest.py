"""What every test may rely on: nothing of the developer's own account, home or settings gets in."""

import functools
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.loaders import JSONFileLoader

from fargo.local import daemon

OURS = ("AWS_", "FARGO_", "TF_", "DOCKER_HOST", "NO_COLOR", "CI")
TESTS = Path(__file__).parent
KEPT = ("AWS_CA_BUNDLE", "FARGO_TEST_", "FARGO_CHECKOV", "FARGO_PROVIDER_MIRROR")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `-n`, a folder's tests run in one process: they share what they have in the engine."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group(item.path.relative_to(TESTS).parts[0]))


@pytest.fixture(scope="session", autouse=True)
def _clean_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No AWS credentials, no settings of fargo's or Terraform's, an empty home, no local AWS of the user's.

    A local AWS that a test forgot is stopped at the end.
    """
    before = dict(os.environ)
    for name in before:
        if name.startswith(OURS) and not name.startswith(KEPT):
            del os.environ[name]
    # A shell's background job ignores Ctrl-C, and so would every process that the tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    home = tmp_path_factory.mktemp("home")
    os.environ |= {
        "HOME": str(home),
        "XDG_STATE_HOME": str(home / "state"),
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(home / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(home / "no-credentials"),
    }
    yield
    daemon.stop()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session", autouse=True)
def _models_are_read_once() -> Iterator[None]:
    """Let botocore parse each file of its models once, and not once for each of the suite's thousand sessions.

    Within a session all its clients share them just so: they are only read.
    """
    read = functools.cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", lambda _, path: read(path))
        yield
