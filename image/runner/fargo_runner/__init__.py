"""What runs inside a fargo container, around the job's command.

Python 3.9 and its standard library are all it needs, and it imports nothing of fargo: it
lives in other people's images. `fargo_runner.app` is the whole road.
"""

__version__ = "0.1.0"
