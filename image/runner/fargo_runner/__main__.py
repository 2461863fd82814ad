"""The entry point of `python3 fargo_runner`, which the launcher `bin/fargo-run` calls."""

import sys
from pathlib import Path

if sys.version_info < (3, 9):
    sys.stderr.write("fargo-run: this image's python3 is older than 3.9. Put a newer one on its PATH.\n")
    sys.exit(125)

# A folder that is run is on sys.path itself; its parent is where the package is found.
sys.path[0] = str(Path(__file__).resolve().parents[1])

from fargo_runner.app import main  # noqa: E402 the path has to be right first

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
