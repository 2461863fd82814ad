"""Where the runner lies, and what calls it."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

# This Python's own folder first: a developer's python3 may be a wrapper that changes the PATH.
PATH = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
RUNNER = Path(__file__).parents[2] / "image" / "runner"
Runner = Callable[..., "subprocess.CompletedProcess[str]"]
