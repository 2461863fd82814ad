"""`python -m fargo.local`: run the local AWS in this process, until SIGTERM or Ctrl-C."""

import argparse
import logging
import os
import sys

from fargo.errors import FargoError


def main() -> int:
    """Parse the command line and serve; the exit code."""
    args = _parser().parse_args()
    if args.background and os.fork():
        # The caller's child ends here and is waited for; its own child is nobody's to wait for.
        os._exit(0)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    try:
        from fargo.local.server import Options, run

        run(Options(port=args.port, executor=args.executor, speed=args.speed, ready_fd=args.ready_fd))
    except FargoError as error:
        print(f"{error.message}\n{error.hint}", file=sys.stderr)
        return error.exit_code
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m fargo.local", description="The local AWS.")
    parser.add_argument(
        "--port", type=int, help="default: that of the last time, at first 5151; or a free one"
    )
    parser.add_argument("--executor", choices=["docker", "scripted"], default="docker")
    parser.add_argument("--speed", type=float, default=1.0, help="of the clock, for scripted jobs")
    parser.add_argument("--background", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--ready-fd", type=int, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    code = main()
    logging.shutdown()
    # All is on disk. To take millions of objects apart would keep the port and the caller waiting.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
