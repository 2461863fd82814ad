"""Retries: attempts, and evaluateOnExit."""

from dataclasses import dataclass

from casebook import API, GUIDE, Case, Feature, holds, same
from world import SCRIPTED, Work, World

_feature = Feature("Retries")
_case = _feature.case

_GUIDE = GUIDE.format("job_retries")
_EVALUATE = API.format("EvaluateOnExit")


@_case("A job has one attempt where nothing else is said", _GUIDE, runs=True)
def retry_is_not_the_default(world: World) -> None:
    same("attempts", len(world.wait(world.submit(Work(exits=(1,))), "FAILED")["attempts"]), 1)


@_case("A failing job is tried as often as attempts say", _GUIDE, runs=True)
def retry_up_to_the_attempts(world: World) -> None:
    job = world.wait(world.submit(Work(exits=(1,)), retryStrategy={"attempts": 3}), "FAILED", seconds=2)
    same("exit codes", [each["container"].get("exitCode") for each in job["attempts"]], [1, 1, 1])


@_case("A job is not tried again after a success", _GUIDE, runs=True)
def retry_ends_with_a_success(world: World) -> None:
    job = world.wait(world.submit(Work(exits=(1, 0)), retryStrategy={"attempts": 5}), "SUCCEEDED", seconds=1)
    same("exit codes", [each["container"].get("exitCode") for each in job["attempts"]], [1, 0])


@_case("AWS_BATCH_JOB_ATTEMPT counts the attempts", _GUIDE, runs=True)
def retry_counts_in_the_environment(world: World) -> None:
    work = Work(exits=(1, 0), env=("AWS_BATCH_JOB_ATTEMPT",))
    job = world.wait(world.submit(work, retryStrategy={"attempts": 2}), "SUCCEEDED", seconds=1)
    same("the last attempt's line", world.lines(job), ["AWS_BATCH_JOB_ATTEMPT=2"])


@_case("Each attempt has a log stream of its own", API.format("AttemptContainerDetail"), runs=True)
def retry_has_a_stream_each(world: World) -> None:
    job = world.wait(world.submit(Work(exits=(1,)), retryStrategy={"attempts": 2}), "FAILED", seconds=1)
    streams = [each["container"].get("logStreamName") for each in job["attempts"]]
    holds(f"two streams: {streams}", len(set(streams)) == 2 and all(streams))


@_case("The job's retryStrategy is used instead of the definition's", API.format("SubmitJob"), runs=True)
def retry_strategy_of_the_job(world: World) -> None:
    definition = world.definition(retryStrategy={"attempts": 5})
    job = world.wait(
        world.submit(Work(exits=(1,)), jobDefinition=definition, retryStrategy={"attempts": 2}), "FAILED"
    )
    same("attempts", len(job["attempts"]), 2)


@_case(
    "A Fargate Spot interruption can be told from a failure by its statusReason",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html",
    runs=True,
    only=SCRIPTED,
)
def retry_after_a_spot_interruption(world: World) -> None:
    script = '[[{"stopped": "Your Spot Task was interrupted."}], [{"exit": 1}]]'
    rules = [
        {"onStatusReason": "Your Spot Task was interrupted*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ]
    job_id = world.submit(
        retryStrategy={"attempts": 5, "evaluateOnExit": rules},
        overrides={"environment": [{"name": "FARGO_SCRIPT", "value": script}]},
    )
    job = world.wait(job_id, "FAILED")
    same(
        "attempts",
        [each.get("statusReason") for each in job["attempts"]][:1],
        ["Your Spot Task was interrupted."],
    )
    same("how many", len(job["attempts"]), 2)


@_case(
    "A container that never started counts as an attempt, and its reason can be retried", _GUIDE, runs=True
)
def retry_after_a_failed_pull(world: World) -> None:
    rules = [
        {"onReason": "CannotPullContainerError*", "action": "RETRY"},
        {"onReason": "*", "action": "EXIT"},
    ]
    job = world.wait(
        world.submit(Work(missing=True), retryStrategy={"attempts": 2, "evaluateOnExit": rules}),
        "FAILED",
        seconds=1,
    )
    same("attempts", len(job["attempts"]), 2)


@dataclass(frozen=True, slots=True)
class _Row:
    """What the rules say about an exit code, and how many of three attempts that end with it follow."""

    name: str
    rule: str
    exits: int
    rules: tuple[dict[str, str], ...]
    attempts: int


_ROWS = (
    _Row(
        "exact_exit",
        "A rule that fits exactly with EXIT ends the job",
        3,
        ({"onExitCode": "3", "action": "EXIT"},),
        1,
    ),
    _Row(
        "exact_retry",
        "A rule that fits exactly with RETRY tries again",
        3,
        ({"onExitCode": "3", "action": "RETRY"}, {"onExitCode": "*", "action": "EXIT"}),
        3,
    ),
    _Row(
        "exact_is_whole",
        "A code without an asterisk fits only itself",
        31,
        ({"onExitCode": "3", "action": "EXIT"},),
        3,
    ),
    _Row("glob", "An asterisk at the end fits any rest", 31, ({"onExitCode": "3*", "action": "EXIT"},), 1),
    _Row(
        "no_rule_fits",
        "Where no rule fits, the job is tried again",
        3,
        ({"onExitCode": "4", "action": "EXIT"},),
        3,
    ),
    _Row(
        "first_rule_decides",
        "The first rule that fits decides",
        3,
        ({"onExitCode": "3", "action": "EXIT"}, {"onExitCode": "*", "action": "RETRY"}),
        1,
    ),
    _Row(
        "all_conditions",
        "All conditions of a rule must hold",
        3,
        ({"onExitCode": "3", "onStatusReason": "Host EC2*", "action": "EXIT"},),
        3,
    ),
    _Row(
        "status_reason",
        "onStatusReason is compared with the statusReason",
        3,
        ({"onStatusReason": "Essential container in task*", "action": "EXIT"},),
        1,
    ),
    _Row(
        "any_reason",
        "onReason of a lone asterisk fits every failure",
        3,
        ({"onReason": "*", "action": "EXIT"},),
        1,
    ),
    _Row(
        "action_in_small_letters",
        "The action's case does not matter",
        3,
        ({"onExitCode": "3", "action": "exit"},),
        1,
    ),
)


def _row_case(row: _Row) -> Case:
    """Before the attempts in question one ends with 9, and is tried again, so that retries are seen to work."""

    def play(world: World) -> None:
        rules = [{"onExitCode": "9", "action": "RETRY"}, *row.rules]
        strategy = {"attempts": 4, "evaluateOnExit": rules}
        job = world.wait(
            world.submit(Work(exits=(9, row.exits)), retryStrategy=strategy), "FAILED", seconds=4
        )
        same("attempts", len(job["attempts"]), 1 + row.attempts)

    play.__name__ = f"evaluate_{row.name}"
    return _case(row.rule, _EVALUATE, runs=True)(play)


EVALUATIONS = tuple(_row_case(row) for row in _ROWS)
