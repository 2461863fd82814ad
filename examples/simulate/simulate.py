"""The two-dimensional Ising magnet by Wolff's cluster algorithm, against Onsager's exact answer.

Below its critical temperature, 2.269, an infinite magnet keeps the magnetisation
(1 - sinh(2/T)^-4)^(1/8) per spin (Onsager 1949, Yang 1952). The simulation estimates it with
an error bar and says how many of those lie between the two. Exit code 1: more than five.
"""

import argparse
import json
import math
import os
import random
import statistics
import sys
import time
from pathlib import Path

CRITICAL = 2 / math.log(1 + math.sqrt(2))
COLDEST = 1.5
SMALLEST = 16
BINS = 40
TOO_FAR = 5


def exact(temperature):
    """Magnetisation per spin of the infinite magnet."""
    return (1 - math.sinh(2 / temperature) ** -4) ** 0.125


def neighbours(size):
    """The four neighbours of every spin; the lattice wraps around."""
    cells = range(size * size)
    right = [cell - cell % size + (cell + 1) % size for cell in cells]
    left = [cell - cell % size + (cell - 1) % size for cell in cells]
    return [(right[c], left[c], (c + size) % size**2, (c - size) % size**2) for c in cells]


def flip_cluster(spins, around, join, rng):
    """Flip one cluster of equal spins; its members are joined with probability `join`."""
    start = rng.randrange(len(spins))
    old = spins[start]
    spins[start] = -old
    edge, flipped, chance = [start], 1, rng.random
    while edge:
        for cell in around[edge.pop()]:
            if spins[cell] == old and chance() < join:
                spins[cell] = -old
                edge.append(cell)
                flipped += 1
    return -2 * old * flipped


def estimate(values):
    """Mean and standard error; averages of bins, because one sample resembles the next."""
    length = len(values) // BINS
    means = [statistics.fmean(values[i * length : (i + 1) * length]) for i in range(BINS)]
    return statistics.fmean(means), statistics.stdev(means) / math.sqrt(BINS)


def simulate(options):
    """One absolute magnetisation per spin and cluster, after a tenth of them to forget the start."""
    rng = random.Random(options.seed)
    spins, around = [1] * options.size**2, neighbours(options.size)
    join, total, values = 1 - math.exp(-2 / options.temperature), options.size**2, []
    started, tenth = time.monotonic(), options.samples // 10
    for step in range(-tenth, options.samples):
        total += flip_cluster(spins, around, join, rng)
        if step >= 0:
            values.append(abs(total) / len(spins))
        if step >= 0 and (step + 1) % tenth == 0:
            share, seconds = (step + 1) / options.samples, time.monotonic() - started
            print(f"{share:4.0%}  magnetisation {statistics.fmean(values):.5f}  {seconds:5.1f} s", flush=True)
    return values


def parse(arguments=None):
    """The command line, with every value in the range where the answer is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=16_000, help="clusters to flip (default: 16000)")
    parser.add_argument("--size", type=int, default=64, help="spins along one side (default: 64)")
    parser.add_argument("--temperature", type=float, default=2.0, help="from 1.5, below 2.269 (default: 2.0)")
    # Every row of an array job is another independent experiment.
    row = int(os.environ.get("FARGO_ROW", "0"))
    parser.add_argument("--seed", type=int, default=row, help="default: the row's number")
    options = parser.parse_args(arguments)
    if options.samples < 10 * BINS:
        parser.error(f"--samples must be at least {10 * BINS}, for an error bar that means something")
    if options.size < SMALLEST:
        parser.error(f"--size must be at least {SMALLEST}")
    if not COLDEST <= options.temperature < CRITICAL:
        parser.error(f"--temperature must be at least {COLDEST} and below {CRITICAL:.4f}")
    return options


def main():
    """Simulate, write out/result.json, and print the estimate last."""
    options = parse()
    mean, error = estimate(simulate(options))
    known = exact(options.temperature)
    z = (mean - known) / error
    result = {**vars(options), "estimate": mean, "standard_error": error, "exact": known, "z_score": z}
    Path("out").mkdir(exist_ok=True)
    Path("out/result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"magnetisation {mean:.5f} ± {error:.5f}, exact {known:.5f}, z = {z:+.2f}")
    return 0 if abs(z) <= TOO_FAR else 1


if __name__ == "__main__":
    sys.exit(main())
