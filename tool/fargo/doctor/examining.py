"""All checks, as many at once as may wait. Changes nothing, starts nothing.

First what this machine tells, while AWS is asked who we are; then, where it answered, what AWS tells. Every
check is guarded by itself: one that fails hides no other.
"""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fargo.aws.session import Target
from fargo.deploy import shared_state
from fargo.doctor import account, deployed, limits, rights
from fargo.doctor.check import Check, Group, Look, Section, Verdict, guarded, missing, ok, warning
from fargo.doctor.machine import Machine
from fargo.errors import FargoError
from fargo.stack import StackFolder

if TYPE_CHECKING:
    from fargo.aws.session import Identity, Session
    from fargo.config import Project
    from fargo.model.stack import StackOutputs

THREADS = 12
"""Looks at once: most of them wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doctor:
    """What the checks look at.

    Attributes:
        project: None where there is no project file, or a broken one: its checks are then left out.
        problem: what is wrong with a broken one.
        session: made only when asked, because making it may fail; gives None where the local AWS is
            meant and does not run.
        target: which AWS is meant.
        now: the time, in UTC.
    """

    environ: Mapping[str, str]
    home: Path
    scratch: Path
    project: "Project | None"
    problem: FargoError | None = None
    session: "Callable[[], Session | None]"
    target: Target
    now: datetime

    def sections(self) -> tuple[Section, ...]:
        """Every check, in the order in which a user would mend them."""
        with ThreadPoolExecutor(THREADS) as pool:
            found = [(group, pool.submit(guarded, name, look)) for group, name, look in self._machine()]
            found += [(group, _done(checks)) for group, checks in self._project()]
            if self.project is not None:
                found += self._aws(pool, self.project)
            return _by_group([(group, future.result()) for group, future in found])

    def _machine(self) -> Iterator[tuple[Group, str, Look]]:
        machine = Machine(
            environ=self.environ,
            home=self.home,
            scratch=self.scratch,
            project=self.project,
            local=self.target is Target.LOCAL,
        )
        looks: dict[str, Look] = {
            "fargo": machine.python,
            "Terraform": machine.terraform,
            "Terraform CLI configuration": machine.cli_config,
            "AWS provider": machine.provider,
            "Docker engine": machine.engine,
        }
        for name, look in looks.items():
            yield Group.MACHINE, name, look

    def _project(self) -> Iterator[tuple[Group, tuple[Check, ...]]]:
        if self.problem is not None:
            check = missing("project file", self.problem.message, self.problem.hint)
            yield Group.PROJECT, (check,)
        elif self.project is not None:
            yield Group.PROJECT, (ok("project file", str(self.project.file)),)

    def _aws(
        self, pool: ThreadPoolExecutor, project: "Project"
    ) -> "list[tuple[Group, Future[tuple[Check, ...]]]]":
        folder = StackFolder(project, self.target.value)
        found = []
        if not folder.is_shared:
            found.append(
                (Group.STACK, pool.submit(guarded, "stack", lambda: deployed.here(folder, folder.outputs)))
            )
        session, who, checks = self._who(project)
        found.append((Group.ACCOUNT, _done(checks)))
        if session is None or who is None:
            return found
        known = cache(lambda: shared_state.known(folder, lambda: session))
        if folder.is_shared:
            found.append((Group.STACK, pool.submit(guarded, "stack", lambda: deployed.here(folder, known))))
        outputs = _outputs(known)
        for group, name, look in _asked(project, session, who, outputs):
            found.append((group, pool.submit(guarded, name, look, otherwise=Verdict.UNKNOWN)))
        return found

    def _who(self, project: "Project") -> "tuple[Session | None, Identity | None, tuple[Check, ...]]":
        """AWS and who it takes us for, as far as it answers, and what that says."""
        try:
            session = self.session()
        except FargoError as error:
            return None, None, (account.refused("AWS", error, project.profile),)
        if session is None:
            hint = "`fargo up` starts it and deploys to it; `fargo local start` starts it alone"
            return None, None, (warning("local AWS", "not running", hint),)
        signing = guarded("credentials", lambda: account.signing(session, self.now))
        where = guarded("region", lambda: account.region(session, project))
        if any(check.verdict is Verdict.MISSING for check in signing):
            return session, None, (*signing, *where)
        try:
            who = session.identity(attempts=1, seconds=account.PATIENCE)
        except FargoError as error:
            return session, None, (account.refused("identity", error, project.profile), *signing, *where)
        bound = guarded("deployed to", lambda: account.ownership(project, session, who))
        return session, who, (account.identity(who), *signing, *where, *bound)


def _asked(
    project: "Project", session: "Session", who: "Identity", outputs: "StackOutputs | None"
) -> Iterator[tuple[Group, str, Look]]:
    """What is asked of AWS once it has answered."""
    yield Group.PERMISSIONS, "permissions", lambda: rights.checks(project, session, who)
    yield Group.QUOTAS, "quotas", lambda: limits.checks(project, session, deployed=outputs is not None)
    if outputs is not None and outputs.account_id == who.account_id:
        for name, look in deployed.looks(project, outputs, session).items():
            yield Group.STACK, name, look


def _outputs(known: "Callable[[], StackOutputs]") -> "StackOutputs | None":
    try:
        return known()
    except FargoError:
        return None


def _done(checks: tuple[Check, ...]) -> "Future[tuple[Check, ...]]":
    future: Future[tuple[Check, ...]] = Future()
    future.set_result(checks)
    return future


def _by_group(found: list[tuple[Group, tuple[Check, ...]]]) -> tuple[Section, ...]:
    sections = (
        Section(group, tuple(check for of, checks in found if of is group for check in checks))
        for group in Group
    )
    return tuple(section for section in sections if section.checks)
