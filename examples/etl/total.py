"""The summaries of all logs → one table: requests, errors, bytes and response times of each day."""

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path

COLUMNS = ("day", "files", "requests", "errors", "bytes", "median_ms", "p95_ms")


def quantile(times, share):
    """The time that `share` of the requests do not exceed."""
    wanted = share * times.total()
    for time in sorted(times):
        wanted -= times[time]
        if wanted <= 0:
            return time
    return 0.0


def main():
    """Add up FOLDER/*/summary.json into out/totals.csv, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with a folder for each file, and summary.json in it")
    files = sorted(parser.parse_args().folder.glob("*/summary.json"))
    if not files:
        sys.exit("there is no summary to add up")
    counts, times, rejected = defaultdict(Counter), defaultdict(Counter), 0
    for file in files:
        found = json.loads(file.read_text(encoding="utf-8"))
        rejected += found["rejected"]
        for day, values in found["days"].items():
            histogram = values.pop("milliseconds")
            times[day].update({float(time): count for time, count in histogram.items()})
            counts[day].update(values, files=1)
    Path("out").mkdir(exist_ok=True)
    with Path("out/totals.csv").open("w", encoding="utf-8", newline="") as table:
        for writer in (csv.writer(table), csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")):
            writer.writerow(COLUMNS)
            for day, day_counts in sorted(counts.items()):
                figures = [day_counts[name] for name in COLUMNS[1:5]]
                quantiles = [f"{quantile(times[day], share):g}" for share in (0.5, 0.95)]
                writer.writerow([day, *figures, *quantiles])
    print(f"{len(files)} files, {rejected} lines rejected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
