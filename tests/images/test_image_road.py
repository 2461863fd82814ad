"""Context → hash → build → push, with a double of the engine: what is done, and what is not done again."""

from collections.abc import Callable, Iterator
from typing import IO
from unittest.mock import create_autospec

import pytest

from fargo.aws.registry import Registry, RegistryAuth
from fargo.docker import Built, Engine, Pushed, Step
from fargo.errors import ImageError
from fargo.images import (
    ImageReady,
    ImageSpec,
    build_and_push,
    content_hash,
    ensure_built,
    forget,
    hold,
    publish,
    release,
)
from fargo.model.fargate import Architecture
from fargo.model.image import ImageRef

Make = Callable[..., ImageSpec]
URL = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/fargo-x"
STEP, BUILT = Step(number=1, total=1, text="FROM scratch"), Built(image_id="sha256:id")
PUSHED = Pushed(digest="sha256:digest", size=1)


class World:
    """An engine and a registry that remember what they hold."""

    def __init__(self) -> None:
        self.engine = create_autospec(Engine, instance=True)
        self.registry = create_autospec(Registry, instance=True)
        self.held: dict[str, str] = {}
        self.published: dict[str, str] = {}
        self.made_for = "amd64"
        self.engine.architecture.side_effect = self._architecture
        self.engine.build.side_effect = self._build
        self.engine.tag.side_effect = lambda image, ref: self.held.update({str(ref): self.made_for})
        self.engine.push.side_effect = self._push
        self.engine.tags.side_effect = self._tags
        self.engine.remove.side_effect = lambda ref: self.held.pop(str(ref))
        self.registry.digest.side_effect = lambda ref: self.published.get(str(ref), "")
        self.registry.auth.return_value = RegistryAuth(username="AWS", password="p", endpoint="https://x")

    def _architecture(self, image: str) -> str:
        return self.made_for if image == BUILT.image_id else self.held.get(image, "")

    def _tags(self, repository: str | None = None) -> list[ImageRef]:
        names = [name.rpartition(":") for name in self.held]
        return [ImageRef(owner, tag) for owner, _, tag in names if owner == (repository or owner)]

    def _build(self, spec: ImageSpec, *, context_tar: IO[bytes]) -> Iterator[object]:
        assert context_tar.tell() == 0
        yield STEP
        yield BUILT

    def _push(self, ref: ImageRef, *, username: str, password: str) -> Iterator[object]:
        assert (username, password) == ("AWS", "p")
        self.published[str(ref)] = PUSHED.digest
        yield PUSHED


def road(world: World, spec: ImageSpec, *, local: bool = False) -> list[object]:
    registry = None if local else world.registry
    return list(build_and_push(spec, URL, engine=world.engine, registry=registry))


def ref_of(spec: ImageSpec, digest: str = "") -> ImageRef:
    return ImageRef(URL, content_hash(spec), digest)


def test_the_first_time_it_builds_and_pushes(make: Make) -> None:
    spec = make()
    ready = ImageReady(ref=ref_of(spec, PUSHED.digest), built=True, pushed=True)
    assert road(World(), spec) == [STEP, BUILT, PUSHED, ready]


def test_the_second_time_it_does_nothing(make: Make) -> None:
    world, spec = World(), make()
    road(world, spec)
    assert road(world, spec) == [ImageReady(ref=ref_of(spec, PUSHED.digest))]
    assert world.engine.build.call_count == world.engine.push.call_count == 1


def test_what_the_registry_holds_is_not_built_on_a_fresh_machine(make: Make) -> None:
    world, spec = World(), make()
    world.published[str(ref_of(spec))] = "sha256:there"
    assert road(world, spec) == [ImageReady(ref=ref_of(spec, "sha256:there"))]
    assert not world.engine.method_calls


def test_what_only_the_engine_holds_is_pushed_without_a_build(make: Make) -> None:
    world, spec = World(), make()
    world.held[str(ref_of(spec))] = "amd64"
    assert road(world, spec) == [PUSHED, ImageReady(ref=ref_of(spec, PUSHED.digest), pushed=True)]


