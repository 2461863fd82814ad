"""checkov, found by FARGO_CHECKOV, run over a folder with the project's own policies and those built in that hold a promise."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from mutations import MUTATIONS
from policy_scan import ROOT, Scan, Verdict, verdicts_of

POLICIES = ROOT / "terraform" / "policies"


@pytest.fixture(scope="session")
def policy_ids() -> list[str]:
    sources = [path.read_text() for path in POLICIES.iterdir() if path.suffix in {".py", ".yaml"}]
    return sorted(id_ for source in sources for id_ in re.findall(r"CKV2_FARGO_\d+", source))


@pytest.fixture(scope="session")
def scan(tmp_path_factory: pytest.TempPathFactory, policy_ids: list[str]) -> Scan:
    checks = sorted({*policy_ids, *(mutation.policy for mutation in MUTATIONS.values())})
    program = os.environ.get("FARGO_CHECKOV", "")
    if not program:
        pytest.fail("FARGO_CHECKOV names no checkov; `nox -s policy` installs one in its own environment")

    def run(folder: Path) -> list[Verdict]:
        done = subprocess.run(
            [
                *(program, "--directory", str(folder), "--framework", "terraform", "--skip-download"),
                *("--external-checks-dir", str(POLICIES), "--check", ",".join(checks)),
                *("--output", "json"),
            ],
            # A folder of its own: checkov reads a .checkov.yaml that it finds where it starts.
            cwd=tmp_path_factory.mktemp("checkov"),
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr
        return list(verdicts_of(json.loads(done.stdout)["results"]))

    return run
