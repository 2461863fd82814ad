"""All predictions → how many are right, and what is taken for what: `out/score.json`."""

import argparse
import csv
import json
import math
import sys
from collections import Counter
from pathlib import Path

LEAST = 0.95


def main():
    """Read FOLDER/*/predictions.csv, write out/score.json, and print the accuracy last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with a folder for each part, and predictions.csv in it")
    pairs, images = Counter(), set()
    for file in parser.parse_args().folder.glob("*/predictions.csv"):
        with file.open(encoding="utf-8", newline="") as table:
            for each in csv.DictReader(table):
                pairs[each["digit"], each["predicted"]] += 1
                images.add(each["image"])
    total = pairs.total()
    if len(images) < total or not total:
        sys.exit(
            f"{total} predictions of {len(images)} images: run predict once, with --parts as many as rows"
        )
    right = sum(count for (digit, predicted), count in pairs.items() if digit == predicted)
    accuracy = right / total
    error = math.sqrt(accuracy * (1 - accuracy) / total)
    wrong = [(pair, count) for pair, count in pairs.most_common() if pair[0] != pair[1]]
    score = {"images": total, "right": right, "accuracy": accuracy, "standard_error": error}
    score["mistaken"] = [
        {"digit": digit, "for": predicted, "count": count} for (digit, predicted), count in wrong
    ]
    Path("out").mkdir(exist_ok=True)
    Path("out/score.json").write_text(json.dumps(score, indent=2) + "\n", encoding="utf-8")
    for (digit, predicted), count in wrong[:3]:
        print(f"{count} times {digit} taken for {predicted}")
    print(f"{right} of {total} digits right: {accuracy:.3f} ± {error:.3f}")
    return 0 if accuracy >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
