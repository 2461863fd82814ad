"""Single jobs: how they are submitted, what they get, and how they are described."""

from collections.abc import Callable
from typing import Any

from casebook import API, GUIDE, Feature, holds, refused, same
from world import DONE, HOLD, Work, World, size

_feature = Feature("Jobs")
_case = _feature.case

_SUBMIT = API.format("SubmitJob")
_DESCRIBE = API.format("DescribeJobs")
_DETAIL = API.format("JobDetail")
_CONTAINER = API.format("ContainerDetail")
_STATES = GUIDE.format("job_states")
_VARIABLES = GUIDE.format("job_env_vars")


@_case("A job whose container exits with 0 is SUCCEEDED", _STATES, runs=True)
def job_succeeds(world: World) -> None:
    job = world.wait(world.submit(), "SUCCEEDED")
    same("exit code", job["container"].get("exitCode"), 0)
    holds(
        "created, started, stopped, in this order", job["createdAt"] <= job["startedAt"] <= job["stoppedAt"]
    )
    same("attempts", len(job["attempts"]), 1)


@_case("A job whose container exits with another code is FAILED, and shows the code", _STATES, runs=True)
def job_fails(world: World) -> None:
    job = world.wait(world.submit(Work(exits=(3,))), "FAILED")
    same("exit code", job["container"].get("exitCode"), 3)
    same("of the attempt", job["attempts"][0]["container"].get("exitCode"), 3)


@_case("A container that ends by itself with an error leaves a statusReason", _DETAIL, runs=True)
def job_failed_says_why(world: World) -> None:
    job = world.wait(world.submit(Work(exits=(3,))), "FAILED")
    same("statusReason", job.get("statusReason"), "Essential container in task exited")


@_case("A job that waits is RUNNABLE, and has no startedAt yet", _STATES, runs=True)
def job_waits_runnable(world: World) -> None:
    queue = world.queue(max_vcpus=1)
    one = {"jobQueue": queue, "jobDefinition": world.definition(vcpu="1", memory="2048")}
    world.wait(world.submit(HOLD, **one), "RUNNING")
    waiting = world.submit(**one)
    job = world.wait(waiting, "RUNNABLE")
    holds("startedAt is not known", not job.get("startedAt"))


@_case("Unknown ids are left out of the answer", _DESCRIBE)
def jobs_unknown_are_left_out(world: World) -> None:
    job_id = world.submit()
    found = world.call("DescribeJobs", jobs=["00000000-0000-4000-8000-000000000000", job_id])["jobs"]
    same("ids", [each["jobId"] for each in found], [job_id])


@_case("DescribeJobs answers the jobs that are asked for, and no others", _DESCRIBE)
def jobs_are_described_only_when_asked_for(world: World) -> None:
    world.submit()
    unknown = "00000000-0000-4000-8000-000000000000"
    same("ids", world.call("DescribeJobs", jobs=[unknown])["jobs"], [])


@_case("One DescribeJobs takes up to 100 ids", _DESCRIBE)
def jobs_101_are_refused(world: World) -> None:
    ids = [f"00000000-0000-4000-8000-{number:012}" for number in range(101)]
    same("100 of them", world.call("DescribeJobs", jobs=ids[:100])["jobs"], [])
    refused(world, "DescribeJobs", jobs=ids)


@_case("A SubmitJob request has up to 30 KiB", GUIDE.format("service_limits"))
def job_of_31_kib(world: World) -> None:
    fits = {"parameters": {"text": "x" * 20 * 1024}}
    world.submit(**fits)
    refused(world, "SubmitJob", **world.job_request(parameters={"text": "x" * 31 * 1024}))


@_case(
    "Overrides replace the command, add to the environment by name, and change the size",
    API.format("ContainerOverrides"),
    runs=True,
)
def job_overrides(world: World) -> None:
    base = [{"name": "KEPT", "value": "1"}, {"name": "CHANGED", "value": "1"}]
    definition = world.definition(container={"environment": base})
    overrides = {
        "command": ["true", "with", "words"],
        "environment": [{"name": "CHANGED", "value": "2"}, {"name": "ADDED", "value": "3"}],
        "resourceRequirements": size("1", "2048"),
    }
    job = world.job(world.submit(jobDefinition=definition, overrides=overrides))
    container = job["container"]
    same("command", container["command"], overrides["command"])
    found = {entry["name"]: entry["value"] for entry in container["environment"]}
    same("environment", found, {"KEPT": "1", "CHANGED": "2", "ADDED": "3"})
    same("variables", len(container["environment"]), 3)
    wanted = {entry["type"]: entry["value"] for entry in container.get("resourceRequirements", [])}
    same("size", wanted, {"VCPU": "1", "MEMORY": "2048"})


