"""Build and push: events → one live line, and plain lines."""

from dataclasses import dataclass, field

from fargo.docker import Built, Cached, Layer, Output, Pushed, Step
from fargo.images import ImageEvent, ImageReady
from fargo.view import text

MEBI = 1024 * 1024


@dataclass(slots=True)
class ImageView:
    """What the events so far amount to."""

    step: Step | None = None
    output: str = ""
    state: str = ""
    layers: dict[str, Layer] = field(default_factory=dict)

    def take(self, event: ImageEvent) -> None:
        """Take one event in."""
        match event:
            case Step():
                self.step, self.output, self.state = event, "", ""
            case Output():
                self.output = event.text
            case Layer():
                self.layers[event.id] = event
            case Cached():
                pass
            case Built():
                self.state = "built"
            case Pushed():
                self.state = "pushed"
            case ImageReady():
                self.state = ready(event)

    def line(self) -> str:
        """How the image stands, in one line; empty before the first event."""
        if self.state:
            return f"image {self.state}"
        if moving := [layer for layer in self.layers.values() if layer.total]:
            done = sum(layer.current or 0 for layer in moving) / MEBI
            whole = sum(layer.total or 0 for layer in moving) / MEBI
            return f"image layers {done:.0f} of {whole:.0f} MiB"
        if self.step:
            said = f"  {text.safe(self.output)}" if self.output else ""
            return f"image step {self.step.number}/{self.step.total} {text.safe(self.step.text)}{said}"
        return ""


def ready(event: ImageReady) -> str:
    """What was done to have the image."""
    if event.built and event.pushed:
        return f"{event.ref.tag} built and pushed"
    if event.built:
        return f"{event.ref.tag} built"
    if event.pushed:
        return f"{event.ref.tag} pushed"
    return f"{event.ref.tag} is there already"


def plain_line(event: ImageEvent) -> str:
    """An event as a line; empty where it says nothing new."""
    match event:
        case Step():
            return f"step {event.number}/{event.total} {text.safe(event.text)}"
        case Output():
            return f"  {text.safe(event.text)}"
        case Pushed():
            return f"pushed {event.digest}"
        case ImageReady():
            return f"image {ready(event)}"
        case _:
            return ""
