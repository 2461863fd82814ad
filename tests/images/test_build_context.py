"""The content hash and the tar: the same for the same content, another for every change that matters."""

import errno
import io
import os
import socket
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from fargo import context
from fargo.assets import asset
from fargo.errors import ImageError
from fargo.images import DEFAULT_DOCKERFILE, ImageSpec, content_hash
from fargo.model.fargate import Architecture

Make = Callable[..., ImageSpec]
FILES = {"app.py": "print(1)\n", "lib/a.py": "a", "lib/b.py": "b"}


def tar_of(spec: ImageSpec) -> bytes:
    out = io.BytesIO()
    context.write(spec, out)
    return out.getvalue()


def names(spec: ImageSpec) -> set[str]:
    """The context's own entries, without the runner's."""
    return {e.path for e in context.entries(spec) if not e.path.startswith(context.RUNNER_FOLDER)}


def test_the_hash_is_sixteen_hex_digits(make: Make) -> None:
    tag = content_hash(make(FILES))
    assert len(tag) == 16
    assert set(tag) <= set("0123456789abcdef")


def test_times_do_not_count(make: Make) -> None:
    spec = make(FILES)
    before = content_hash(spec)
    os.utime(spec.context / "app.py", (1, 1))
    assert content_hash(spec) == before


def test_the_folder_s_place_and_the_order_of_writing_do_not_count(make: Make) -> None:
    one = make(FILES, folder="one")
    two = make(dict(reversed(FILES.items())), folder="two")
    assert content_hash(one) == content_hash(two)
    assert tar_of(one) == tar_of(two)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_of_the_mode_only_the_executable_bit_counts(make: Make, mode: int) -> None:
    spec = make(FILES)
    (spec.context / "app.py").chmod(0o644)
    before = content_hash(spec)
    (spec.context / "app.py").chmod(mode)
    assert content_hash(spec) == before
    (spec.context / "app.py").chmod(0o755)
    assert content_hash(spec) != before


def rename(spec: ImageSpec) -> ImageSpec:
    (spec.context / "app.py").rename(spec.context / "main.py")
    return spec


def edit(spec: ImageSpec) -> ImageSpec:
    (spec.context / "app.py").write_text("print(2)\n")
    return spec


def edit_dockerfile(spec: ImageSpec) -> ImageSpec:
    (spec.context / "Dockerfile").write_text("FROM scratch\n")
    return spec


def add_empty_file(spec: ImageSpec) -> ImageSpec:
    (spec.context / "empty").touch()
    return spec


def add_empty_folder(spec: ImageSpec) -> ImageSpec:
    (spec.context / "empty").mkdir()
    return spec


def add_link(spec: ImageSpec) -> ImageSpec:
    (spec.context / "link").symlink_to("app.py")
    return spec


def edit_runner(spec: ImageSpec) -> ImageSpec:
    (spec.runner / "fargo_runner" / "__init__.py").write_text("VERSION = 2\n")
    return spec


def move_bytes_between_neighbours(spec: ImageSpec) -> ImageSpec:
    (spec.context / "lib" / "a.py").write_text("ab")
    (spec.context / "lib" / "b.py").write_text("")
    return spec


def other_platform(spec: ImageSpec) -> ImageSpec:
    return replace(spec, architecture=Architecture.ARM64)


def add_argument(spec: ImageSpec) -> ImageSpec:
    return replace(spec, build_args=(("A", "1"),))


