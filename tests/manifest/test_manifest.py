import hashlib
import json
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from fargo.errors import UsageError
from fargo.manifest import Manifest, Outside, Over, check_command, prepared
from fargo.model import naming

Make = Callable[..., Manifest]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    monkeypatch.chdir(tmp_path)
    opened = []

    def make(
        content: str,
        *,
        name: str = "photos.csv",
        command: Sequence[str] = (),
        inputs: Sequence[str] = (),
        also: Sequence[str] = (),
    ) -> Manifest:
        Path(name).write_text(content, encoding="utf-8")
        over = Over(sources=(name, *also))
        opened.append(prepared(over, command=command, inputs=inputs, bucket="work", outside=Outside()))
        return opened[-1].__enter__()

    yield make
    for each in opened:
        each.__exit__(None, None, None)


def lines(manifest: Manifest) -> list[dict[str, str]]:
    return [json.loads(line) for line in manifest.jsonl.read_bytes().splitlines()]


def test_the_index_says_where_each_row_begins_and_the_last_ends(make: Make) -> None:
    rows = [{"a": "x" * n, 'say "b"': f"é\n{n}"} for n in range(5_000)]
    manifest = make("\n".join(map(json.dumps, rows)), name="t.jsonl")
    data, index = manifest.jsonl.read_bytes(), manifest.index.read_bytes()
    offsets = [offset for (offset,) in struct.iter_unpack(naming.OFFSET, index)]
    assert (manifest.rows, len(offsets), offsets[0], offsets[-1]) == (5_000, 5_001, 0, len(data))
    assert [json.loads(data[a:b]) for a, b in pairwise(offsets)] == rows
    assert all(data[end - 1 : end] == b"\n" for end in offsets[1:])
    assert manifest.sha256 == hashlib.sha256(data).hexdigest()
    assert manifest.columns == ("a", 'say "b"')


def test_its_files_are_gone_afterwards(tmp_path: Path) -> None:
    (tmp_path / "list").write_text("a\n")
    over = Over(sources=(str(tmp_path / "list"),))
    with prepared(over, command=(), inputs=(), bucket="b", outside=Outside()) as manifest:
        assert manifest.jsonl.stat().st_mode & 0o077 == 0 or manifest.jsonl.parent.stat().st_mode & 0o077 == 0
    assert not manifest.jsonl.parent.exists()


def test_columns_are_those_of_all_sources_in_order_of_appearance(make: Make) -> None:
    Path("b.jsonl").write_text('{"z": 1, "a": 2}\n{"c": 3}\n')
    manifest = make("a,b\n1,2\n", also=("b.jsonl",))
    assert manifest.columns == ("a", "b", "z", "c")
    assert lines(manifest) == [{"a": "1", "b": "2"}, {"z": "1", "a": "2"}, {"c": "3"}]


def test_hostile_values_arrive_as_they_are(make: Make) -> None:
    hostile = [
        "$(rm -rf /)",
        "`id`",
        "'; drop table rows; --",
        "{row}",
        "{{a}}",
        "\x1b[2J",
        "-rf",
        "a\nb",
        "\u202e",
        " ",
    ]
    manifest = make(
        "\n".join(json.dumps({"a": value}) for value in hostile), name="t.jsonl", command=("{a}",)
    )
    assert [row["a"] for row in lines(manifest)] == hostile


