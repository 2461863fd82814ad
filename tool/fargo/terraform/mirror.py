"""Air-gapped machines: find a filesystem mirror of the AWS provider, and tell Terraform of it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

ENV_MIRROR = "FARGO_PROVIDER_MIRROR"
ENV_CLI_CONFIG = "TF_CLI_CONFIG_FILE"
PROVIDER = Path("registry.terraform.io/hashicorp/aws")


def find_mirror(environ: Mapping[str, str], *, home: Path, opt: Path = Path("/opt")) -> Path | None:
    """The first folder that holds the AWS provider as a filesystem mirror.

    Args:
        environ: `FARGO_PROVIDER_MIRROR` is looked at first.
        home: the user's home: Terraform's own implied mirrors lie there.
        opt: each folder directly under it is looked at last.
    """
    return next((folder for folder in _candidates(environ, home, opt) if (folder / PROVIDER).is_dir()), None)


def _candidates(environ: Mapping[str, str], home: Path, opt: Path) -> Iterator[Path]:
    if environ.get(ENV_MIRROR):
        yield Path(environ[ENV_MIRROR])
    # Terraform documentation, "Implied local mirror directories".
    yield home / ".terraform.d" / "plugins"
    yield home / ".local" / "share" / "terraform" / "plugins"
    yield Path("/usr/local/share/terraform/plugins")
    yield Path("/usr/share/terraform/plugins")
    if opt.is_dir():
        yield from sorted(folder for folder in opt.iterdir() if folder.is_dir())


def own_cli_config(environ: Mapping[str, str], *, home: Path) -> Path | None:
    """The user's own CLI configuration, where there is one: it is then left to rule."""
    named = environ.get(ENV_CLI_CONFIG, "")
    file = Path(named) if named else home / ".terraformrc"
    return file if file.is_file() else None


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
