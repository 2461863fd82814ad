"""Plan, up and down: Terraform's and the build's events → a live display, and plain lines."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fargo.cost import StandingCost
from fargo.deploy import Change, DeployPlan
from fargo.deploy.deployment import DeployEvent
from fargo.model.units import duration_text
from fargo.terraform import Diagnostic, Message, Outputs, Phase, Planned, Progress
from fargo.view import images, resources, text

if TYPE_CHECKING:
    from rich.console import RenderableType

SIGNS = {"create": "+", "update": "~", "replace": "±", "delete": "-", "import": "=", "forget": "."}
COLOURS = {"create": "green", "update": "yellow", "replace": "red", "delete": "red", "import": "cyan"}
DOING = {"create": "creating", "update": "changing", "delete": "removing", "import": "adopting"}
PARTS = {
    "network": "VPC, private subnets, flow logs",
    "endpoints": "VPC endpoints and their policies, security groups",
    "roles": "service-linked roles, execution role, job role",
    "registry": "image repository",
    "storage": "workspace bucket, encryption key",
    "batch": "compute environments, job queues, job definitions, log group",
    "events": "history of job states",
}
"""What the modules of `terraform/` hold, in words."""
DONE = {
    "replace": " is replaced",
    "delete": " is removed",
    "import": " is adopted",
    "forget": " is left standing",
}
ATTRIBUTES = 6
"""Attributes of one resource that are shown without `-v`."""
CENT = 0.005
ROWS = 8
"""Resources in work that are shown at once; Terraform works on ten."""


@dataclass(slots=True)
class DeployView:
    """What the events so far amount to.

    Attributes:
        clock: seconds that only grow, for elapsed times between two events.
    """

    clock: Callable[[], float]
    title: str
    planned: set[str] = field(default_factory=set)
    working: dict[str, tuple[str, float]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    failed: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    message: str = ""
    image: images.ImageView = field(default_factory=images.ImageView)
    _started: float | None = None

    def take(self, event: DeployEvent) -> None:
        """Take one event in."""
        if self._started is None:
            self._started = self.clock()
        match event:
            case Planned():
                self.planned.add(event.address)
            case Progress():
                self._progress(event)
            case Diagnostic():
                if event.severity == "warning":
                    self.warnings.append(text.safe(event.summary))
            case Message():
                self.message = event.text
            case Outputs():
                pass
            case _:
                self.image.take(event)

    def _progress(self, event: Progress) -> None:
        self.planned.add(event.address)
        if event.phase is Phase.STARTED:
            self.working[event.address] = (event.action, self.clock())
        elif event.phase is not Phase.GOING_ON:
            self.working.pop(event.address, None)
            if event.phase is Phase.DONE:
                self.done.add(event.address)
            else:
                (self.stopped if event.phase is Phase.STOPPED else self.failed).append(event.address)

    def render(self) -> "RenderableType":
        """The display as it stands now."""
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        now = self.clock()
        head = Table.grid(padding=(0, 1))
        begun = len(self.done) + len(self.working) + len(self.failed) + len(self.stopped)
        waiting = len(self.planned) - begun
        head.add_row(
            Text(self.title, style="bold"),
            ProgressBar(total=max(len(self.planned), 1), completed=len(self.done), width=30),
            Text(f"{len(self.done)}/{len(self.planned)}"),
            Text(duration_text(now - (self._started or now))),
            Text(f"{waiting} waiting" if waiting else "", style="dim"),
        )
        rows = Table.grid(padding=(0, 1))
        for address, (action, since) in list(self.working.items())[:ROWS]:
            rows.add_row(
                Text("▶", style=COLOURS.get(action, "")),
                Text(address),
                Text(f"{DOING.get(action, action)} {duration_text(now - since)}", style="dim"),
            )
        if len(self.working) > ROWS:
            rows.add_row("", Text(f"… {len(self.working) - ROWS} more", style="dim"))
        for address in self.failed:
            rows.add_row(Text("✘", style="red"), Text(address), Text("failed", style="red"))
        for address in self.stopped:
            rows.add_row(Text("■", style="dim"), Text(address), Text("stopped", style="dim"))
        parts: list[RenderableType] = [head, rows]
        message = "" if self.working else text.safe(self.message)
        for line, style in ((message, "dim"), (self.image.line(), "")):
            if line:  # one on the terminal, too: what changes with each line of a build must not jump
                parts.append(Text(line, style=style, no_wrap=True, overflow="ellipsis"))
        return Group(*parts)


def plain_line(event: DeployEvent) -> str:
    """An event as a line; empty where it says nothing new."""
    match event:
        case Progress():
            return _progress_line(event)
        case Planned() | Outputs():
            return ""
        case Diagnostic():  # said once, at the end: a warning, or the failure
            return ""
        case Message():
            return text.safe(event.text)
        case _:
            return images.plain_line(event)


def _progress_line(event: Progress) -> str:
    if event.phase is Phase.STARTED:
        return f"{DOING.get(event.action, event.action)} {event.address}"
    if event.phase is Phase.GOING_ON:
        return ""
    return f"{event.phase.value} {event.address} after {duration_text(event.seconds)}"


def counts(changes: tuple[Change, ...]) -> str:
    """Like `54 to create, 2 to adopt`."""
    words = {"import": "adopt"}
    found = Counter(change.action for change in changes)
    return ", ".join(f"{count} to {words.get(action, action)}" for action, count in found.most_common())


def plan_lines(plan: DeployPlan, *, whole: bool) -> list[tuple[str, str]]:
    """The plan as lines, each with a style: dangers first, creations counted by module.

    Args:
        whole: name every resource, with its address and every attribute.
    """
    lines = []
    if not plan.refreshed:
        lines.append(("only the image changed: AWS is not asked again; `plan` does", "dim"))
    lines += [(_drift_line(each), "yellow") for each in plan.drift]
    if plan.empty:
        return [*lines, ("no changes: what is deployed is what the project file says", "green")]
    for change in plan.changes:
        if whole or change.action != "create":
            lines += _change_lines(change, whole=whole)
    created = Counter(change.module for change in plan.changes if change.action == "create")
    if not whole:
        lines += [
            (f"+ {count:2} {module:9} {PARTS.get(module, '')}".rstrip(), COLOURS["create"])
            for module, count in sorted(created.items(), key=lambda item: [*PARTS, item[0]].index(item[0]))
        ]
    return lines


def _drift_line(drift: Change) -> str:
    """A drift whose resource is gone has no attributes to tell."""
    if drift.action == "delete":
        return f"removed by others: {resources.resource(drift)}, made again by `up`"
    told = "; ".join(map(resources.attribute, drift.attributes))
    return f"changed by others: {resources.resource(drift)}: {told}, put back by `up`"


def _change_lines(change: Change, *, whole: bool) -> Iterator[tuple[str, str]]:
    colour = COLOURS.get(change.action, "")
    reason = resources.reason(change)
    address = f"  ({change.address})" if whole else ""
    head = f"{SIGNS.get(change.action, ' ')} {resources.resource(change)}"
    yield f"{head}{DONE.get(change.action, '')}{f': {reason}' if reason else ''}{address}", colour
    shown = change.attributes if whole else change.attributes[:ATTRIBUTES]
    yield from ((f"    {resources.attribute(each)}", colour) for each in shown)
    if rest := len(change.attributes) - len(shown):
        yield f"    … {text.plural(rest, 'more attribute')}; `-v` names them", colour


def plan_cost_lines(plan: DeployPlan) -> list[str]:
    """The standing cost once applied, and by how much it changes."""
    first, *rest = cost_lines(plan.standing)
    if plan.standing_now and abs(plan.cost_change) >= CENT:
        sign = "+" if plan.cost_change > 0 else "-"
        now = text.money(plan.standing_now.monthly)
        rest.append(f"  {sign}{text.money(abs(plan.cost_change))} a month: now {now}")
    return [first, *rest]


def cost_lines(standing: StandingCost) -> list[str]:
    """What the stack costs each month, jobs or not."""
    lines = [f"  {text.money(line.monthly):>9}  {line.what}" for line in standing.lines]
    return [f"standing cost: {text.money(standing.monthly)} a month ({standing.basis})", *lines]
