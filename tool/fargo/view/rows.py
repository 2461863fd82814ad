"""Rows that are read and sent: events → one live line, a bar, and plain lines."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fargo.manifest import Manifest, Sent
from fargo.model.units import bytes_text
from fargo.view.text import plural

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(slots=True)
class RowsView:
    """What the events so far amount to."""

    read: int = 0
    sent: Sent | None = None

    def take(self, event: int | Sent) -> None:
        """Take in how many rows have been read, or how far the upload is."""
        if isinstance(event, Sent):
            self.sent = event
        else:
            self.read = event

    def render(self) -> "RenderableType":
        """The display as it stands now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        if self.sent is None:
            return Text(self.line())
        bar = ProgressBar(total=max(self.sent.bytes_total, 1), completed=self.sent.bytes, width=40)
        return Group(Text(self.line()), bar)

    def line(self) -> str:
        """How it stands, in one line; empty before the first event."""
        if self.sent is None:
            return f"reading rows: {self.read:,}" if self.read else ""
        size = f"{bytes_text(self.sent.bytes)} of {bytes_text(self.sent.bytes_total)}"
        return f"uploading {self.sent.files:,} of {plural(self.sent.files_total, 'file')}, {size}"


def ready(manifest: Manifest, sent: Sent | None = None) -> str:
    """What there is to run over, in words; with `sent`, what of its inputs was there already."""
    words = f"{manifest.rows:,} {'row' if manifest.rows == 1 else 'rows'}"
    if manifest.files:
        words += f", {manifest.files:,} {'input' if manifest.files == 1 else 'inputs'}"
    if sent is not None and sent.skipped:
        words += f" ({sent.skipped:,} there already)"
    return words
