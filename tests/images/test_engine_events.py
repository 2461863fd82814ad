"""The engine's JSON stream → events, and its complaints → sentences. No engine needed."""

import pytest

from fargo.docker import Built, Cached, Layer, Output, Pushed, Step
from fargo.docker.events import TAIL, build_events, push_events
from fargo.docker.failures import build_failed, engine_missing, push_failed
from fargo.errors import EngineMissing, ImageError

STEP = [{"stream": "Step 2/3 : RUN make all"}, {"stream": "\n"}]
DONE = {"aux": {"ID": "sha256:abc"}}


def test_a_build_is_steps_output_and_the_image_last() -> None:
    chunks = [
        {"stream": "Step 1/2 : FROM scratch"}, {"stream": "\n"}, {"stream": " ---> \n"},
        {"stream": "Step 2/2 : RUN make"}, {"stream": "\n"}, {"stream": " ---> Running in 0123456789ab\n"},
        {"stream": "compiling\nlinking\n"}, {"stream": "Removing intermediate container 0123456789ab\n"},
        {"stream": " ---> 0123456789ab\n"}, DONE, {"stream": "Successfully built 0123456789ab\n"},
        {"stream": "Successfully tagged a/b:c\n"},
    ]  # fmt: skip
    assert list(build_events(chunks)) == [
        Step(number=1, total=2, text="FROM scratch"),
        Step(number=2, total=2, text="RUN make"),
        Output(text="compiling"),
        Output(text="linking"),
        Built(image_id="sha256:abc"),
    ]


def test_podman_s_spelling_of_a_step_is_understood() -> None:
    events = build_events([{"stream": "STEP 1/4: FROM x\n"}, DONE])
    assert next(events) == Step(number=1, total=4, text="FROM x")


def test_a_cached_step_says_so() -> None:
    assert Cached() in build_events([*STEP, {"stream": " ---> Using cache\n"}, DONE])


def test_lines_are_put_together_and_lose_colours_and_overwritten_progress() -> None:
    chunks = [
        {"stream": "\x1b[91mwarn"},
        {"stream": "ing\x1b[0m\n10%\r100%\r\n"},
        {"stream": "the end"},
        DONE,
    ]
    assert [e.text for e in build_events(chunks) if isinstance(e, Output)] == ["warning", "100%", "the end"]


def test_what_a_step_says_to_terminals_is_in_neither_its_lines_nor_its_error() -> None:
    raw = "\x1b]0;owned\x07a \x1b]8;;https://x\x1b\\link\x1b]8;;\x1b\\ \x9b2Jb\x9d52;c;eA==\x9c \x1b(B\x1b[38:5:1mc\x1b]2;open"
    with pytest.raises(ImageError) as caught:
        list(build_events([*STEP, {"stream": raw + "\n"}, {"error": "no"}]))
    assert caught.value.message.splitlines()[1] == "  a link b c"


def test_a_base_image_s_layers_are_told_and_its_tag_is_no_layer() -> None:
    chunks = [
        {"status": "Pulling from library/python", "id": "3.13"},
        {"status": "Downloading", "id": "0123456789ab", "progressDetail": {"current": 5, "total": 9}},
        {"status": "Pull complete", "id": "0123456789ab", "progressDetail": {}},
        DONE,
    ]
    assert list(build_events(chunks))[:-1] == [
        Layer(id="0123456789ab", status="Downloading", current=5, total=9),
        Layer(id="0123456789ab", status="Pull complete"),
    ]


def test_a_failed_step_is_named_with_the_end_of_its_output() -> None:
    lines = [{"stream": f"line {number}\n"} for number in range(TAIL + 5)]
    said = "The command '/bin/sh -c make all' returned a non-zero code: 2"
    with pytest.raises(ImageError) as caught:
        list(build_events([{"stream": "early noise\n"}, *STEP, *lines, {"error": said}]))
    first, *tail = caught.value.message.splitlines()
    assert first == f"The image does not build at step 2 of 3 (RUN make all): {said}."
    assert tail == [f"  line {number}" for number in range(5, TAIL + 5)]
    assert caught.value.hint


def test_output_without_a_line_end_is_part_of_the_error() -> None:
    with pytest.raises(ImageError, match=r"(?m)\n  partial$"):
        list(build_events([*STEP, {"stream": "partial"}, {"error": "no"}]))


def test_a_stream_that_just_ends_is_a_failure() -> None:
    with pytest.raises(ImageError, match=r"step 2 of 3 .* ended the build without an image"):
        list(build_events(STEP))
    with pytest.raises(ImageError, match="ended the push without a digest"):
        list(push_events([], "a/b:c"))