@_case("retryStrategy, timeout, parameters and tags of the job are shown, over the definition's", _DETAIL)
def job_is_described_whole(world: World) -> None:
    definition = world.definition(
        retryStrategy={"attempts": 2},
        timeout={"attemptDurationSeconds": 100},
        parameters={"a": "1", "b": "1"},
    )
    job = world.job(
        world.submit(
            jobDefinition=definition,
            retryStrategy={"attempts": 4},
            timeout={"attemptDurationSeconds": 200},
            parameters={"b": "2"},
            tags={"team": "red"},
        )
    )
    same("attempts", job.get("retryStrategy", {}).get("attempts"), 4)
    same("timeout", job.get("timeout"), {"attemptDurationSeconds": 200})
    same("parameters", job["parameters"], {"a": "1", "b": "2"})
    same("tags", job["tags"], {"team": "red"})


@_case("The definition's retryStrategy and timeout are the job's where it brings none", _SUBMIT)
def job_takes_the_definition_s_strategy(world: World) -> None:
    definition = world.definition(retryStrategy={"attempts": 2}, timeout={"attemptDurationSeconds": 100})
    job = world.job(world.submit(jobDefinition=definition))
    same("attempts", job.get("retryStrategy", {}).get("attempts"), 2)
    same("timeout", job.get("timeout"), {"attemptDurationSeconds": 100})


@_case(
    "Ref::name in the command becomes the parameter, the job's before the definition's",
    GUIDE.format("job_definition_parameters"),
    runs=True,
)
def job_parameters_fill_the_command(world: World) -> None:
    command = {"command": ["echo", "Ref::one", "Ref::two"]}
    definition = world.definition(container=command, parameters={"one": "1", "two": "2"})
    job_id = world.call(
        "SubmitJob",
        jobName=world.name(),
        jobQueue=world.setting.queue,
        jobDefinition=definition,
        parameters={"two": "zwei"},
    )["jobId"]
    (line,) = world.lines(world.wait(job_id, "SUCCEEDED"))
    same("the end of the line", line.split()[-2:], ["1", "zwei"])


@_case("The log stream is <definition>/default/<task id>", GUIDE.format("using_cloudwatch_logs"), runs=True)
def job_log_stream_name(world: World) -> None:
    job = world.wait(world.submit(), "SUCCEEDED")
    task = job["container"].get("taskArn", "").rpartition("/")[2]
    name = world.setting.definition.partition(":")[0]
    same("stream", job["container"]["logStreamName"], f"{name}/default/{task}")


@_case("A job gets its log stream's name when it reaches RUNNING", _CONTAINER, runs=True)
def job_has_a_stream_while_it_runs(world: World) -> None:
    job = world.wait(world.submit(HOLD), "RUNNING")
    holds("the stream is named", job["container"].get("logStreamName"))


@_case("Lines can be read while the job runs, as they were written", GUIDE.format("using_awslogs"), runs=True)
def job_lines_arrive_while_it_runs(world: World) -> None:
    job = world.wait(world.submit(Work(out="  indented", sleep=HOLD.sleep)), "RUNNING")
    holds("the stream is named", job["container"].get("logStreamName"))
    world.until("the line arrives", lambda: world.lines(job))
    same("lines", world.lines(job), ["  indented"])


@_case(
    "Memory over the limit ends the container with 137 and an OutOfMemoryError",
    GUIDE.format("memory-management"),
    runs=True,
)
def job_out_of_memory(world: World) -> None:
    job = world.wait(world.submit(Work(oom=True)), "FAILED")
    same("exit code", job["container"].get("exitCode"), 137)
    holds("the reason says so", str(job["container"].get("reason")).startswith("OutOfMemoryError"))


@_case(
    "An image that is not there is a CannotPullContainerError, without an exit code",
    "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html",
    runs=True,
)
def job_without_its_image(world: World) -> None:
    job = world.wait(world.submit(Work(missing=True)), "FAILED")
    reasons = f"{job.get('statusReason')} {job['container'].get('reason')}"
    holds(f"the reason says so: {reasons}", "CannotPullContainerError" in reasons)
    holds("no exit code", "exitCode" not in job["container"])


