"""The README's pictures of the monitor: small, and the same each time that they are drawn."""

import asyncio
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).parents[2] / "docs"
LARGEST = 150_000


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pictures", DOCS / "pictures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_picture_is_the_same_each_time_it_is_drawn(pictures: ModuleType) -> None:
    first, second = (asyncio.run(pictures.picture("errors", (80, 24))) for _ in range(2))
    assert first == second
    assert "OutOfMemoryError" in first


def test_each_screen_has_its_pictures_and_they_are_small(pictures: ModuleType) -> None:
    sizes = {file.name: file.stat().st_size for file in (DOCS / "pictures").glob("monitor-*.svg")}
    assert set(sizes) == {
        f"monitor-{name}-{size}.svg" for name in pictures.PICTURES for size in pictures.SIZES
    }
    assert max(sizes.values()) < LARGEST
