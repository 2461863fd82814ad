import gzip

import pytest
from row_dicts import Read

from fargo.errors import UsageError

A_B = b"a,b\n1,2\n"


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a,b\n1,2\n3,4\n", [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})]),
        (b"a,b\r\n1,2\r\n3,4", [(2, {"a": "1", "b": "2"}), (3, {"a": "3", "b": "4"})]),
        (b"a,b\r1,2\r", [(2, {"a": "1", "b": "2"})]),
        (b"\xef\xbb\xbfa,b\n1,2\n", [(2, {"a": "1", "b": "2"})]),
        ("a,b\r\nä,日本\r\n".encode("utf-16"), [(2, {"a": "ä", "b": "日本"})]),
        ("\ufeffa,b\nä,2\n".encode("utf-16-be"), [(2, {"a": "ä", "b": "2"})]),
        (b"\n\na,b\n\n1,2\n\r\n\n", [(5, {"a": "1", "b": "2"})]),
        (
            b'a,b\n"x, ""y""","two\r\nlines"\n3,4\n',
            [(2, {"a": 'x, "y"', "b": "two\r\nlines"}), (4, {"a": "3", "b": "4"})],
        ),
        (b'a,b\n"",\n', [(2, {"a": "", "b": ""})]),
        (b'"a","b"\n"1","2"', [(2, {"a": "1", "b": "2"})]),
        (b'"a\nb",c\n1,2', [(3, {"a\nb": "1", "c": "2"})]),
        (b"a,b\n 1 , 2\n", [(2, {"a": " 1 ", "b": " 2"})]),
        ("a\nx\u2028y\x0bz\x85\n".encode(), [(2, {"a": "x\u2028y\x0bz\x85"})]),
        (b'a\n""\n" "\n', [(2, {"a": ""}), (3, {"a": " "})]),
    ],
)
def test_csv_is_read_as_its_standard_says(read: Read, content: bytes, rows: list) -> None:
    assert read("photos.csv", content) == rows


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "photos.csv: it is empty"),
        (b"\n\n", "photos.csv: it is empty"),
        (b"a,b\n", "photos.csv, line 1: a header, and no rows"),
        (b"a,b\n\n\n", "photos.csv, line 1: a header, and no rows"),
        (b"a,b\n1,2,3\n", "photos.csv, line 2: 3 values where the header has 2"),
        (b'a,b\n"x\ny",2\n1\n', "photos.csv, line 4: 1 value where the header has 2"),
        (b"a,,c\n1,2,3\n", "photos.csv, line 1: the header's name 2 of 3 is empty"),
        (b"a,b,a\n1,2,3\n", "photos.csv, line 1: two columns are called 'a'"),
        (b'a,b\n1,"2\n3,4\n', "photos.csv, line 2, column 3: the quote that opens here is never closed"),
        (b'a,b\n"x\ny"z,2\n', "photos.csv, line 3, column 3: text after the closing quote"),
        (b'a,b\n"x" ,2\n', "photos.csv, line 2, column 4: text after the closing quote"),
        (
            b'a,b\nx"y,2\n',
            "photos.csv, line 2, column 2: a quote within a value that does not begin with one",
        ),
        (
            b'a,b\n1, "2"\n',
            "photos.csv, line 2, column 4: a quote within a value that does not begin with one",
        ),
        (b"a,b\n1,x\0y\n", "photos.csv, line 2, column 4: a NUL"),
        (b"a,b\n1,2\n3,caf\xe9\n", "photos.csv, line 3, column 6: byte 0xe9 is no UTF-8"),
        (b"a\n\xed\xa0\x80\n", "photos.csv, line 2, column 1: byte 0xed is no UTF-8"),
        (b"a\n\xc0\xaf\n", "photos.csv, line 2, column 1: byte 0xc0 is no UTF-8"),
        ("a,b\n1,2\n".encode("utf-16") + b"x", "photos.csv, line 1: the text is cut off: it is no UTF-16"),
        (
            b"\xff\xfea\0\n\0\x00\xd8\n\0",
            "photos.csv, line 2, column 1: half a character, U+D800 is no UTF-16",
        ),
    ],
)
def test_csv_that_is_not_so_is_refused_with_its_place(read: Read, content: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read("photos.csv", content)
    assert refused.value.message.startswith(said)


def test_a_place_is_right_beyond_the_first_block(read: Read) -> None:
    good = b"".join(b"%d,caf\xc3\xa9\r\n" % n for n in range(30_000))
    with pytest.raises(UsageError, match=r"(?m)^photos.csv, line 30002, column 2: byte 0xff is no UTF-8$"):
        read("photos.csv", b"a,b\r\n" + good + b",\xff\r\n")
    rows = read("photos.csv", b"a,b\r\n" + good)
    assert (len(rows), rows[-1]) == (30_000, (30_001, {"a": "29999", "b": "café"}))


@pytest.mark.parametrize("content", [b'a\n"x\n' + b"y\n" * 600_000, b"a\n" + b"y" * 1_200_000])
def test_what_never_ends_is_not_gathered(read: Read, content: bytes) -> None:
    with pytest.raises(UsageError, match=r"^photos.csv, line 2"):
        read("photos.csv", content)


def test_tsv_knows_tabs_and_no_quotes(read: Read) -> None:
    assert read("t.tsv", b'a\tb\n"x\t\n') == [(2, {"a": '"x', "b": ""})]
    assert read("t.tab", b"a\n1,2\n") == [(2, {"a": "1,2"})]
    with pytest.raises(UsageError, match=r"t.tsv, line 2: 3 values where the header has 2"):
        read("t.tsv", b"a\tb\n1\t2\t3\n")


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (b'{"a": "x", "b": "\\u00e9\\n"}', {"a": "x", "b": "é\n"}),
        (
            b'{"a": 1.50, "b": 123456789012345678901234567890}',
            {"a": "1.50", "b": "123456789012345678901234567890"},
        ),
        (b'{"a": 1E400, "b": -0}', {"a": "1E400", "b": "-0"}),
        (b'{"a": true, "b": false, "c": null}', {"a": "true", "b": "false", "c": ""}),
        (b'{"a": [1, 2.0, {"x" : null}], "b": {}}', {"a": '[1,2.0,{"x":null}]', "b": "{}"}),
        (b'{"a": "say \\"a\\": 1"}', {"a": 'say "a": 1'}),
        (b'{"\\ud83d\\ude00": "\\ud83d\\ude00"}', {"😀": "😀"}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
    ],
)
def test_json_values_are_text(read: Read, line: bytes, row: dict) -> None:
    assert read("t.jsonl", b"\n" + line + b"\r\n \n") == [(2, row)]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"[1]", "t.ndjson, line 2: no JSON object"),
        (b'"x"', "t.ndjson, line 2: no JSON object"),
        (b"{}", "t.ndjson, line 2: an object without keys"),
        (b'{"": 1}', "t.ndjson, line 2: an empty key"),
        (b'{"a": 1, "a": 2}', "t.ndjson, line 2: the key 'a' is there twice"),
        (b'{"a": "x", "a": "y"}', "t.ndjson, line 2: the key 'a' is there twice"),
        (b'{"a": "x", "\\u0061": "y"}', "t.ndjson, line 2: the key 'a' is there twice"),
        (b'{"a": "\\ud800"}', "t.ndjson, line 2, column 8: no JSON"),
        (b'{"a": "x\\u0000"}', "t.ndjson, line 2: a NUL in 'a'"),
        (b'{"a": 01}', "t.ndjson, line 2, column 8: no JSON: invalid number"),
        (b'{"\xc3\xa9": nul}', "t.ndjson, line 2, column "),
        (b'{"a": NaN}', "t.ndjson, line 2, column 7: no JSON"),
        (b'{"a": 1', "t.ndjson, line 2: no JSON"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "t.ndjson, line 2: the JSON is nested too deep"),
        (b'{"a": "\xff"}', "t.ndjson, line 2, column 8: byte 0xff is no UTF-8"),
    ],
)
def test_a_line_that_is_no_json_object_is_refused(read: Read, line: bytes, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        read("t.ndjson", b'{"a": "good"}\n' + line + b"\n")
    assert refused.value.message.startswith(said)


def test_plain_lines_are_a_column(read: Read) -> None:
    assert read("list", b"a b\r\n\n{x}\n c") == [
        (1, {"line": "a b"}),
        (3, {"line": "{x}"}),
        (4, {"line": " c"}),
    ]
    with pytest.raises(UsageError, match="list: it is empty"):
        read("list", b"")


def test_the_format_overrules_the_name(read: Read) -> None:
    assert read("list.txt", A_B, "csv") == [(2, {"a": "1", "b": "2"})]
    assert read("photos.csv", A_B, "lines")[0] == (1, {"line": "a,b"})


def test_gzip_is_unpacked(read: Read) -> None:
    packed = gzip.compress(A_B)
    assert read("photos.csv.gz", packed) == [(2, {"a": "1", "b": "2"})]
    for broken in (packed[:-6], A_B):
        with pytest.raises(UsageError, match=r"photos.csv.gz: it is no whole gzip file"):
            read("photos.csv.gz", broken)
