"""The mouse: the monitor's, or the terminal's for selecting and copying."""

from typing import Any

from textual.app import App


def switch_mouse(app: App[Any], *, on: bool) -> None:
    """Tell the terminal whether mouse events are wanted; drivers have this, and no public name for it."""
    name = "_enable_mouse_support" if on else "_disable_mouse_support"
    if app._driver is not None and hasattr(app._driver, name):  # noqa: SLF001 # Textual's App keeps it so
        getattr(app._driver, name)()  # noqa: SLF001 # as above
