"""One compressed access log → clean tables by day, and a summary that can be added to others.

`out/day=2026-03-01/NAME.csv.gz` holds the requests of a day, the last part of each client's address
taken off. `out/summary.json` counts them. A line that is no request is counted, and printed if it is
among the first. Exit code 1: the file is damaged, or more than one line in a hundred is no request;
then there is nothing in `out`.
"""

import argparse
import csv
import gzip
import json
import re
import sys
import zlib
from collections import Counter, defaultdict
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

REQUEST = re.compile(
    r"(?P<client>\d+\.\d+\.\d+)\.\d+ \S+ \S+ \[(?P<time>[^]]+)\] "
    r'"(?P<method>[A-Z]+) (?P<path>\S+) [^"]*" (?P<status>\d{3}) (?P<bytes>\d+|-) '
    r'"[^"]*" "[^"]*" (?P<seconds>\d+\.\d+)'
)
COLUMNS = ("time", "client", "method", "path", "status", "bytes", "milliseconds")
TOLERATED = 0.01
SHOWN = 3


def parsed(line):
    """A line's columns; None if it is no request."""
    found = REQUEST.fullmatch(line.rstrip("\n"))
    if not found:
        return None
    try:
        moment = datetime.strptime(found["time"], "%d/%b/%Y:%H:%M:%S %z").astimezone(UTC)
    except ValueError:
        return None
    size = 0 if found["bytes"] == "-" else int(found["bytes"])
    milliseconds = round(float(found["seconds"]) * 1000)
    client = f"{found['client']}.0"
    return (
        moment.isoformat(),
        client,
        found["method"],
        found["path"],
        int(found["status"]),
        size,
        milliseconds,
    )


def read(file):
    """The requests of a log by day, and the lines that are none."""
    days, rejected = defaultdict(list), []
    with gzip.open(file, "rt", encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            if request := parsed(line):
                days[request[0][:10]].append(request)
            else:
                rejected.append((number, line.rstrip("\n")))
    return days, rejected


def summary(requests):
    """What can be added up over files; times as a histogram of two digits, from which quantiles come."""
    times = Counter(float(f"{milliseconds:.1e}") for *_, milliseconds in requests)
    return {
        "requests": len(requests),
        "errors": sum(status >= HTTPStatus.INTERNAL_SERVER_ERROR for *_, status, _, _ in requests),
        "bytes": sum(size for *_, size, _ in requests),
        "milliseconds": {f"{time:g}": count for time, count in sorted(times.items())},
    }


def main():
    """Clean one file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    file = parser.parse_args().file
    try:
        days, rejected = read(file)
    except (EOFError, OSError, zlib.error) as error:
        sys.exit(f"{file.name} is damaged: {error}")
    lines = sum(map(len, days.values())) + len(rejected)
    for number, line in rejected[:SHOWN]:
        print(f"line {number} is no request: {line[:60]!r}")
    if len(rejected) > lines * TOLERATED:
        sys.exit(f"{len(rejected)} of {lines} lines of {file.name} are no requests")
    name = file.name.removesuffix(".log.gz")
    for day, requests in days.items():
        folder = Path("out") / f"day={day}"
        folder.mkdir(parents=True, exist_ok=True)
        with gzip.open(folder / f"{name}.csv.gz", "wt", encoding="utf-8", newline="") as table:
            csv.writer(table).writerows([COLUMNS, *requests])
    whole = {"file": file.name, "lines": lines, "rejected": len(rejected)}
    whole["days"] = {day: summary(requests) for day, requests in sorted(days.items())}
    Path("out").mkdir(exist_ok=True)
    Path("out/summary.json").write_text(json.dumps(whole) + "\n", encoding="utf-8")
    print(
        f"{file.name}: {lines} lines, {len(rejected)} rejected, {len(days)} day{'s' if len(days) > 1 else ''}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
