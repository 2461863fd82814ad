"""The AWS CLI's own driver, kept alive: a command without the half second that a new process costs.

A process of its own, because the CLI brings a botocore of its own, which takes the place of boto3's. Reads
the arguments of one command as a line of JSON, writes its exit code and its two outputs as another.
"""

import contextlib
import io
import json
import sys

from awscli.clidriver import create_clidriver


def run() -> None:
    """Answer until the input ends."""
    driver = create_clidriver()
    answers = sys.stdout
    for line in sys.stdin:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                code = driver.main(json.loads(line))
            except SystemExit as end:
                code = end.code
        answers.write(json.dumps([code, out.getvalue(), err.getvalue()]) + "\n")
        answers.flush()


if __name__ == "__main__":
    run()
