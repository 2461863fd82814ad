"""A plan in one file, to be applied later or on another machine: exactly it, or not at all.

The file is a zip of Terraform's plan, the provider's lock file, and `fargo.json`: whose plan it is.
"""

import json
import os
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fargo import __version__
from fargo.deploy.applied import fingerprint
from fargo.deploy.plan import DeployPlan
from fargo.errors import StalePlan, UsageError

if TYPE_CHECKING:
    from collections.abc import Generator

    from fargo.deploy.deployment import DeployEvent, Deployment

FORMAT = 1
LOCK_FILE = ".terraform.lock.hcl"
SAVE_AGAIN = "plan again: `fargo plan --out FILE`"
_PLAN, _WHOSE = "terraform.tfplan", "fargo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """What a plan belongs to.

    Attributes:
        fingerprint: of the stack's folder that it was made in, see `applied.fingerprint`.
    """

    project: str
    target: str
    account_id: str
    region: str
    image_tag: str
    fingerprint: str = ""
    fargo: str = __version__
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A saved plan, in memory."""

    whose: Whose
    plan: bytes
    lock: bytes

    def write(self, file: Path) -> None:
        """Write it where only this user can read it: a plan holds secrets.

        Raises:
            UsageError: it cannot be written there.
        """
        beside = file.with_name(f".{file.name}.{os.getpid()}")
        try:
            with (
                os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw,
                zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive,
            ):
                archive.writestr(_WHOSE, json.dumps(asdict(self.whose), indent=2) + "\n")
                archive.writestr(_PLAN, self.plan)
                archive.writestr(LOCK_FILE, self.lock)
            beside.replace(file)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise UsageError(f"the plan cannot be written to {file}: {error.strerror}") from error

    @classmethod
    def read(cls, file: Path) -> "SavedPlan":
        """Read one.

        Raises:
            UsageError: there is no such file.
            StalePlan: this fargo did not write it.
        """
        try:
            with zipfile.ZipFile(file) as archive:
                told = json.loads(archive.read(_WHOSE))
                _check_maker(told["fargo"], told["format"])
                found = cls(Whose(**told), archive.read(_PLAN), archive.read(LOCK_FILE))
        except OSError as error:
            raise UsageError(
                f"{file} cannot be read: {error.strerror}", "`fargo plan --out FILE` writes one"
            ) from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            KeyError,
            RuntimeError,
            TypeError,
            ValueError,
        ) as error:
            raise StalePlan(f"{file} is no plan of `fargo plan --out`", SAVE_AGAIN) from error
        return found

    def check(self, here: Whose) -> None:
        """Make sure that it is of this project, account, region and target.

        Raises:
            StalePlan: it is of another.
        """
        for what, word in (
            ("project", "project"),
            ("target", "target"),
            ("account_id", "account"),
            ("region", "region"),
        ):
            theirs, ours = getattr(self.whose, what), getattr(here, what)
            if theirs != ours:
                raise StalePlan(f"the plan is of {word} {theirs}, and this is {ours}", SAVE_AGAIN)
        if self.whose.image_tag != here.image_tag:
            raise StalePlan(
                f"the plan names the image {self.whose.image_tag}, and what is here builds {here.image_tag}",
                f"check out what the plan was made of, or {SAVE_AGAIN}",
            )

    def check_stack(self, fingerprint: str) -> None:
        """Make sure that it was made of the same settings and the same Terraform code.

        Raises:
            StalePlan: it was not.
        """
        if self.whose.fingerprint != fingerprint:
            raise StalePlan(
                "the plan was made of other settings than those here, or for another state",
                SAVE_AGAIN,
            )


def _check_maker(fargo: str, form: int) -> None:
    if (fargo, form) != (__version__, FORMAT):
        raise StalePlan(f"the plan was made by fargo {fargo}, and this is {__version__}", SAVE_AGAIN)


def save(deployment: "Deployment", plan: DeployPlan, file: Path) -> None:
    """Write a plan into one file, for `load`.

    Raises:
        UsageError: it cannot be written there.
    """
    module = deployment.folder.module
    whose = _whose(deployment, plan.account_id, plan.image_tag, fingerprint(module))
    SavedPlan(whose, plan.file.read_bytes(), (module / LOCK_FILE).read_bytes()).write(file)


def load(deployment: "Deployment", file: Path, image_tag: str) -> "Generator[DeployEvent, None, DeployPlan]":
    """Take up a plan that `save` wrote, here or on another machine. Changes nothing on AWS.

    Args:
        deployment: whose plan it must be.
        file: the saved plan.
        image_tag: the content hash of the image as it is now.

    Raises:
        StalePlan: it is of another project, target, image or settings, or of another fargo.
        UsageError: there is no such file.
    """
    saved = SavedPlan.read(file)
    folder, account_id = deployment.folder, deployment.session.identity().account_id
    saved.check(_whose(deployment, account_id, image_tag))
    folder.check_owner(account_id, deployment.session.region)
    lock = folder.module / LOCK_FILE
    folder.module.mkdir(parents=True, exist_ok=True)
    lock.write_bytes(saved.lock)  # so that `init` takes the same provider
    yield from deployment.prepare(account_id, image_tag)
    lock.write_bytes(saved.lock)  # `init` may have added to it, and Terraform wants it as it was
    saved.check_stack(fingerprint(folder.module))
    folder.plan.write_bytes(saved.plan)
    return deployment.read_plan(account_id, image_tag)


def _whose(deployment: "Deployment", account_id: str, image_tag: str, stack: str = "") -> Whose:
    return Whose(
        project=deployment.project.name,
        target=deployment.session.target.value,
        account_id=account_id,
        region=deployment.session.region,
        image_tag=image_tag,
        fingerprint=stack,
    )
