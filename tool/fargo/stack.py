"""The stack's folder `.fargo/<target>/`: a copy of the packaged Terraform, its variables, what it put out.

Touches the disk, never AWS.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fargo import place
from fargo.assets import asset
from fargo.config import Project
from fargo.errors import NotDeployed, PrerequisiteError
from fargo.model import naming
from fargo.model.stack import StackOutputs
from fargo.variables import jobs_of

# Of the packaged folder, what a root module does not need.
LEFT_OUT = frozenset({"tests", "policies", "examples", "readme.py", ".terraform", ".terraform.lock.hcl"})
MARKER = ".fargo-content"
ADOPT = "adopt.tf.json"
NOT_HERE = "deploy it: `fargo up`; where somebody else has: share its state, [state] bucket in fargo.toml"
ROLE_ADDRESS = "module.roles.aws_iam_service_linked_role.{}"


class StackFolder:
    """Where one project's stack on one target lives on this machine.

    Args:
        project: whose stack.
        target: `aws` or `local`.
    """

    def __init__(self, project: Project, target: str) -> None:
        self.project = project
        self.root = project.folder / ".fargo" / target
        self.module = self.root / "stack"
        # Another fargo beside this one must not change the plan that is about to be applied.
        self.plan = self.root / f"plan-{os.getpid()}.tfplan"
        self.state = self.root / "terraform.tfstate"  # of a local backend; `backend.tf.json` says the same
        self._outputs = self.root / "outputs.json"
        self._jobs = self.root / "jobs.json"
        self._owner = place.Owner(self.root / "target.json")
        self._is_local = target == "local"

    def claim(self, account_id: str, region: str) -> None:
        """Bind the folder to an account and a region: something is about to be created there."""
        mine = {"name": self.project.name, "account_id": account_id, "region": region}
        where = {"state": self.state_id} if self.is_shared else {}
        self._owner.write(self._owner.read() | mine | where)

    def check_owner(self, account_id: str, region: str) -> None:
        """Make sure that the folder is not of another project, account or region, and its state is in place.

        Raises:
            PrerequisiteError: it is bound to another project, or its state is somewhere else.
            WrongAccount: it is bound to another account or region.
        """
        self.check_place()
        self.check_account(account_id, region)

    def check_account(self, account_id: str, region: str) -> None:
        """The same, wherever the state is."""
        bound = self._owner.read()
        if "name" not in bound:
            return
        self._check_name(bound["name"])
        place.check_target(self.project.name, bound, {"account_id": account_id, "region": region})

    def _check_name(self, name: str) -> None:
        if name != self.project.name:
            raise PrerequisiteError(
                f"{self.root} holds the stack of {name}, and {self.project.file} is of {self.project.name}",
                "keep each project file in a folder of its own, or take the other one down first",
            )

    def adopt(self, imports: Mapping[str, str]) -> None:
        """Have Terraform import these besides what it imports already, address → id."""
        blocks = json.loads((self.module / ADOPT).read_text(encoding="utf-8")).get("import", [])
        blocks += [{"to": address, "id": thing} for address, thing in sorted(imports.items())]
        self._write(ADOPT, {"import": blocks} if blocks else {})

    def adopt_nothing(self) -> None:
        """Have Terraform import nothing: it would bring back what is taken out of the state."""
        if self.module.is_dir():
            self._write(ADOPT, {})

    @property
    def state_id(self) -> str:
        """What tells this stack's state from every other: where it lies; of one on this machine, a word."""
        if self.is_shared:
            return "s3://{}/{}".format(*self.shared_state)
        known = self._owner.read()
        if "state_id" not in known:
            known |= {"state_id": secrets.token_hex(8)}
            self._owner.write(known)
        return known["state_id"]

    @property
    def is_to_move(self) -> bool:
        """Whether the project file names a bucket for a state that is on this machine, and of something."""
        return self.is_shared and self.state.is_file() and place.has_resources(self.state.read_bytes())

    def moved(self) -> None:
        """The state is in the bucket from now on."""
        known = {name: value for name, value in self._owner.read().items() if name != "state_id"}
        self._owner.write(known | {"state": self.state_id})

    def check_place(self) -> None:
        """Make sure that the state is where the project file says: a second one would be of a second stack.

        Raises:
            PrerequisiteError: it is somewhere else.
        """
        name, bucket = self.project.name, self.project.state.bucket
        if self.is_to_move:
            raise PrerequisiteError(
                f"the state of {name} is on this machine, and [state] names the bucket {bucket}",
                "`fargo up` moves it there, after asking",
            )
        state = self._owner.read().get("state", "")
        if state and state != (self.state_id if self.is_shared else ""):
            says = (
                f"[state] names the bucket {bucket}" if self.is_shared else "the project file names no bucket"
            )
            hint = f'put it back: bucket = "{state.split("/")[2]}" under [state]'
            raise PrerequisiteError(f"the state of {name} is {state}, and {says}", hint)

    def materialise(
        self, variables: Mapping[str, Any], provider: Mapping[str, Any], existing_roles: Mapping[str, str]
    ) -> bool:
        """Write the root module whole: code, provider, backend, variables, roles to adopt.

        Args:
            variables: see `fargo.variables.variables`.
            provider: see `fargo.variables.provider`.
            existing_roles: service-linked roles that the account has, short name → ARN.

        Returns:
            Whether `terraform init` is due: none has ended well with this code and this backend.
        """
        self.module.mkdir(parents=True, exist_ok=True)
        (self.root.parent / ".gitignore").write_text("*\n", encoding="utf-8")
        self._write("terraform.tfvars.json", variables)
        self._write("provider.tf.json", {"provider": {"aws": provider}})
        self.adopt_nothing()
        self.adopt({ROLE_ADDRESS.format(short): arn for short, arn in existing_roles.items()})
        self._write("backend.tf.json", {"terraform": {"backend": self._backend()}})
        self._copy_code()
        return (
            not self._initialised.is_file() or self._initialised.read_text(encoding="utf-8") != self._wanted()
        )

    @property
    def _initialised(self) -> Path:
        return self.module / ".terraform" / "fargo-initialised"

    def _wanted(self) -> str:
        return _content(asset("terraform")) + json.dumps(self._backend(), sort_keys=True)

    def initialised(self) -> None:
        """Note that `terraform init` ended well."""
        self._initialised.write_text(self._wanted(), encoding="utf-8")

    @property
    def is_shared(self) -> bool:
        """Whether the state is in a bucket, for all who have the project file."""
        return bool(self.project.state.bucket) and not self._is_local

    @property
    def shared_state(self) -> tuple[str, str]:
        """Bucket and key of a shared state."""
        return self.project.state.bucket, f"{naming.resource_prefix(self.project.name)}/terraform.tfstate"

    def _backend(self) -> dict[str, Any]:
        if not self.is_shared:
            return {"local": {"path": "../terraform.tfstate"}}
        bucket, key = self.shared_state
        return {
            "s3": {
                "bucket": bucket,
                "key": key,
                "region": self.project.region,
                "use_lockfile": True,
                "encrypt": True,
            }
        }

    def _copy_code(self) -> None:
        source = asset("terraform")
        content = _content(source)
        marker = self.module / MARKER
        if marker.is_file() and marker.read_text(encoding="utf-8") == content:
            return
        for old in (*self.module.glob("*.tf"), self.module / "modules"):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
        shutil.copytree(
            source, self.module, ignore=lambda _, names: LEFT_OUT & set(names), dirs_exist_ok=True
        )
        marker.write_text(content, encoding="utf-8")

    def _write(self, name: str, content: Mapping[str, Any]) -> None:
        text = json.dumps(content, indent=2, sort_keys=True) + "\n"
        (self.module / name).write_text(text, encoding="utf-8")

    def remember(self, outputs: StackOutputs) -> None:
        """Keep the outputs at hand, so that no later command has to start Terraform for them."""
        place.keep(self._outputs, asdict(outputs))
        place.keep(self._jobs, jobs_of(self.project))

    def jobs_changed(self) -> bool:
        """Whether the project file's jobs are no longer those that were deployed."""
        try:
            deployed = json.loads(self._jobs.read_bytes())
        except FileNotFoundError:
            return False
        except (ValueError, RecursionError):
            return True  # damaged: the next `up` writes it anew
        return bool(deployed != jobs_of(self.project))

    def outputs(self) -> StackOutputs:
        """What the last `up` put out.

        Raises:
            NotDeployed: there was none, or by an older version of fargo that did not say enough.
            NewerState: a newer fargo did.
        """
        try:
            found = StackOutputs.told(json.loads(self._outputs.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise NotDeployed(f"{self.project.name} is not deployed here yet", NOT_HERE) from None
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            text = f"{self._outputs} is damaged ({error})"
            raise NotDeployed(text, "write it anew: `fargo up`") from error
        self._check_name(found.name)
        return found

    def expect_state(self) -> None:
        """Make sure that there may be something to take down.

        Raises:
            NotDeployed: nothing was ever planned here.
        """
        if not self.is_shared and not self.state.is_file() and not self._owner.file.is_file():
            raise NotDeployed(f"{self.project.name} is not deployed here: nothing to take down")

    @property
    def is_claimed(self) -> bool:
        """Whether something was created from here, and not taken down to the end."""
        return "account_id" in self._owner.read()

    def mend_state(self) -> bool:
        """Put a state file on this machine right that Terraform was killed over; whether it was."""
        return place.mend(self.state)

    def remove(self, *, kept: bool = False) -> None:
        """Forget the stack: there is nothing left of it.

        Args:
            kept: something is: its tags name this state, so the state's name stays.
        """
        if kept:
            for item in self.root.iterdir():
                if item != self._owner.file:
                    shutil.rmtree(item) if item.is_dir() else item.unlink()
            return
        shutil.rmtree(self.root, ignore_errors=True)
        rest = self.root.parent
        if rest.is_dir() and {item.name for item in rest.iterdir()} <= {".gitignore"}:
            shutil.rmtree(rest)


def _content(folder: Path) -> str:
    digest = hashlib.sha256()
    for file in _files(folder):
        digest.update(f"{file.relative_to(folder)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for item in sorted(folder.iterdir()):
        if item.name in LEFT_OUT:
            continue
        if item.is_dir():
            yield from _files(item)
        else:
            yield item
