"""Write a few days of a web server's access logs, compressed, as a server would: with faults among them.

One file per four hours and server, in the combined log format with the response time at the end;
one line in two hundred is cut short, and one file was still being written when it was copied.
`expected.json` tells what is in the whole files, so that a result can be checked. The same seed makes
the same logs.
"""

import argparse
import gzip
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
PATHS = ("/", "/search", "/cart", "/login", "/static/app.js", "/static/logo.svg", "/api/items", "/api/orders")
SERVERS = ("web-1", "web-2")
HOURS = 4
CUT_SHORT = 0.005


def line(moment, rng):
    """One request, and what of it counts: (text, day, bytes, whether it is a server error)."""
    status = rng.choices((200, 304, 404, 500), (90, 5, 4, 1))[0]
    size = 0 if status == HTTPStatus.NOT_MODIFIED else int(rng.lognormvariate(8, 1))
    client = f"203.0.113.{rng.randrange(1, 255)}"
    seconds = rng.lognormvariate(-3, 0.8)
    request = f"GET {rng.choice(PATHS)} HTTP/1.1"
    written = f"{moment:%d/%b/%Y:%H:%M:%S} +0000"
    text = f'{client} - - [{written}] "{request}" {status} {size} "-" "Mozilla/5.0" {seconds:.3f}'
    return text, f"{moment:%Y-%m-%d}", size, status >= HTTPStatus.INTERNAL_SERVER_ERROR


def log(begin, lines, rng, expected):
    """The text of one file; what is whole in it is added to `expected`."""
    texts = []
    for number in range(lines):
        moment = begin + timedelta(hours=HOURS) * number / lines
        text, day, size, error = line(moment, rng)
        if rng.random() < CUT_SHORT:
            text = text[: rng.randrange(10, 40)]
            expected["rejected"] += 1
        else:
            expected[f"{day} requests"] += 1
            expected[f"{day} errors"] += error
            expected[f"{day} bytes"] += size
        texts.append(text)
    return "\n".join(texts) + "\n"


def main():
    """Write the files and `expected.json`."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", default=Path("logs"), help="default: logs")
    parser.add_argument("--days", type=int, default=2, help="default: 2")
    parser.add_argument("--lines", type=int, default=2000, help="of each file (default: 2000)")
    parser.add_argument("--seed", type=int, default=1, help="default: 1")
    options = parser.parse_args()
    rng, expected = random.Random(options.seed), Counter()
    options.folder.mkdir(parents=True, exist_ok=True)
    for server in SERVERS:
        for number in range(options.days * 24 // HOURS):
            begin = BEGIN + number * timedelta(hours=HOURS)
            content = gzip.compress(log(begin, options.lines, rng, expected).encode(), mtime=0)
            (options.folder / f"{server}-{begin:%Y%m%d-%H}.log.gz").write_bytes(content)
    broken = gzip.compress(log(begin, options.lines, rng, Counter()).encode(), mtime=0)
    (options.folder / f"web-3-{begin:%Y%m%d-%H}.log.gz").write_bytes(broken[: len(broken) // 2])
    text = json.dumps(dict(sorted(expected.items())), indent=2) + "\n"
    (options.folder / "expected.json").write_text(text, encoding="utf-8")
    print(f"{len(list(options.folder.glob('*.log.gz')))} files in {options.folder}")


if __name__ == "__main__":
    main()
