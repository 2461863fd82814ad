"""What a plan would create and is there already: found in the account, and ours by its tags, it is imported.

So nothing is made twice that a killed apply had made and not written down, that `fargo down --keep` had left,
or that another project of the same name holds.
"""

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from fargo.aws.calls import THREADS
from fargo.aws.lookup import LOOKUPS, Found, Values
from fargo.aws.session import Session
from fargo.errors import NameTaken
from fargo.model import naming


@dataclass(frozen=True, slots=True)
class Import:
    """One import block: the resource at `address`, of Terraform's type `kind`, is the thing `id`."""

    address: str
    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class _Creation:
    address: str
    kind: str
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """Looks up what a plan would create.

    Args:
        session: where.
        project: the project's name.
        state_id: see `StackFolder.state_id`: what carries it as a tag is ours.
        any_state: what carries the project's tag is ours, whichever state it was made by.
        refuse: whether what is not ours is an error; else it is passed over.
    """

    session: Session
    project: str
    state_id: str
    any_state: bool = False
    refuse: bool = True

    def imports(self, shown: Mapping[str, Any]) -> tuple[Import, ...]:
        """What is there of a plan's creations, and ours. No call where it creates nothing of the kind.

        Args:
            shown: the plan, as `terraform show -json` gives it.

        Raises:
            NameTaken: something is there and not ours.
            AwsError: something cannot be listed.
        """
        planned = tuple(_creations(shown))
        alone = [each for each in planned if not LOOKUPS[each.kind].within]
        found = self._look_up(alone)
        absent = {each.kind for each in alone} - {each.kind for each, there in found if there}
        inside = [each for each in planned if LOOKUPS[each.kind].within]
        found += self._look_up(each for each in inside if LOOKUPS[each.kind].within not in absent)
        return tuple(
            Import(each.address, each.kind, mine)
            for each, there in found
            if there and (mine := self._ours(each.kind, there))
        )

    def _look_up(self, planned: Iterable[_Creation]) -> list[tuple[_Creation, list[Found]]]:
        # A boto3 session makes its clients in one thread; the clients serve them all.
        work = [(each, self.session.client(LOOKUPS[each.kind].service)) for each in planned]

        def find(item: tuple[_Creation, Any]) -> tuple[_Creation, list[Found]]:
            each, client = item
            return each, list(LOOKUPS[each.kind].find(client, self.project, each.values))

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(find, work))

    def _ours(self, kind: str, found: list[Found]) -> str:
        for each in found:
            if each.tags is None or self._is_ours(each.tags):
                return each.id
        if self.refuse:
            raise self._taken(kind, found[0])
        return ""

    def _is_ours(self, tags: Mapping[str, str]) -> bool:
        if tags.get(naming.TAG_PROJECT) != self.project:
            return False
        return self.any_state or tags.get(naming.TAG_STATE) == self.state_id

    def _taken(self, kind: str, found: Found) -> NameTaken:
        tags = found.tags or {}
        what = f"{kind.removeprefix('aws_').replace('_', ' ')} {found.id} exists already"
        rename = "choose another name in fargo.toml"
        if tags.get(naming.TAG_PROJECT) != self.project:
            return NameTaken(f"{what} and carries no tag of {self.project}", rename)
        state = tags.get(naming.TAG_STATE, "unknown")
        return NameTaken(
            f"{what} and belongs to another deployment of {self.project}: its state is {state}, "
            f"this one's is {self.state_id}",
            f"{rename}; where it is this project's, of a lost state or a moved checkout: `fargo up --adopt`",
        )


def _creations(shown: Mapping[str, Any]) -> Iterator[_Creation]:
    for item in shown.get("resource_changes", ()):
        lookup = LOOKUPS.get(item.get("type", ""))
        if lookup is None or item["change"]["actions"] != ["create"]:
            continue
        values = item["change"]["after"]
        if values.get(lookup.needs):
            yield _Creation(item["address"], item["type"], values)