def test_without_a_registry_nothing_is_pushed(make: Make) -> None:
    world, spec = World(), make()
    assert road(world, spec, local=True) == [STEP, BUILT, ImageReady(ref=ref_of(spec), built=True)]
    assert road(world, spec, local=True) == [ImageReady(ref=ref_of(spec))]
    assert not world.engine.push.called


def test_an_image_of_another_architecture_under_the_name_is_built_anew(make: Make) -> None:
    world, spec = World(), make()
    world.held[str(ref_of(spec))] = "arm64"
    assert list(ensure_built(spec, ref_of(spec), world.engine)) == [STEP, BUILT]


def test_a_build_of_the_wrong_architecture_gets_no_name(make: Make) -> None:
    world, spec = World(), make(architecture=Architecture.ARM64)
    with pytest.raises(ImageError, match="built for amd64, not for arm64") as caught:
        road(world, spec)
    assert "architecture" in caught.value.hint
    assert not world.held
    assert not world.published


def test_a_context_that_changes_under_the_hash_is_not_built(make: Make) -> None:
    world, spec = World(), make()
    ref = ref_of(spec)
    (spec.context / "late.txt").write_text("x")
    with pytest.raises(ImageError, match="changed since"):
        list(ensure_built(spec, ref, world.engine))
    assert not world.engine.build.called


def test_a_push_that_somebody_else_won_is_done(make: Make) -> None:
    world, ref = World(), ref_of(make())

    def _lose(pushed: ImageRef, **login: str) -> Iterator[object]:
        world.published[str(pushed)] = "sha256:theirs"
        raise ImageError("tag is immutable")
        yield

    world.engine.push.side_effect = _lose
    road = publish(ref, world.engine, world.registry)
    with pytest.raises(StopIteration) as end:
        next(road)
    assert end.value.value == ImageReady(ref=ImageRef(ref.repository, ref.tag, "sha256:theirs"))


def test_a_push_that_fails_stays_failed(make: Make) -> None:
    world = World()
    world.engine.push.side_effect = ImageError("denied")
    with pytest.raises(ImageError, match="denied"):
        road(world, make())


def test_closing_the_road_closes_the_build(make: Make) -> None:
    world, closed = World(), []

    def _endless(spec: ImageSpec, *, context_tar: IO[bytes]) -> Iterator[object]:
        try:
            while True:
                yield STEP
        finally:
            closed.append(context_tar.closed)

    world.engine.build.side_effect = _endless
    events = build_and_push(make(), URL, engine=world.engine, registry=None)
    next(events)
    events.close()
    assert closed == [False]


def test_what_another_local_aws_holds_is_not_forgotten() -> None:
    world, shared, ours = World(), ImageRef(URL, "a"), ImageRef(URL, "b")
    for ref in (shared, ours):
        world.engine.tag("sha256:id", ref)
        hold(ref, world.engine, "11aa")
    hold(shared, world.engine, "22bb")
    assert forget(URL, world.engine, holder="11aa") == (ours,)
    assert forget(URL, world.engine, holder="11aa") == ()
    assert world.engine.architecture(str(shared))
    assert forget(URL, world.engine, holder="22bb") == (shared,)
    assert not world.held


def test_a_holder_lets_go_of_all_projects_and_of_nothing_that_others_hold_or_nobody_does() -> None:
    world, other = World(), f"{URL}-2"
    ours, shared, theirs = ImageRef(URL, "a"), ImageRef(other, "a"), ImageRef(f"{URL}-3", "a")
    loose = ImageRef("somebody/s", "a-11aa")
    for ref in (ours, shared, theirs, loose):
        world.engine.tag("sha256:id", ref)
    for ref, holder in ((ours, "11aa"), (shared, "11aa"), (shared, "22bb"), (theirs, "22bb")):
        hold(ref, world.engine, holder)
    assert release(world.engine, holder="11aa") == (ours,)
    left = [shared, theirs, loose, ImageRef(f"{other}/held", "a-22bb"), ImageRef(f"{URL}-3/held", "a-22bb")]
    assert set(world.held) == set(map(str, left))
    assert release(world.engine, holder="11aa") == ()


def test_without_a_holder_all_is_forgotten() -> None:
    world, ref = World(), ImageRef(URL, "a")
    world.engine.tag("sha256:id", ref)
    hold(ref, world.engine, "11aa")
    assert forget(URL, world.engine) == (ref,)
    assert not world.held
