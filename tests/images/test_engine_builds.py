"""Real builds on a real engine."""

import gc
import hashlib
import json
import os
import secrets
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from fargo.docker import Built, Cached, Engine, Output, Step
from fargo.errors import EngineMissing, ImageError
from fargo.images import (
    ImageReady,
    ImageSpec,
    build_and_push,
    content_hash,
    ensure_built,
    forget,
    hold,
    release,
)
from fargo.model.fargate import Architecture
from fargo.model.image import ImageRef

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]
Make = Callable[..., ImageSpec]


def build(spec: ImageSpec, repository: str, engine: Engine) -> list[object]:
    return list(build_and_push(spec, repository, engine=engine, registry=None))


def outputs(events: list[object]) -> list[str]:
    return [event.text for event in events if isinstance(event, Output)]


def test_a_context_becomes_an_image_under_its_hash(make: Make, engine: Engine, repository: str) -> None:
    spec = make({"app.py": "print(1)"})
    events = build(spec, repository, engine)
    ref = ImageRef(repository, content_hash(spec))
    assert Step(number=1, total=2, text="FROM scratch") in events
    assert isinstance(events[-2], Built)
    assert events[-1] == ImageReady(ref=ref, built=True)
    assert engine.architecture(str(ref))
    assert engine.architecture(str(ref)) == "amd64"


def test_a_second_build_does_nothing(make: Make, engine: Engine, repository: str) -> None:
    spec = make()
    ready = build(spec, repository, engine)[-1]
    assert build(spec, repository, engine) == [ImageReady(ref=ready.ref)]


def test_the_image_holds_what_was_hashed_and_nothing_that_is_ignored(
    make: Make, engine: Engine, repository: str, base: str
) -> None:
    show = "RUN echo $GREETING; cd /app && find . -type f"
    files = {
        "Dockerfile": f"FROM {base}\nARG GREETING\nCOPY . /app\n{show}\n",
        ".dockerignore": "*.log\nDockerfile\n.dockerignore\n",
        "app.py": "",
        "noise.log": "",
    }
    spec = make(files, build_args=(("GREETING", "good day"),))
    greeting, *found = outputs(build(spec, repository, engine))
    assert greeting == "good day"
    assert sorted(found) == [
        "./.fargo-runner/bin/fargo-run",
        "./.fargo-runner/fargo_runner/__init__.py",
        "./app.py",
    ]


def test_the_runner_is_executable_in_the_image(
    make: Make, engine: Engine, repository: str, base: str
) -> None:
    check = "RUN test -x /r/bin/fargo-run && stat -c '%u %a %Y' /r/bin/fargo-run"
    spec = make({"Dockerfile": f"FROM {base}\nCOPY .fargo-runner /r\n{check}\n"})
    assert outputs(build(spec, repository, engine)) == ["0 755 315619200"]


def test_a_step_that_was_done_before_is_cached(
    make: Make, engine: Engine, repository: str, base: str
) -> None:
    text = f"FROM {base}\nRUN echo {uuid.uuid4().hex}\nCOPY late.txt /\n"
    build(make({"Dockerfile": text, "late.txt": "1"}), repository, engine)
    events = build(make({"Dockerfile": text, "late.txt": "2"}), repository, engine)
    assert events.count(Cached()) == 1


def test_a_step_that_fails_is_named_with_what_it_wrote(
    make: Make, engine: Engine, repository: str, base: str
) -> None:
    spec = make({"Dockerfile": f"FROM {base}\nRUN echo to stdout; echo to stderr >&2; exit 3\n"})
    with pytest.raises(ImageError, match=r"at step 2 of 2 \(RUN echo .* code: 3") as caught:
        build(spec, repository, engine)
    assert set(caught.value.message.splitlines()[1:]) == {"  to stdout", "  to stderr"}
    assert not engine.architecture(f"{repository}:{content_hash(spec)}")


@pytest.mark.parametrize(
    ("dockerfile", "said", "step"),
    [
        ("FROM scratch\nFRM x\n", "unknown instruction: FRM", "Dockerfile"),
        ("", "cannot be empty", "Dockerfile"),
        (
            "FROM scratch\nCOPY missing /\n",
            r"at step 2 of 2 \(COPY missing /\): COPY failed",
            ".dockerignore",
        ),
        ("FROM scratch\nRUN --mount=type=cache,target=/x true\n", "requires BuildKit", "without them"),
        ("FROM fargo.invalid/base:1\n", r"at step 1 of 1 \(FROM fargo.invalid/base:1\)", "docker load"),
    ],
)
def test_a_dockerfile_that_cannot_be_built_is_a_sentence(
    make: Make, engine: Engine, repository: str, dockerfile: str, said: str, step: str
) -> None:
    with pytest.raises(ImageError, match=said) as caught:
        build(make({"Dockerfile": dockerfile}), repository, engine)
    assert step in caught.value.hint


def test_a_base_image_of_another_architecture_is_refused(
    make: Make, engine: Engine, repository: str, base: str
) -> None:
    dockerfile = f"FROM {base}\nLABEL a={uuid.uuid4().hex}\n"
    spec = make({"Dockerfile": dockerfile}, architecture=Architecture.ARM64)
    with pytest.raises(ImageError, match="arm64") as caught:
        build(spec, repository, engine)
    assert "architecture" in caught.value.hint
    assert not engine.tags(repository)


def test_an_image_without_programs_can_be_built_for_another_architecture(
    make: Make, engine: Engine, repository: str
) -> None:
    ready = build(make(architecture=Architecture.ARM64), repository, engine)[-1]
    assert engine.architecture(str(ready.ref)) == "arm64"


