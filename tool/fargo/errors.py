"""Every failure a user can meet: one tree, one exit code a branch, a next step each.

FargoError
├── UsageError            2  the command line asks for what cannot be
│   └── ProjectFileError  2  fargo.toml: file, key, value, what is allowed
├── PrerequisiteError     3  something must be there first
│   ├── EngineMissing     3  no Docker engine answers
│   ├── TerraformMissing  3  no Terraform, or too old a one
│   ├── LocalAwsError     3  the local AWS cannot start or is not running
│   ├── NotDeployed       3  no `fargo up` yet
│   ├── NewerState        3  the state is of a newer fargo or a newer Terraform
│   ├── StalePlan         3  a saved plan is not of the stack as it is now
│   ├── WrongAccount      3  the credentials or the region are not those deployed to
│   └── NameTaken         3  what would be created exists, and is not this project's
├── TerraformFailed       4  Terraform ended with an error
│   └── StateLocked       4  another process holds the state
├── ImageError            5  the image cannot be hashed, built or pushed
├── AwsError              6  AWS refused, or is out of reach
│   ├── AwsUnreachable    6
│   ├── AwsDenied         6
│   ├── AwsThrottled      6
│   ├── AwsNotFound       6
│   └── AwsConflict       6  somebody else changed it meanwhile
├── WaitTimeout         124  --timeout passed first
└── Interrupted         130  Ctrl-C

`main()` alone turns them into an exit. A job that failed is no error of fargo: its
command ends with exit code 1 (`JOB_FAILED`) after having shown it.
"""

from typing import ClassVar

DONE = 0
JOB_FAILED = 1
UPGRADE = "upgrade fargo: python3 -m pip install --upgrade fargo"
"""The next step where something is of a newer fargo."""


class FargoError(Exception):
    """What happened and why, in a sentence, and the next step.

    Attributes:
        exit_code: what the process ends with.
        hint: the next step, a command where there is one; may be empty.
    """

    exit_code: ClassVar[int] = 6

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """As a traceback shows it, and as the command line does."""
        return f"{self.message}\n  → {self.hint}" if self.hint else self.message


class UsageError(FargoError):
    """The command line asks for something impossible."""

    exit_code = 2


class ProjectFileError(UsageError):
    """The project file is missing or not valid."""


class PrerequisiteError(FargoError):
    """Something is missing that must be there first."""

    exit_code = 3


class EngineMissing(PrerequisiteError):
    """No Docker engine answers."""


class TerraformMissing(PrerequisiteError):
    """There is no Terraform, or one that is too old."""


class LocalAwsError(PrerequisiteError):
    """The local AWS cannot start, or is not running."""


class NotDeployed(PrerequisiteError):
    """The project has no stack on this target yet."""


class NewerState(PrerequisiteError):
    """The state was written by a newer fargo or a newer Terraform: nothing is changed."""


class StalePlan(PrerequisiteError):
    """A saved plan is of another project or target, or the stack has changed since: nothing is changed."""


class WrongAccount(PrerequisiteError):
    """Credentials or region are not those that the stack was deployed to."""


class NameTaken(PrerequisiteError):
    """What would be created exists in the account, and belongs to another deployment or is unknown."""


class TerraformFailed(FargoError):
    """Terraform ended with an error; the state is kept."""

    exit_code = 4


class StateLocked(TerraformFailed):
    """Another process holds the state's lock; the message says who and since when."""


class ImageError(FargoError):
    """The image cannot be hashed, built or pushed."""

    exit_code = 5


class AwsError(FargoError):
    """AWS refused a call.

    Attributes:
        operation: the API operation, such as `SubmitJob`.
        code: AWS's error code, such as `AccessDenied`.
    """

    exit_code = 6

    def __init__(self, message: str, hint: str = "", *, operation: str = "", code: str = "") -> None:
        super().__init__(message, hint)
        self.operation = operation
        self.code = code


class AwsUnreachable(AwsError):
    """No answer, or a failure on AWS's own side: no network, no endpoint, a 5xx, the local AWS stopped."""


class AwsDenied(AwsError):
    """The credentials are missing, expired, or may not do this."""


class AwsThrottled(AwsError):
    """AWS throttles the calls."""


class AwsNotFound(AwsError):
    """What was asked for is not there."""


class AwsConflict(AwsError):
    """Somebody else has written the same object meanwhile."""


class WaitTimeout(FargoError):
    """`--timeout` passed before the run ended; the jobs go on."""

    exit_code = 124


class Interrupted(FargoError):
    """Ctrl-C; the message says what goes on and how to come back."""

    exit_code = 130
