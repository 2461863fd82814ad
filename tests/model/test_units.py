import pytest

from fargo.model import units


@pytest.mark.parametrize(
    ("text", "mib"), [("512 MiB", 512), ("2 GiB", 2048), ("2G", 2048), ("0.5 GiB", 512), (" 30M ", 30)]
)
def test_sizes(text: str, mib: int) -> None:
    assert units.mebibytes(text) == mib


@pytest.mark.parametrize("text", ["", "512", "2 GB", "-1 GiB", "0.3 MiB", "two GiB", "9" * 400 + " GiB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"a size such as|whole number"):
        units.mebibytes(text)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("15m", 900),
        ("1h30m", 5400),
        ("2d", 172_800),
        ("900", 900),
        (" 15m ", 900),
        ("0", 0),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert units.seconds(text) == seconds


@pytest.mark.parametrize("text", ["", " ", "-1", "15m 20", "1.5h", "30m1h", "soon", "9" * 5000])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a duration such as"):
        units.seconds(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(-3, "0s"), (0.4, "0s"), (59, "59s"), (191, "3m11"), (7500, "2h05m"), (273_600, "3d04h")],
)
def test_durations_read_as_people_read_them(seconds: float, text: str) -> None:
    assert units.duration_text(seconds) == text
