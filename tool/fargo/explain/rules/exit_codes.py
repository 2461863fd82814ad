"""How a container ended, where neither AWS nor its log said why: the exit code alone.

128 and more is a signal's number added, as shells and container engines do; 125 to 127 are what `fargo-run`,
env(1) and container engines end with. Source: signal(7), env(1), POSIX "Exit Status and Errors".
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import RAN, Rule
from fargo.explain.rules.fixes import AGAIN, COMMAND, LATER, MEMORY, READ_LOG, deploy


def _ended(code: int, cause: str, fixes: tuple[Fix, ...] = (READ_LOG,)) -> Rule:
    return Rule(id=f"exit-{code}", cause=cause, reason=RAN, exit_codes=(code,), fixes=fixes)


EXIT_CODES = (
    _ended(2, "Its command ended with exit code 2, by which many programs mean wrong arguments"),
    _ended(125, "The runner, or what started the command, failed before or after it", (READ_LOG, LATER)),
    _ended(126, "Its command is there and cannot be executed", (READ_LOG, *COMMAND)),
    _ended(127, "Its command, or one that it calls, is not in the image", (READ_LOG, *COMMAND)),
    _ended(130, "Its command was interrupted (SIGINT)"),
    _ended(
        132,
        "Its program used an instruction that this CPU has not (SIGILL): it was built for a newer one",
        deploy("build it for a plain CPU of the architecture, without -march=native"),
    ),
    _ended(134, "Its program aborted (SIGABRT): it met a state that it cannot go on from"),
    _ended(135, "Its program met a bus error (SIGBUS): often a file in memory whose disk is full"),
    _ended(136, "Its program met an arithmetic error (SIGFPE), such as a division by 0"),
    _ended(
        137,
        "It was killed (SIGKILL), and AWS does not say why: most often for memory<: it has {memory}>",
        (MEMORY, READ_LOG),
    ),
    _ended(139, "Its program met a segmentation fault (SIGSEGV): a fault in native code"),
    _ended(141, "Its program wrote to one that had ended (SIGPIPE)"),
    _ended(143, "It was asked to end (SIGTERM), and AWS does not say by whom", (AGAIN, READ_LOG)),
    Rule(
        id="exit-code",
        cause="Its command ended with exit code {exit_code}: its log says why",
        reason=RAN,
        exit_codes=range(1, 256),
        fixes=(READ_LOG, LATER),
    ),
)