@pytest.mark.parametrize(
    ("content", "command", "inputs", "said", "hint"),
    [
        ("photo,b\n1,2\n", ["{foto}"], [], "photos.csv, line 2: the command wants {foto}, and the columns are photo, b", "did you mean {photo}? {{foto}} writes it literally"),
        ("photo;b\n1;2\n", ["{photo}"], [], "photos.csv, line 2: the command wants {photo}, and the columns are photo;b", "';' seems to separate its columns: a CSV has commas there, a TSV tabs"),
        ("photo,b\n1,2\n", [], ["foto"], "photos.csv, line 2: no column 'foto', which inputs name, and the columns are photo, b", "did you mean photo?"),
        ("a b,a-b\n1,2\n", [], [], "photos.csv, line 2: the columns 'a b' and 'a-b' would both be the variable FARGO_ROW_A_B", "rename one of them"),
        ("a,A\n1,2\n", [], [], "photos.csv, line 2: the columns 'a' and 'A' would both be the variable FARGO_ROW_A", "rename one of them"),
        ("row,b\n1,2\n", ["{row}"], [], "photos.csv, line 2: {row} is fargo's own placeholder, and there is a column row too", "rename the column"),
        (f"a,b\n1,2\n1,{'x' * 100_001}\n", [], [], "photos.csv, line 3: the value in 'b' has 100,001 bytes; a command can be given 100,000", "put it into a file, and name that in the row"),
        (f"a,b\n1,{'é' * 50_001}\n", [], [], "photos.csv, line 2: the value in 'b' has 100,002 bytes; a command can be given 100,000", "put it into a file, and name that in the row"),
        (",".join(f"c{n}" for n in range(1_001)) + "\n" + "," * 1_000 + "\n", [], [], "photos.csv, line 2: more than 1,000 different columns", "are its keys data? make them values"),
        (",".join(f"c{n}" for n in range(11)) + "\n" + ",".join(["é" * 45_500] * 11) + "\n", [], [], "photos.csv, line 2: the row has 1,001,000 bytes; 1,000,000 are allowed", "put it into a file, and name that in the row"),
    ],
)  # fmt: skip
def test_what_no_container_could_run_is_refused(
    make: Make, content: str, command: list, inputs: list, said: str, hint: str
) -> None:
    with pytest.raises(UsageError) as refused:
        make(content, command=command, inputs=inputs)
    assert (refused.value.message, refused.value.hint) == (said, hint)


def test_a_value_of_the_most_bytes_is_taken(make: Make) -> None:
    assert make(f"a\n{'x' * 100_000}\n").rows == 1


def test_a_column_named_as_a_placeholder_is_none_of_our_business_where_no_command_uses_it(make: Make) -> None:
    assert make("row,run\n1,2\n", command=["{{row}}", "x"]).columns == ("row", "run")


def test_a_row_without_a_wanted_column_is_refused_by_its_line(make: Make) -> None:
    with pytest.raises(UsageError, match=r"^t.jsonl, line 2: no column 'a', which the command wants"):
        make('{"a": 1}\n{"b": 1}\n', name="t.jsonl", command=["{a}"])
    with pytest.raises(UsageError, match=r"^t.jsonl, line 1: no column 'file name', which the command wants"):
        make('{"b": 1}\n{"file name": 1}\n', name="t.jsonl", command=["{file name}"])


def test_a_file_name_that_is_not_utf8_is_refused(make: Make) -> None:
    Path(b"caf\xe9.jpg".decode(errors="surrogateescape")).touch()
    with pytest.raises(UsageError, match="is not UTF-8") as refused:
        make("a\n1\n", also=("*.jpg",))
    assert refused.value.hint == "rename the file"


def test_a_job_without_rows_may_want_what_is_fixed_alone() -> None:
    assert check_command(["{row}", "{run}", "{output}", "{{x}}", "${HOME}"]) == ()
    with pytest.raises(
        UsageError, match=r"(?m)^the command wants \{photo\}, and the job has no rows$"
    ) as refused:
        check_command(["{photo}"])
    assert refused.value.hint == "give rows with --over, or: {{photo}} writes it literally"


PEAK = """
import sys
from pathlib import Path
from fargo.manifest import Outside, Over, prepared
with prepared(Over(sources=(sys.argv[1],)), command=("{a}",), inputs=(), bucket="b", outside=Outside()) as manifest:
    print(manifest.rows, next(line.split()[1] for line in Path("/proc/self/status").open() if line.startswith("VmHWM:")))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux for the most memory that a process had")
def test_memory_does_not_grow_with_rows(tmp_path: Path) -> None:
    def peak_mib(rows: int) -> float:
        table = tmp_path / f"{rows}.csv"
        with table.open("w") as file:
            file.write("a,b\n")
            file.writelines(f'{row},"photo {row}"\n' for row in range(rows))
        done = subprocess.run([sys.executable, "-c", PEAK, table], check=True, capture_output=True, text=True)
        count, peak = map(int, done.stdout.split())
        assert count == rows
        return peak / 1024

    assert peak_mib(200_000) - peak_mib(2_000) < 4
