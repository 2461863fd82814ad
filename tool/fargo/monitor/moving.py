"""Scrolling by rows and pages, at once."""

from textual.scroll_view import ScrollView

SIDEWAYS = 16
"""Cells that a step to the side takes."""


class Moving(ScrollView):
    """A view of rows that keys move: Textual's own keys glide there, which takes time and many pictures."""

    def go(self, row: int) -> None:
        """Bring a row to the top, at once."""
        self.scroll_to(y=max(row, 0), animate=False, force=True)

    def action_rows(self, count: int) -> None:
        """Scroll by rows."""
        self.go(self.scroll_offset.y + count)

    def action_pages(self, count: int) -> None:
        """Scroll by what is on screen, but for a row."""
        self.go(self.scroll_offset.y + count * max(self.size.height - 1, 1))

    def action_aside(self, count: int) -> None:
        """Scroll sideways."""
        self.scroll_to(x=max(self.scroll_offset.x + count * SIDEWAYS, 0), animate=False, force=True)

    def action_head(self) -> None:
        """To the oldest line that is kept."""
        self.go(0)