CHANGES = [
    rename, edit, edit_dockerfile, add_empty_file, add_empty_folder, add_link, edit_runner,
    move_bytes_between_neighbours, other_platform, add_argument,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_of_what_the_image_holds_changes_the_hash(
    make: Make, change: Callable[[ImageSpec], ImageSpec]
) -> None:
    spec = make(FILES)
    before = content_hash(spec)
    assert content_hash(change(spec)) != before


def test_the_order_of_build_arguments_does_not_count(make: Make) -> None:
    spec = make(FILES)
    one = replace(spec, build_args=(("A", "1"), ("B", "2")))
    two = replace(spec, build_args=(("B", "2"), ("A", "1")))
    assert content_hash(one) == content_hash(two)


def test_a_link_counts_by_its_target_and_is_never_followed(make: Make, tmp_path: Path) -> None:
    outside = tmp_path / "secret"
    outside.write_text("one")
    spec = make(FILES)
    (spec.context / "link").symlink_to(outside)
    (spec.context / "folder-link").symlink_to(tmp_path)
    before = content_hash(spec)
    outside.write_text("two")
    assert content_hash(spec) == before
    assert b"two" not in tar_of(spec)
    (spec.context / "link").unlink()
    (spec.context / "link").symlink_to("elsewhere")
    assert content_hash(spec) != before


def test_an_ignored_file_neither_travels_nor_counts(make: Make) -> None:
    spec = make(FILES | {".dockerignore": "*.log\n**/__pycache__\n"})
    before = content_hash(spec)
    (spec.context / "x.log").write_text("noise")
    (spec.context / "lib" / "__pycache__").mkdir()
    (spec.context / "lib" / "__pycache__" / "a.pyc").write_text("noise")
    assert content_hash(spec) == before


def test_an_exception_brings_a_file_back_with_the_folders_above_it(make: Make) -> None:
    spec = make(
        {"a/b/keep.txt": "", "a/b/drop.txt": "", "c/drop.txt": "", ".dockerignore": "*\n!a/b/keep.txt"}
    )
    assert names(spec) == {"Dockerfile", ".dockerignore", "a", "a/b", "a/b/keep.txt"}


def test_the_dockerfile_s_own_ignore_file_wins(make: Make) -> None:
    rules = {".dockerignore": "app.py", "deploy/Big.dockerignore": "lib"}
    spec = make(FILES | rules | {"deploy/Big": "FROM scratch"}, dockerfile=Path("deploy/Big"))
    assert "app.py" in names(spec)
    assert "lib/a.py" not in names(spec)
    assert "deploy/Big" in names(spec)


def test_the_git_folder_travels_as_docker_sends_it_and_fargo_s_state_never_does(make: Make) -> None:
    spec = make({".git/HEAD": "x", ".fargo/aws/terraform.tfstate": "x", "sub/.fargo/state": "x"})
    assert ".git/HEAD" in names(spec)
    assert not [name for name in names(spec) if ".fargo" in name]


def test_the_runner_joins_even_where_it_is_ignored(make: Make) -> None:
    spec = make({".dockerignore": "*\n.fargo-runner\n"})
    with tarfile.open(fileobj=io.BytesIO(tar_of(spec))) as archive:
        program = archive.getmember(".fargo-runner/bin/fargo-run")
        module = archive.getmember(".fargo-runner/fargo_runner/__init__.py")
    assert program.mode == 0o755
    assert module.mode == 0o644


def test_compiled_files_of_the_runner_stay_at_home(make: Make) -> None:
    spec = make()
    before = content_hash(spec)
    cache = spec.runner / "fargo_runner" / "__pycache__"
    cache.mkdir()
    (cache / "x.cpython-311.pyc").write_text("")
    assert content_hash(spec) == before


def test_the_tar_hides_who_made_it_and_when(make: Make) -> None:
    with tarfile.open(fileobj=io.BytesIO(tar_of(make(FILES)))) as archive:
        members = archive.getmembers()
    assert [m.name for m in members] == sorted(m.name for m in members)
    assert {(m.uid, m.gid, m.uname, m.gname) for m in members} == {(0, 0, "", "")}
    assert len({m.mtime for m in members}) == 1


def test_a_name_that_is_no_utf8_travels(make: Make) -> None:
    spec = make()
    (spec.context / os.fsdecode(b"caf\xe9")).write_text("x")
    before = content_hash(spec)
    assert b"caf\xe9" in tar_of(spec)
    assert content_hash(spec) == before


def test_a_socket_and_a_pipe_stay_at_home(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = make()
    before = content_hash(spec)
    os.mkfifo(spec.context / "pipe")
    monkeypatch.chdir(spec.context)  # a socket's path is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        assert content_hash(spec) == before


def test_memory_does_not_grow_with_a_file(make: Make) -> None:
    import tracemalloc

    spec = make()
    with (spec.context / "large").open("wb") as large:
        large.truncate(64 << 20)
    tracemalloc.start()
    content_hash(spec)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 << 20


def test_an_unreadable_file_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = make(FILES)
    opened = Path.open

    def _refuse(self: Path, *args: object, **kwargs: object) -> object:
        if self.name == "app.py":
            raise PermissionError(13, "Permission denied", str(self))
        return opened(self, *args, **kwargs)

    # A mode would not do: root reads everything.
    monkeypatch.setattr(Path, "open", _refuse)
    with pytest.raises(ImageError, match=r"app\.py cannot be read .* Permission denied") as caught:
        content_hash(spec)
    assert ".dockerignore" in caught.value.hint


def test_a_file_that_shrinks_while_it_is_read_is_named(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = make(FILES)
    stat = os.fstat
    monkeypatch.setattr(context.os, "fstat", lambda fd: os.stat_result([*stat(fd)[:6], 999, *stat(fd)[7:10]]))
    with pytest.raises(ImageError, match=r"fargo-run cannot be read .*: unexpected end of data"):
        content_hash(spec)


class FullDisk(io.BytesIO):
    def write(self, data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_a_sentence(make: Make) -> None:
    with pytest.raises(ImageError, match="no room for the tar") as caught:
        context.write(make(FILES), FullDisk())
    assert "TMPDIR" in caught.value.hint


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"context": Path("nowhere")}, "The build context nowhere is no folder"),
        ({"dockerfile": Path("Missing")}, r"There is no Dockerfile at .*Missing"),
        ({"dockerfile": Path("../Dockerfile")}, "outside of the build context"),
        ({"dockerfile": Path("/etc/passwd")}, "outside of the build context"),
        ({"runner": Path("nowhere")}, "runner is missing"),
    ],
)
def test_what_is_missing_is_a_sentence_with_a_next_step(
    make: Make, fields: dict[str, Path], said: str
) -> None:
    spec = replace(make(FILES), **fields)
    with pytest.raises(ImageError, match=said) as caught:
        content_hash(spec)
    assert caught.value.hint
    assert caught.value.exit_code == 5


def test_a_runner_folder_of_the_user_s_own_is_refused(make: Make) -> None:
    with pytest.raises(ImageError, match=r"has a \.fargo-runner of its own"):
        content_hash(make({".fargo-runner/x": ""}))


def test_without_a_dockerfile_the_default_image_travels_in_its_place(make: Make) -> None:
    spec = make({"job.py": "print()"}, dockerfile=DEFAULT_DOCKERFILE)
    (spec.context / "Dockerfile").unlink()
    travelling = {entry.path: entry.source for entry in context.entries(spec)}
    assert travelling[".fargo-runner/Dockerfile"] == asset("image") / "Dockerfile"
    assert "Dockerfile" not in travelling
