"""Many independent estimates of one magnetisation → one, with a smaller error bar.

Each weighs as much as its error bar is small: `1 / error^2`. Whether they agree with each other
is said too: chi-square per degree of freedom is about 1 where they do. Exit code 1: the whole
is more than five error bars from the exact answer.
"""

import argparse
import json
import math
import sys
from pathlib import Path

TOO_FAR = 5


def combine(results):
    """The weighted mean of the estimates, its standard error, and chi-square per degree of freedom."""
    weights = [result["standard_error"] ** -2 for result in results]
    pairs = list(zip(weights, (result["estimate"] for result in results), strict=True))
    mean = math.fsum(weight * estimate for weight, estimate in pairs) / math.fsum(weights)
    chi_square = math.fsum(weight * (estimate - mean) ** 2 for weight, estimate in pairs)
    return mean, math.fsum(weights) ** -0.5, chi_square / (len(results) - 1) if len(results) > 1 else None


def main():
    """Combine FOLDER/*/result.json, write out/combined.json, and print the whole last."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with a folder for each row, and result.json in it")
    folder = parser.parse_args().folder
    files = sorted(folder.glob("*/result.json"))
    if not files:
        sys.exit(f"there is no */result.json in {folder}")
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    if len({(result["temperature"], result["size"]) for result in results}) > 1:
        sys.exit("the estimates are of different magnets: submit them with one --temperature and one --size")
    if len({result["seed"] for result in results}) < len(results):
        sys.exit("two estimates have one seed, and so are one experiment: leave --seed to the rows")
    mean, error, agreement = combine(results)
    known = results[0]["exact"]
    z = (mean - known) / error
    whole = {"experiments": len(results), "estimate": mean, "standard_error": error, "exact": known}
    whole |= {"z_score": z, "chi_square_per_degree": agreement}
    Path("out").mkdir(exist_ok=True)
    Path("out/combined.json").write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")
    agree = f", chi-square {agreement:.2f} per degree of freedom" if agreement is not None else ""
    print(f"{len(results)} experiment{'s' if len(results) > 1 else ''}{agree}")
    print(f"magnetisation {mean:.5f} ± {error:.5f}, exact {known:.5f}, z = {z:+.2f}")
    return 0 if abs(z) <= TOO_FAR else 1


if __name__ == "__main__":
    sys.exit(main())
