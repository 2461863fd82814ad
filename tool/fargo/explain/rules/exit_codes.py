"""How a container ended, where neither AWS nor its log said why: the exit code alone.

128 and more is a signal's number added, as shells and container engines do; 125 to 127 are what `fargo-run`,
env(1) and container engines end with. Source: signal(7), env(1), POSIX "Exit Status and Errors".
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import RAN, Rule
from fargo.explain.rules.fixes import AGAIN, LOG, MEMORY, deploy

_COMMAND = deploy("look at `command` under [jobs.{job}] in fargo.toml and at the Dockerfile")


def _signal(code: int, name: str, cause: str, fixes: tuple[Fix, ...] = (LOG,)) -> Rule:
    return Rule(id=f"exit-{code}", short=name, cause=cause, reason=RAN, exit_codes=(code,), fixes=fixes)


EXIT_CODES = (
    _signal(
        2, "exit code 2", "Its command ended with exit code 2, by which many programs mean wrong arguments"
    ),
    _signal(
        125,
        "the runner failed",
        "The runner, or what started the command, failed before or after it",
        (LOG, AGAIN),
    ),
    _signal(
        126,
        "the command cannot be executed",
        "Its command is there and cannot be executed",
        (LOG, *_COMMAND),
    ),
    _signal(
        127,
        "a command was not found",
        "Its command, or one that it calls, is not in the image",
        (LOG, *_COMMAND),
    ),
    _signal(130, "interrupted", "Its command was interrupted (SIGINT)"),
    _signal(
        132,
        "an illegal instruction",
        "Its program used an instruction that this CPU has not (SIGILL): it was built for a newer one",
        (*deploy("build it for a plain CPU of the architecture, without -march=native"),),
    ),
    _signal(
        134, "it aborted", "Its program aborted (SIGABRT): it met a state that it cannot go on from", (LOG,)
    ),
    _signal(
        135,
        "a bus error",
        "Its program met a bus error (SIGBUS): often a file in memory whose disk is full",
        (LOG,),
    ),
    _signal(
        136,
        "an arithmetic error",
        "Its program met an arithmetic error (SIGFPE), such as a division by 0",
        (LOG,),
    ),
    _signal(
        137,
        "it was killed",
        "It was killed (SIGKILL), and AWS does not say why: most often for memory<: it has {memory}>",
        (MEMORY, LOG),
    ),
    _signal(
        139, "a segmentation fault", "Its program met a segmentation fault (SIGSEGV): a fault in native code"
    ),
    _signal(141, "a broken pipe", "Its program wrote to one that had ended (SIGPIPE)"),
    _signal(
        143,
        "it was asked to end",
        "It was asked to end (SIGTERM), and AWS does not say by whom",
        (AGAIN, LOG),
    ),
    Rule(
        id="exit-code",
        short="its command failed",
        cause="Its command ended with exit code {exit_code}: its log says why",
        reason=RAN,
        exit_codes=range(1, 256),
        fixes=(LOG, AGAIN),
    ),
)
"""What a signal's number and a custom tell; the log tells more."""
