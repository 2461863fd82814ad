"""Where the files that travel with fargo lie: the Terraform stack, the default image, the examples."""

from pathlib import Path


def asset(name: str) -> Path:
    """The folder `terraform`, `image` or `examples`: inside the wheel, or beside `tool/` in a checkout."""
    package = Path(__file__).resolve().parent
    packaged = package / "_data" / name
    return packaged if packaged.is_dir() else package.parents[1] / name
