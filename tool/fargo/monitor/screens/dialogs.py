"""Dialogs: a question with Keep in focus, a menu, a panel of text."""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from fargo.model.run import Run
from fargo.monitor.asking import MORE, Question, retry_question
from fargo.monitor.column import fit

R = TypeVar("R")
WIDTH = 70
"""Cells of a menu's line."""

CSS = """
Dialog { align: center middle; background: $background 40%; }
Dialog > .box {
    width: 76; max-width: 100%; height: auto; max-height: 100%; padding: 0 1;
    background: $panel; border: round $primary; border-title-style: bold;
}
Dialog .buttons { height: 1; margin-top: 1; align-horizontal: right; }
Dialog VerticalScroll { scrollbar-size-vertical: 1; }
Dialog Button { margin-left: 2; }
Dialog .buttons Button.-style-default { background: $surface; color: $text-muted; }
Dialog .buttons Button.-style-default:focus {
    background: $primary; color: $background; background-tint: $background 0%;
}
Dialog .buttons Button.-style-default#yes:focus { background: $error; }
Dialog Input { margin-top: 1; }
Dialog OptionList, Dialog OptionList:focus {
    height: auto; max-height: 20; border: none; background: $panel; padding: 0;
}
"""


class Dialog(ModalScreen[R]):
    """A box above the screen."""

    DEFAULT_CSS = CSS
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+c", "app.leave", show=False)]
    _answered = False

    def answer(self, result: R | None = None) -> None:
        """Close with this answer; once: a key that was typed too quickly would close what is below."""
        if not self._answered:
            self._answered = True
            self.dismiss(result)

    def on_mount(self) -> None:
        """A box is drawn with more than ASCII, where that may be."""
        look = getattr(self.app, "look", None)
        if look is not None and look.ascii:
            box = self.query_one(".box")
            box.styles.border = ("ascii", box.styles.border_top[1])


class Confirm(Dialog[bool]):
    """A question. The focus is on Keep; `y` confirms, or the word that must be typed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n,q", "keep", "Keep", show=False),
        Binding("y", "confirm", "Yes", show=False),
        Binding("left,right,tab", "app.focus_next", show=False),
    ]

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question = question

    def compose(self) -> ComposeResult:
        """The question and two buttons."""
        question = self.question
        box = Vertical(classes="box")
        box.border_title = question.title
        with box:
            yield Static(Text("\n".join(question.lines)), id="lines")
            if question.word:
                yield Static(Text.assemble("Type ", (question.word, "bold"), " and enter to go on."))
                yield Input(id="word", compact=True, select_on_focus=False)
            with Horizontal(classes="buttons"):
                yield Button("Keep", id="keep", compact=True, variant="primary")
                label = question.yes if question.word else f"{question.yes} (y)"
                yield Button(label, id="yes", compact=True, variant="error", disabled=bool(question.word))

    def on_mount(self) -> None:
        """Enter alone must change nothing."""
        self.query_one("#keep", Button).focus()

    def on_key(self, event: object) -> None:
        """A word that must be typed is typed into its line, without going there first."""
        key = getattr(event, "character", None)
        if self.question.word and key and key.isalpha() and not isinstance(self.focused, Input):
            line = self.query_one("#word", Input)
            line.focus()
            line.value += key
            line.cursor_position = len(line.value)
            getattr(event, "stop")()  # noqa: B009 # an event of Textual's

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """The button works once the word stands there."""
        self.query_one("#yes", Button).disabled = event.value.strip() != self.question.word

    @on(Input.Submitted)
    def entered(self, event: Input.Submitted) -> None:
        """Enter after the word confirms."""
        if event.value.strip() == self.question.word:
            self.answer(True)

    @on(Button.Pressed)
    def pressed(self, event: Button.Pressed) -> None:
        """A button."""
        self.answer(event.button.id == "yes")

    def action_keep(self) -> None:
        """Change nothing."""
        self.answer(False)

    def action_confirm(self) -> None:
        """Do it, where no word must be typed."""
        if not self.question.word:
            self.answer(True)


class RetryConfirm(Confirm):
    """The same for a retry: `m` goes through how much more memory it has; the answer is in `more`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("m", "memory", "More memory", show=False)]

    def __init__(self, run: Run, failed: int, more: str = "") -> None:
        super().__init__(retry_question(run, failed, more))
        self.run, self.failed, self.more = run, failed, more

    def action_memory(self) -> None:
        """So much more."""
        self.more = MORE[(MORE.index(self.more) + 1) % len(MORE)]
        self.question = retry_question(self.run, self.failed, self.more)
        self.query_one("#lines", Static).update(Text("\n".join(self.question.lines)))


class Menu(Dialog[str]):
    """One of several things; a letter, or enter.

    Args:
        options: (its name, what is shown).
        current: where the cursor is first.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "close", "Close", show=False),
        Binding("j", "down", show=False),
        Binding("k", "up", show=False),
    ]

    def __init__(self, title: str, options: Sequence[tuple[str, str]], current: str = "") -> None:
        super().__init__()
        self._title, self._options, self._current = title, tuple(options), current

    def compose(self) -> ComposeResult:
        """The list."""
        box = Vertical(classes="box")
        box.border_title = self._title
        with box:
            look = getattr(self.app, "look", None)
            dots = look.draw("…") if look is not None else "…"
            options = (Text(fit(words, WIDTH, dots=dots).rstrip()) for _, words in self._options)
            yield OptionList(
                *(Option(words, id=name) for (name, _), words in zip(self._options, options, strict=True))
            )

    def on_mount(self) -> None:
        """Begin at the current one."""
        names = [name for name, _ in self._options]
        self.query_one(OptionList).highlighted = names.index(self._current) if self._current in names else 0

    def on_key(self, event: object) -> None:
        """A letter chooses what begins with it."""
        letter = getattr(event, "character", None)
        for name, words in self._options:
            if letter and letter == words[:1].lower() and letter not in "jkq":
                getattr(event, "stop")()  # noqa: B009 # an event of Textual's
                self.answer(name)
                return

    @on(OptionList.OptionSelected)
    def chosen(self, event: OptionList.OptionSelected) -> None:
        """Enter, or a click."""
        self.answer(event.option.id or "")

    def action_close(self) -> None:
        """None of them."""
        self.answer("")

    def action_down(self) -> None:
        """One on."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """One back."""
        self.query_one(OptionList).action_cursor_up()


class Panel(Dialog[None]):
    """Some lines to read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter,question_mark", "close", "Close", show=False),
        Binding("j", "scroll(1)", show=False),
        Binding("k", "scroll(-1)", show=False),
    ]

    def __init__(self, title: str, text: Text) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The lines, scrolled where they are many."""
        box = VerticalScroll(classes="box")
        box.border_title = self._title
        with box:
            yield Static(self._text)

    def action_close(self) -> None:
        """Read."""
        self.answer(None)

    def action_scroll(self, by: int) -> None:
        """Up or down."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)
