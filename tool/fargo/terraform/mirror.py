"""Air-gapped machines: find a filesystem mirror of the AWS provider, and tell Terraform of it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from fargo.errors import PrerequisiteError

ENV_MIRROR = "FARGO_PROVIDER_MIRROR"
ENV_CLI_CONFIG = "TF_CLI_CONFIG_FILE"
PROVIDER = Path("registry.terraform.io/hashicorp/aws")
_VERSION = re.compile(r"\d+\.\d+\.\d+")


def find_mirror(environ: Mapping[str, str], *, home: Path, opt: Path = Path("/opt")) -> Path | None:
    """The first folder that holds the AWS provider as a filesystem mirror.

    Args:
        environ: what `FARGO_PROVIDER_MIRROR` names is taken.
        home: the user's home: Terraform's own implied mirrors lie there.
        opt: each folder directly under it is looked at last.

    Raises:
        PrerequisiteError: `FARGO_PROVIDER_MIRROR` names a folder without the provider.
    """
    named = environ.get(ENV_MIRROR)
    if named and not _holds_provider(Path(named)):
        raise PrerequisiteError(
            f"{ENV_MIRROR} names {named}, which holds no {PROVIDER}",
            f"make it with `terraform providers mirror`, or unset {ENV_MIRROR}",
        )
    if named:
        return Path(named).absolute()
    return next((folder for folder in _candidates(home, opt) if _holds_provider(folder)), None)


def _holds_provider(folder: Path) -> bool:
    return _yes((folder / PROVIDER).is_dir)


def _yes(look: Callable[[], bool]) -> bool:
    """What a look at a path says; where this user may not look, it is not there."""
    try:
        return look()
    except OSError:
        return False


def _candidates(home: Path, opt: Path) -> Iterator[Path]:
    # Terraform documentation, "Implied local mirror directories".
    yield home / ".terraform.d" / "plugins"
    yield home / ".local" / "share" / "terraform" / "plugins"
    yield Path("/usr/local/share/terraform/plugins")
    yield Path("/usr/share/terraform/plugins")
    with suppress(OSError):
        yield from sorted(opt.iterdir())


def versions(mirror: Path) -> tuple[str, ...]:
    """The AWS provider's versions in a filesystem mirror, for whatever platform, packed or not.

    Source: Terraform documentation, “Provider installation”, `filesystem_mirror`.
    """
    names = (item.name.removeprefix("terraform-provider-aws_") for item in (mirror / PROVIDER).iterdir())
    found = {match[0] for name in names if (match := _VERSION.match(name))}
    return tuple(sorted(found, key=lambda version: [int(part) for part in version.split(".")]))


def own_cli_config(environ: Mapping[str, str], *, home: Path) -> Path | None:
    """The user's own CLI configuration, where there is one: it is then left to rule."""
    named = environ.get(ENV_CLI_CONFIG, "")
    file = Path(named) if named else home / ".terraformrc"
    return file if _yes(file.is_file) else None


def cli_config(mirror: Path) -> str:
    """A CLI configuration that takes the AWS provider from `mirror` and leaves the others alone."""
    include = json.dumps([str(PROVIDER)])
    return (
        "disable_checkpoint = true\n"
        "provider_installation {\n"
        f"  filesystem_mirror {{\n    path    = {json.dumps(str(mirror))}\n    include = {include}\n  }}\n"
        f"  direct {{\n    exclude = {include}\n  }}\n"
        "}\n"
    )


def configure(environ: Mapping[str, str], *, home: Path, folder: Path) -> dict[str, str]:
    """What a Terraform process needs in its environment to find the provider.

    Args:
        environ: fargo's own environment.
        home: the user's home.
        folder: where a generated CLI configuration may be written.

    Raises:
        PrerequisiteError: `FARGO_PROVIDER_MIRROR` names a folder without the provider.
    """
    own = own_cli_config(environ, home=home)
    if own and not environ.get(ENV_MIRROR):
        return {ENV_CLI_CONFIG: str(own)}
    mirror = find_mirror(environ, home=home)
    if mirror is None:
        return {}
    file = folder / "terraform.rc"
    file.write_text(cli_config(mirror), encoding="utf-8")
    return {ENV_CLI_CONFIG: str(file)}


def is_used(provider: Mapping[str, str]) -> bool:
    """Whether providers come from a mirror.

    Args:
        provider: what `configure` returned.
    """
    file = provider.get(ENV_CLI_CONFIG)
    return file is not None and "provider_installation" in Path(file).read_text("utf-8", "replace")
