"""Real pushes to a real registry that wants a password."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from fargo.docker import Engine, Layer, Pushed
from fargo.errors import ImageError
from fargo.images import ImageReady, ImageSpec, build_and_push, forget
from fargo.model.image import ImageRef

if TYPE_CHECKING:
    from conftest import LoopbackRegistry

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]
Make = Callable[..., ImageSpec]


@pytest.fixture
def url(registry: "LoopbackRegistry", engine: Engine, request: pytest.FixtureRequest) -> Any:
    """A repository of this test alone, in the registry."""
    name = f"{registry.host}/{request.node.name.replace('_', '-')[:60]}"
    yield name
    forget(name, engine)


def test_a_push_tells_its_layers_and_the_digest(
    make: Make, engine: Engine, registry: "LoopbackRegistry", url: str
) -> None:
    spec = make({"data": "x" * 100_000})
    events = list(build_and_push(spec, url, engine=engine, registry=registry))
    ready = events[-1]
    assert isinstance(ready, ImageReady)
    assert (ready.built, ready.pushed) == (True, True)
    assert ready.ref.digest == registry.digest(ready.ref)
    assert [event.digest for event in events if isinstance(event, Pushed)] == [ready.ref.digest]
    layers = [event for event in events if isinstance(event, Layer)]
    assert {"Preparing", "Pushed"} <= {layer.status for layer in layers}
    assert any(layer.current for layer in layers)


def test_a_second_push_does_nothing_even_on_a_fresh_machine(
    make: Make, engine: Engine, registry: "LoopbackRegistry", url: str
) -> None:
    spec = make()
    first = list(build_and_push(spec, url, engine=engine, registry=registry))[-1]
    forget(url, engine)
    again = list(build_and_push(spec, url, engine=engine, registry=registry))
    assert again == [ImageReady(ref=first.ref)]
    assert not engine.architecture(str(first.ref))


def test_a_wrong_password_is_a_sentence(
    make: Make, engine: Engine, registry: "LoopbackRegistry", url: str
) -> None:
    stranger = replace(registry, password="wrong")
    with pytest.raises(ImageError, match=r"cannot be pushed: .*(unauthorized|no basic auth)") as caught:
        list(build_and_push(make(), url, engine=engine, registry=stranger))
    assert "fargo doctor" in caught.value.hint


def test_a_registry_that_is_away_is_a_sentence(make: Make, engine: Engine) -> None:
    ref = ImageRef("127.0.0.1:1/x", "t")
    list(build_and_push(make(), ref.repository, engine=engine, registry=None))
    (held,) = engine.tags(ref.repository)
    with pytest.raises(ImageError, match="connection refused") as caught:
        list(engine.push(held, username="a", password="b"))
    assert "network" in caught.value.hint
    forget(ref.repository, engine)


def test_an_image_that_was_never_built_cannot_be_pushed(engine: Engine) -> None:
    with pytest.raises(ImageError, match=r"cannot be pushed: .*does not exist"):
        list(engine.push(ImageRef("127.0.0.1:1/never", "t"), username="a", password="b"))
