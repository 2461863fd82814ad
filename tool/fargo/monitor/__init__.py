"""The full-screen monitor. Textual is imported in here alone, and this only by `fargo monitor`."""

BROWSER = "FARGO_MONITOR_BROWSER"
"""Set in the environment of a monitor that a browser shows: it has no terminal, and needs none."""
