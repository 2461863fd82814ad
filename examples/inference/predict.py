"""One part of the unseen digits → what the model takes them for: `out/predictions.csv`.

The row's number says which part: of PARTS rows, each takes every PARTS-th digit. A real project would have a
column of `s3://` addresses in its place, and `inputs` in fargo.toml.
"""

import argparse
import csv
import os
import sys
from pathlib import Path

import joblib
from digits import split


def main():
    """Predict the digits of this row's part."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("--parts", type=int, default=1, help="as many as the array has rows (default: 1)")
    options = parser.parse_args()
    row = int(os.environ.get("FARGO_ROW", "0"))
    if not 0 <= row < options.parts:
        sys.exit(f"row {row} has no part: give --parts as many as the array has rows")
    _, (pixels, digits) = split()
    chosen = range(row, len(digits), options.parts)
    found = joblib.load(options.model).predict(pixels[chosen])
    Path("out").mkdir(exist_ok=True)
    with Path("out/predictions.csv").open("w", encoding="utf-8", newline="") as table:
        writer = csv.writer(table)
        writer.writerow(("image", "digit", "predicted"))
        writer.writerows(zip(chosen, digits[chosen], found, strict=True))
    print(f"part {row}: {sum(found == digits[chosen])} of {len(found)} right")
    return 0


if __name__ == "__main__":
    sys.exit(main())
