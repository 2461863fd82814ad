"""A base image with pip and the examples' wheels: their `pip install` finds all of them there, and asks nobody.

For machines that build without a network; elsewhere the examples' own base and PyPI do.
"""

import hashlib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import docker
from docker.errors import ImageNotFound

EXAMPLES = Path(__file__).parents[2] / "examples"
WHEELS = tuple(f"manylinux{version}_x86_64" for version in ("2014", "_2_17", "_2_27", "_2_28"))
DOCKERFILE = r"""
FROM {base}
COPY pip/ /usr/local/lib/python{version}/dist-packages/
COPY wheels/ /wheels/
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
RUN rm -f /usr/lib/python3*/EXTERNALLY-MANAGED \
 && printf '#!/bin/sh\nexec python3 -m pip "$@"\n' > /usr/local/bin/pip \
 && chmod +x /usr/local/bin/pip
"""


def example_base(base: str) -> str:
    """The tag of the image, made where the engine has it not yet.

    Args:
        base: what it is made of, a Debian whose Python is the distribution's; empty where a base with pip can be
            pulled: then nothing is made.
    """
    if not base:
        return ""
    files = sorted(EXAMPLES.glob("*/requirements.txt"))
    client = docker.from_env()
    try:
        made_of = client.images.get(base).id.encode()
        content = hashlib.sha256(made_of + DOCKERFILE.encode() + b"".join(f.read_bytes() for f in files))
        tag = f"fargo-examples:{content.hexdigest()[:16]}"
        try:
            client.images.get(tag)
        except ImageNotFound:
            _make(client, tag, base, files)
    finally:
        client.close()
    return tag


def _make(client: docker.DockerClient, tag: str, base: str, requirements: list[Path]) -> None:
    version = client.containers.run(
        base, ["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], remove=True
    )
    found = re.fullmatch(r"3\.\d+", version.decode().strip())
    assert found, version
    with tempfile.TemporaryDirectory(prefix="fargo-examples-") as folder:
        pip = [sys.executable, "-m", "pip"]
        subprocess.run(
            [*pip, "install", "--quiet", "--target", f"{folder}/pip", "pip"], check=True, timeout=300
        )
        command = [*pip, "download", "--quiet", "--only-binary=:all:", "--dest", f"{folder}/wheels"]
        command += ["--python-version", found[0]]
        command += [word for wheel in WHEELS for word in ("--platform", wheel)]
        command += [word for file in requirements for word in ("--requirement", str(file))]
        subprocess.run(command, check=True, timeout=300)
        (Path(folder) / "Dockerfile").write_text(
            DOCKERFILE.format(base=base, version=found[0]), encoding="utf-8"
        )
        client.images.build(path=folder, tag=tag, rm=True, forcerm=True)
