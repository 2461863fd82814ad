"""docs/monitor.md has the keys that work."""

import os
from pathlib import Path

from monitor_driving import UPDATE

from fargo.monitor.keys import EVERYWHERE, Key
from fargo.monitor.screens import array, jobs

PAGE = Path(__file__).parents[2] / "docs" / "monitor.md"
BEGIN, END = "<!-- keys: begin -->\n", "<!-- keys: end -->"


def table() -> str:
    keys: dict[str, Key] = {}
    for key in (*jobs.KEYS, *(key for key in array.KEYS if key.action == "succeeded"), *EVERYWHERE):
        keys.setdefault(key.keys, key)
    rows = [f"| `{key.shown}` | {key.help.replace('|', '/')} |" for key in keys.values()]
    return "\n".join(["| key | does |", "|---|---|", *rows, ""])


def test_the_table_of_keys_is_the_one_that_works() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    old, _, after = rest.partition(END)
    if os.environ.get(UPDATE):
        PAGE.write_text(f"{before}{BEGIN}{table()}{END}{after}", encoding="utf-8")
    else:
        assert old == table(), f"{UPDATE}=1 writes it anew"