def test_a_push_is_layers_and_the_digest_last() -> None:
    chunks = [
        {"status": "The push refers to repository [a/b]"},
        {"status": "Preparing", "progressDetail": {}, "id": "0123456789ab"},
        {"status": "Pushing", "progressDetail": {"current": 512}, "id": "0123456789ab"},
        {"status": "c: digest: sha256:d size: 528"},
        {"progressDetail": {}, "aux": {"Tag": "c", "Digest": "sha256:d", "Size": 528}},
    ]
    assert list(push_events(chunks, "a/b:c")) == [
        Layer(id="0123456789ab", status="Preparing"),
        Layer(id="0123456789ab", status="Pushing", current=512),
        Pushed(digest="sha256:d", size=528),
    ]


def test_a_digest_counts_that_an_engine_with_the_containerd_store_says_in_words_alone() -> None:
    chunks = [
        {"status": "The push refers to repository [a/b]"},
        {"status": "Pushed", "progressDetail": {}, "id": "0123456789ab"},
        {"status": "c: digest: sha256:d size: 528"},
    ]
    assert list(push_events(chunks, "a/b:c"))[-1] == Pushed(digest="sha256:d", size=528)


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("exec /bin/sh: exec format error", "binfmt"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "architecture"),
        ("image was found but does not match the specified platform: wanted linux/arm64", "architecture"),
        ("write /x: no space left on device", "docker system prune"),
        ("the --mount option requires BuildKit. Refer to https://docs.docker.com/", "without"),
        ('failed to parse platform : "" is an invalid component of "": platform specifier', "without"),
        ("NotFound: content digest sha256:0a1b: not found", "containerd image store"),
        ("toomanyrequests: You have reached your unauthenticated pull rate limit.", "docker login"),
        ("pull access denied for x, repository does not exist or may require 'docker login'", "docker login"),
        ("manifest for python:9 not found: manifest unknown: manifest unknown", "FROM"),
        ('Get "https://registry-1.docker.io/v2/": dial tcp: lookup x: no such host', "docker load"),
        ("COPY failed: file not found in build context or excluded by .dockerignore", ".dockerignore"),
        ("dockerfile parse error line 2: unknown instruction: FRM", "Dockerfile"),
        ("something never heard of", "fargo build"),
    ],
)
def test_a_failed_build_comes_with_the_next_step(said: str, step: str) -> None:
    assert step in build_failed(said).hint


def test_the_cause_is_found_in_the_output_too() -> None:
    tail = ("ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED]",)
    assert "certificate" in build_failed("returned a non-zero code: 1", tail=tail).hint


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ("no basic auth credentials", "fargo doctor"),
        ("unauthorized: authentication required", "fargo doctor"),
        ("denied: User: arn:… is not authorized to perform: ecr:InitiateLayerUpload", "ecr:PutImage"),
        (
            "unexpected status from HEAD request to https://x/v2/y/manifests/z: 403 Forbidden",
            "ecr:BatchGetImage",
        ),
        ("name unknown: The repository with name 'x' does not exist in the registry", "fargo up"),
        ("The image tag 'x' already exists and cannot be overwritten because the tag is immutable", "again"),
        ("dial tcp 127.0.0.1:1: connect: connection refused", "network"),
        ("content digest sha256:0a1b: not found", "containerd image store"),
        ("something never heard of", "fargo build"),
    ],
)
def test_a_failed_push_comes_with_the_next_step(said: str, step: str) -> None:
    error = push_failed("a/b:c", said)
    assert step in error.hint
    assert error.message.startswith("a/b:c cannot be pushed: ")


_NOBODY = "FileNotFoundError(2, 'No such file or directory')"


@pytest.mark.parametrize(
    ("said", "message", "step"),
    [
        (_NOBODY, "No Docker engine answers", "install"),
        ("('Connection aborted.', PermissionError(13, 'Permission denied'))", "You may not use", "usermod"),
        ("Invalid bind address protocol: foo://x", "cannot be used", "DOCKER_HOST"),
    ],
)
def test_an_engine_that_cannot_be_used_comes_with_the_next_step(said: str, message: str, step: str) -> None:
    error = engine_missing("unix:///x", said, named=False)
    assert isinstance(error, EngineMissing)
    assert message in error.message
    assert step in error.hint
    assert "unset it" not in error.hint


@pytest.mark.parametrize(
    ("said", "step"), [(_NOBODY, "start the engine there"), ("Invalid bind address", "check DOCKER_HOST")]
)
def test_docker_host_is_named_where_it_names_the_engine_that_cannot_be_used(said: str, step: str) -> None:
    hint = engine_missing("tcp://127.0.0.1:1", said, named=True).hint
    assert hint.startswith(f"DOCKER_HOST names it: unset it, or {step}")