def _variable(name: str, rule: str, expected: Callable[[World, dict[str, Any]], str]) -> Any:
    def play(world: World) -> None:
        queue = world.queue(world.environment())
        job = world.wait(world.submit(Work(env=(name,)), jobQueue=queue), "SUCCEEDED")
        same("the container's", world.lines(job), [f"{name}={expected(world, job)}"])

    play.__name__ = f"job_gets_{name.lower()}"
    return _case(rule, _VARIABLES, runs=True)(play)


def _environment_name(world: World, job: dict[str, Any]) -> str:
    (queue,) = world.call("DescribeJobQueues", jobQueues=[job["jobQueue"]])["jobQueues"]
    return str(queue["computeEnvironmentOrder"][0]["computeEnvironment"].rpartition("/")[2])


VARIABLES = (
    _variable("AWS_BATCH_JOB_ID", "AWS_BATCH_JOB_ID is the job's id", lambda _, job: job["jobId"]),
    _variable("AWS_BATCH_JOB_ATTEMPT", "AWS_BATCH_JOB_ATTEMPT counts from 1", lambda *_: "1"),
    _variable(
        "AWS_BATCH_JQ_NAME",
        "AWS_BATCH_JQ_NAME is the queue's name",
        lambda _, job: job["jobQueue"].rpartition("/")[2],
    ),
    _variable("AWS_BATCH_CE_NAME", "AWS_BATCH_CE_NAME is the environment's name", _environment_name),
)


def _job(**more: object) -> Callable[[World], dict[str, Any]]:
    return lambda world: world.job_request(DONE, **more)


_EXIT = {"onExitCode": "1", "action": "EXIT"}

# fmt: off
REFUSALS = tuple(
    _feature.refusal(name, rule, document, "SubmitJob", request)
    for name, rule, document, request in (
        ("job_name_with_spaces", "A job's name has letters, digits, hyphens and underscores only", _SUBMIT, _job(jobName="with spaces")),
        ("job_name_begins_with_a_hyphen", "A job's name begins with a letter or digit", _SUBMIT, _job(jobName="-x")),
        ("job_name_of_129_letters", "A job's name has up to 128 letters", _SUBMIT, _job(jobName="j" * 129)),
        ("job_in_an_unknown_queue", "The queue must exist", _SUBMIT, lambda world: world.job_request(jobQueue=world.name())),
        ("job_of_an_unknown_definition", "The definition must exist", _SUBMIT, lambda world: world.job_request(jobDefinition=world.name())),
        ("job_with_reserved_variable", "Variables do not begin with AWS_BATCH", _VARIABLES, _job(overrides={"environment": [{"name": "AWS_BATCH_MINE", "value": "1"}]})),
        ("job_of_no_fargate_size", "Overrides must make a size that Fargate has", API.format("ResourceRequirement"), _job(overrides={"resourceRequirements": size("0.25", "4096")})),
        ("job_with_timeout_of_59", "A timeout is at least 60 seconds", API.format("JobTimeout"), _job(timeout={"attemptDurationSeconds": 59})),
        ("job_with_0_attempts", "A job has at least 1 attempt", API.format("RetryStrategy"), _job(retryStrategy={"attempts": 0})),
        ("job_with_11_attempts", "A job has up to 10 attempts", API.format("RetryStrategy"), _job(retryStrategy={"attempts": 11})),
        ("job_with_6_rules", "evaluateOnExit has up to 5 rules", API.format("RetryStrategy"), _job(retryStrategy={"attempts": 2, "evaluateOnExit": [_EXIT] * 6})),
        ("job_with_rules_without_attempts", "evaluateOnExit needs attempts beside it", API.format("RetryStrategy"), _job(retryStrategy={"evaluateOnExit": [_EXIT]})),
        ("job_with_exit_code_of_letters", "onExitCode has digits, and an asterisk at the end", API.format("EvaluateOnExit"), _job(retryStrategy={"attempts": 2, "evaluateOnExit": [{"onExitCode": "abc", "action": "EXIT"}]})),
        ("job_with_513_letters_of_reason", "A pattern has up to 512 letters", API.format("EvaluateOnExit"), _job(retryStrategy={"attempts": 2, "evaluateOnExit": [{"onReason": "x" * 513, "action": "EXIT"}]})),
        ("job_with_51_tags", "A resource has up to 50 tags", GUIDE.format("tag-restrictions"), _job(tags={f"k{n}": "v" for n in range(51)})),
        ("job_with_node_overrides", "Multi-node jobs are not for Fargate", _SUBMIT, _job(nodeOverrides={"numNodes": 2})),
    )
)
# fmt: on
