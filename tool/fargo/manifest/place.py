"""Where in a source something stands, and refusals that say so."""

from fargo.errors import UsageError


def refusal(source: str, line: int, message: str, hint: str = "", *, column: int = 0) -> UsageError:
    """An error that names its place.

    Args:
        source: as the user named it.
        line: from 1; 0 where the source has no lines, as a glob.
        column: the character in the line, from 1; 0 where it is the line as a whole.
    """
    where = source + (f", line {line}" if line else "") + (f", column {column}" if column else "")
    return UsageError(f"{where}: {message}", hint)