def test_closing_a_build_ends_its_container(make: Make, engine: Engine, repository: str, base: str) -> None:
    token = uuid.uuid4().hex
    spec = make({"Dockerfile": f"FROM {base}\nRUN echo started {token}; sleep 60\n"})
    events = ensure_built(spec, ImageRef(repository, content_hash(spec)), engine)
    assert any(event == Output(text=f"started {token}") for event in events)
    assert containers(engine, token)
    events.close()
    end = time.monotonic() + 20
    while containers(engine, token) and time.monotonic() < end:
        time.sleep(0.1)
    assert not containers(engine, token)
    assert not engine.tags(repository)


def containers(engine: Engine, token: str) -> list[object]:
    found = engine._client.containers(all=True)
    return [container for container in found if token in container["Command"]]


def test_an_image_is_forgotten_once_and_for_all(make: Make, engine: Engine, repository: str) -> None:
    refs = [build(make({"a": text}), repository, engine)[-1].ref for text in ("1", "2")]
    assert set(forget(repository, engine)) == set(refs)
    assert not engine.architecture(str(refs[0]))
    assert forget(repository, engine) == ()
    engine.remove(refs[0])


def test_an_image_that_another_holds_stays_until_that_one_forgets_it(
    make: Make, engine: Engine, repository: str
) -> None:
    ref = build(make(), repository, engine)[-1].ref
    hold(ref, engine, "11aa")
    hold(ref, engine, "22bb")
    assert forget(repository, engine, holder="11aa") == ()
    assert engine.architecture(str(ref))
    assert forget(repository, engine, holder="22bb") == (ref,)
    assert not engine.architecture(str(ref))


def test_a_holder_lets_go_of_all_that_it_holds(make: Make, engine: Engine, repository: str) -> None:
    ref = build(make(), repository, engine)[-1].ref
    holder = secrets.token_hex(4)
    hold(ref, engine, holder)
    assert release(engine, holder=f"{holder}0") == ()
    assert release(engine, holder=holder) == (ref,)
    assert not engine.architecture(str(ref))


def test_an_unknown_image_has_no_architecture(engine: Engine) -> None:
    assert engine.architecture("fargo-test/never-built:x") == ""


def test_an_unknown_image_cannot_be_named(engine: Engine) -> None:
    with pytest.raises(ImageError, match="cannot name an image a/b:c: No such image"):
        engine.tag("fargo-test/never-built:x", ImageRef("a/b", "c"))


# docker-py leaves the socket that could not connect to the garbage collector.
@pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("host", ["unix:///nonexistent.sock", "tcp://127.0.0.1:1", "foo://x"])
def test_no_engine_is_a_sentence_with_a_next_step(host: str) -> None:
    with pytest.raises(EngineMissing, match=host) as caught:
        Engine.connect(environ={"DOCKER_HOST": host})
    assert caught.value.exit_code == 3
    assert "DOCKER_HOST" in caught.value.hint
    del caught
    gc.collect()


def _context(folder: Path, name: str, host: str) -> None:
    """What `docker context create` and `docker context use` leave."""
    meta = folder / "contexts/meta" / hashlib.sha256(name.encode()).hexdigest() / "meta.json"
    meta.parent.mkdir(parents=True)
    meta.write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": {"docker": {"Host": host}}}))
    (folder / "config.json").write_text(json.dumps({"currentContext": name}))


def test_the_engine_is_that_of_docker_s_own_context(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Docker Desktop, Colima and rootless Docker set one, without a socket in the default place."""
    _context(tmp_path, "desktop-linux", "unix:///nonexistent-desktop.sock")
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with pytest.raises(EngineMissing, match=r"answers at unix:///nonexistent-desktop\.sock") as caught:
        Engine.connect(environ={"PATH": "/bin"})
    assert "DOCKER_HOST names it" not in caught.value.hint
    with pytest.raises(EngineMissing, match=r"answers at unix:///nonexistent-named\.sock"):
        Engine.connect(environ={"DOCKER_HOST": "unix:///nonexistent-named.sock"})
    for meta in tmp_path.glob("contexts/meta/*/meta.json"):
        meta.write_text("{")
    with pytest.raises(EngineMissing, match=r"Docker's context cannot be read: .*desktop-linux"):
        Engine.connect(environ={})
    with closing(Engine.connect(environ={"DOCKER_CONTEXT": "default"})) as engine:
        assert engine.about().is_here


def test_an_old_engine_is_refused_with_both_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fargo.docker.engine.NEEDED_API", "9.99")
    with pytest.raises(EngineMissing, match=r"speaks API 1\.\d+; fargo needs 9\.99"):
        Engine.connect(environ=os.environ)


@pytest.mark.filterwarnings("ignore:docker-credential-never-installed:UserWarning")  # docker-py's own word
def test_a_credential_helper_that_is_missing_is_a_sentence(
    make: Make, repository: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text('{"credsStore": "never-installed"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    with (
        closing(Engine.connect(environ=os.environ)) as engine,
        pytest.raises(ImageError, match="never-installed") as caught,
    ):
        build(make(), repository, engine)
    assert "credsStore" in caught.value.hint
    assert "credHelpers" in caught.value.hint


def test_an_engine_that_stops_answering_is_a_sentence(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def _break(_: str) -> None:
        raise ConnectionError("Connection aborted")

    monkeypatch.setattr(engine._client, "inspect_image", _break)
    with pytest.raises(ImageError, match="did not ask for a:b: Connection aborted") as caught:
        engine.architecture("a:b")
    assert "docker version" in caught.value.hint
