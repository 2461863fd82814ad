"""`fargo-base:local`: a base image from the machine's own Debian mirror, for places that pull none.

It stands in for `python:3-slim` where no registry is in reach: Debian (or Ubuntu) of the
host's release with `python3`, `python`, CA certificates and apt.
"""

import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine_api import engine_host, has_image, import_image, pull_image
from machine import apt_install, os_release, run, say

BASE_IMAGE = "fargo-base:local"
PUBLIC_IMAGE = "python:3.13-slim"
"""The default `BASE_IMAGE` of the Dockerfiles."""

_PACKAGES = "python3,python-is-python3,ca-certificates"
_CHANGES = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV LANG=C.UTF-8",
    'CMD ["python3"]',
]
# What Debian's own slim images leave out; copyright files stay, as the licences ask.
_SLIM = (
    "path-exclude=/usr/share/doc/*",
    "path-include=/usr/share/doc/*/copyright",
    "path-exclude=/usr/share/man/*",
    "path-exclude=/usr/share/info/*",
    "path-exclude=/usr/share/locale/*",
    "path-exclude=/usr/share/lintian/*",
)
# The host's way to its mirror: proxies, and a clock that a frozen mirror's dates need not fit.
_APT_WAY = re.compile(r"^Acquire::(https?|ftp|Retries|ForceIPv|Check-)")


def choose_base_image() -> str:
    """What the examples' `BASE_IMAGE` shall be on this machine.

    Returns:
        Empty where the Dockerfiles' own default can be pulled; else `fargo-base:local`, made here.

    Raises:
        SetupError: neither can be had.
    """
    host = engine_host()
    if has_image(host, BASE_IMAGE):
        return BASE_IMAGE
    if has_image(host, PUBLIC_IMAGE) or pull_image(host, PUBLIC_IMAGE):
        return ""
    return ensure_base_image()


def ensure_base_image(tag: str = BASE_IMAGE) -> str:
    """Make the base image unless the engine has it already.

    Root installs mmdebstrap where it is missing; anyone else needs it installed.

    Args:
        tag: `name:tag` of the image.

    Returns:
        The tag, for `--build-arg BASE_IMAGE=`.

    Raises:
        SetupError: mmdebstrap is missing, or the mirror or the engine failed.
    """
    host = engine_host()
    if has_image(host, tag):
        return tag
    if not shutil.which("mmdebstrap"):
        apt_install(["mmdebstrap"], reason="A base image is made by mmdebstrap")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="fargo-base-") as folder:
        root = Path(folder) / "root.tar"
        say(f"making {tag} from Debian's packages with mmdebstrap: half a minute, or the mirror's time")
        run(_mmdebstrap(root))
        with root.open("rb") as tar:
            import_image(host, tag, tar, changes=_CHANGES, message="made by fargo's sessions with mmdebstrap")
    say(f"made {tag} in {time.monotonic() - started:.0f} s")
    return tag


def mirrors(targets: Iterable[str], codename: str) -> Iterator[str]:
    """The sources.list lines of the distribution itself.

    Args:
        targets: `site release component` per line, as `apt-get indextargets` formats them.
        codename: the host's release; other suites are somebody else's packages.
    """
    suites = {codename, f"{codename}-updates", f"{codename}-security"}
    for target in dict.fromkeys(targets):
        site, release, component = target.split(" ")
        if release in suites and component == "main":
            yield f"deb {site} {release} {component}"


def _mmdebstrap(root: Path) -> list[str]:
    """The command that writes the root filesystem to the tar file `root`."""
    settings = root.with_name("apt.conf")
    dump = run(["apt-config", "dump", "Acquire"]).splitlines()
    settings.write_text("".join(f"{line}\n" for line in dump if _APT_WAY.match(line)), encoding="utf-8")
    codename = os_release().get("VERSION_CODENAME", "stable")
    parts = "$(SITE) $(RELEASE) $(COMPONENT)"
    targets = run(["apt-get", "indextargets", "--format", parts, "Created-By: Packages"])
    return [
        *("mmdebstrap", "--variant=minbase", f"--include={_PACKAGES}", "--quiet"),
        f"--aptopt={settings}",
        *(f"--dpkgopt={line}" for line in _SLIM),
        # Without it a conversion tool and all of perl come along.
        "--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr",
        # The host's name, resolver and proxy are no business of the image.
        '--customize-hook=cd "$1/etc" && rm -f apt/apt.conf.d/99mmdebstrap hostname resolv.conf',
        '--customize-hook=cd "$1/var" && rm -rf log/* cache/debconf/*-old cache/ldconfig',
        *(codename, str(root), *mirrors(targets.splitlines(), codename)),
    ]
