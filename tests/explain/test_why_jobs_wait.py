"""What stands in the way of jobs that wait → findings, from plain data."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fakes import NOW

from fargo.aws.batch_answers import Environment, Front, Queue
from fargo.explain.surroundings import Place, Surroundings
from fargo.explain.waiting import waiting
from fargo.model.hops import Hop, Where
from fargo.model.job import Attempt, Job, JobState
from fargo.model.run import Chunk, Run, RunSnapshot, Wave

ARN = "arn:aws:batch:eu-west-1:1:job-queue/fargo-x-on-demand"
QUEUE = Queue(ARN, "fargo-x-on-demand", "ENABLED", "VALID", "", ("env",))
SUBNETS = ("subnet-a", "subnet-b")
ENVIRONMENT = Environment(
    "env", "fargo-x-on-demand-1", "ENABLED", "VALID", "", "FARGATE", 16, subnets=SUBNETS
)
PLACE = Place(arn=ARN, queue=QUEUE, environments=(ENVIRONMENT,), front=Front((), 0.0), quota=100, free=4000)
RUNNABLE = Job(id="a", name="r-w1-c0", state=JobState.RUNNABLE)


def run(*job_ids: str, vcpu: float = 4, after: tuple[str, ...] = (), paired: bool = False) -> Run:
    chunks = tuple(Chunk(number=n, job_name=f"r-w1-c{n}", job_id=id_) for n, id_ in enumerate(job_ids))
    wave = Wave(
        number=1,
        created=NOW,
        queue=ARN,
        definition="d",
        image="i",
        vcpu=vcpu,
        memory_mib=8192,
        after=after,
        paired=paired,
        chunks=chunks,
    )
    return Run(id="r", project="x", job="work", created=NOW, command=("work",), waves=(wave,))


def state(*jobs: Job, vcpu: float = 4, after: tuple[str, ...] = (), paired: bool = False) -> RunSnapshot:
    of = run(*(job.id for job in jobs), vcpu=vcpu, after=after, paired=paired)
    return RunSnapshot(run=of, at=NOW + timedelta(seconds=5), jobs=jobs)


def around(place: Place = PLACE, **more: object) -> Surroundings:
    return Surroundings(places={ARN: place}, **more)  # type: ignore[arg-type] # of the test


def with_queue(**change: str) -> Place:
    return replace(PLACE, queue=replace(QUEUE, **change))  # type: ignore[arg-type] # of the test


def with_environment(**change: object) -> Place:
    changed = replace(ENVIRONMENT, **change)  # type: ignore[arg-type] # of the test
    return replace(PLACE, environments=(changed,))


HOP = Hop("ecr.dkr", "subnet-a", Where.ENDPOINT, "no endpoint for ecr.dkr in vpc-1")
HOPS = (HOP, replace(HOP, subnet="subnet-b"))


@pytest.mark.parametrize(
    ("place", "rule", "words", "evidence"),
    [
        (replace(PLACE, queue=None), "queue-gone", "fargo-x-on-demand is not there any more", ""),
        (
            with_queue(state="DISABLED"),
            "in-queue",
            "It waits for its turn in the queue",
            "the queue fargo-x-on-demand is disabled: it takes no new jobs, and those that are in it go on",
        ),
        (with_queue(status="INVALID", reason="why"), "queue-invalid", "is INVALID", "why"),
        (with_queue(status="UPDATING"), "queue-changing", "is UPDATING", ""),
        (replace(PLACE, environments=()), "environment-gone", "has no compute environment", ""),
        (with_environment(state="DISABLED"), "environment-disabled", "fargo-x-on-demand-1 is disabled", ""),
        (
            with_environment(status="INVALID", reason="CLIENT_ERROR - role"),
            "environment-invalid",
            "is INVALID",
            "CLIENT_ERROR - role",
        ),
        (with_environment(status="UPDATING"), "environment-changing", "is UPDATING", ""),
        (
            with_environment(max_vcpus=2),
            "never-fits",
            "Each container takes 4 vCPUs, and the compute environment has 2 (`max_vcpus`): it never starts",
            "",
        ),
        (
            replace(PLACE, quota=2),
            "never-fits-quota",
            "the account's Fargate quota is 2: it never starts",
            "",
        ),
        (
            replace(PLACE, hops=HOPS),
            "no-way",
            "From subnet-a and subnet-b its task does not reach ecr.dkr, which",
            HOP.words,
        ),
        (replace(PLACE, hops=(HOP,)), "in-queue", "It waits for its turn", ""),
        (replace(PLACE, free=0), "no-addresses", "every task needs one: subnet-a and subnet-b", ""),
        (
            replace(PLACE, front=Front(("b", "a"), 16.0)),
            "max-vcpus",
            "is full: 16 of 16 vCPUs are taken, 16 of them by other jobs; 4 containers of this size run at",
            "place 2 in the queue fargo-x-on-demand",
        ),
        (
            replace(PLACE, quota=6, front=Front(("a",), 4.0)),
            "quota-full",
            "The account's quota for Fargate is reached: 4 of 6 vCPUs are taken",
            "place 1 in the queue fargo-x-on-demand",
        ),
        (
            replace(PLACE, front=Front(("b", "c:7", "a:0"), None)),
            "in-queue",
            "It waits for its turn in the queue fargo-x-on-demand",
            "place 3 in the queue fargo-x-on-demand",
        ),
        (
            replace(PLACE, front=Front(tuple(f"o:{n}" for n in range(100)))),
            "in-queue",
            "It waits for its turn",
            "at least 100 jobs stand before it in the queue fargo-x-on-demand",
        ),
    ],
)
def test_a_runnable_job_waits_for_what_stands_in_its_way_first(
    place: Place, rule: str, words: str, evidence: str
) -> None:
    (finding,) = waiting(state(RUNNABLE), around(place))
    assert finding.rule == rule
    assert words in finding.cause
    assert finding.evidence == ((evidence,) if evidence else ())
    assert finding.jobs == 1
    assert finding.examples == (RUNNABLE,)


def test_one_environment_that_starts_jobs_is_enough() -> None:
    off = replace(ENVIRONMENT, state="DISABLED")
    (finding,) = waiting(state(RUNNABLE), around(replace(PLACE, environments=(off, ENVIRONMENT))))
    assert finding.rule == "in-queue"


@pytest.mark.parametrize(
    ("reason", "rule", "words"),
    [
        ("CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY - x", "no-capacity", "AWS has no capacity"),
        ("MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE - x", "never-fits", "It asks for more vCPUs"),
        ("MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT - x", "never-fits", "It asks for more vCPUs or memory"),
        ("MISCONFIGURATION:SERVICE_ROLE_PERMISSIONS - x", "service-role", "The role that AWS Batch acts"),
        ("ACTION_REQUIRED - CE(s) …", "environment-invalid", "Its compute environments are INVALID"),
        ("UNDETERMINED - x", "undetermined", "AWS Batch does not know"),
    ],
)
def test_what_aws_batch_says_of_it_is_the_cause_and_its_words_are_shown(
    reason: str, rule: str, words: str
) -> None:
    (finding,) = waiting(state(replace(RUNNABLE, reason=reason)), around())
    assert finding.rule == rule
    assert finding.cause.startswith(words)
    assert finding.evidence == (reason,)


def test_words_that_nobody_knows_are_shown_as_they_are() -> None:
    (finding,) = waiting(state(replace(RUNNABLE, reason="Something new")), around())
    assert (finding.rule, finding.cause) == ("", "Something new")


def test_how_the_last_attempt_ended_is_evidence_and_no_cause_of_waiting() -> None:
    spot = "Your Spot Task was interrupted."
    tried = replace(RUNNABLE, reason=spot, attempts=(Attempt(started=NOW, stopped=NOW, reason=spot),))
    (finding,) = waiting(state(tried), around())
    assert finding.rule == "in-queue"
    assert finding.evidence == (f"attempt 1 ended: {spot}",)
    # ListJobs tells a child's reason without its attempts.
    head = replace(RUNNABLE, id="a:0", reason=spot, detailed=False)
    array = Job(id="a", name="r", state=JobState.PENDING, size=2, counts=((JobState.RUNNABLE, 2),))
    (finding,) = waiting(state(array), around(heads={("a", JobState.RUNNABLE): head}))
    assert (finding.rule, finding.evidence) == ("in-queue", ())


def test_an_array_tells_it_by_its_first_child_and_counts_all_that_wait() -> None:
    counts = ((JobState.RUNNABLE, 90), (JobState.RUNNING, 4), (JobState.SUCCEEDED, 6))
    array = Job(id="a", name="r-w1-c0", state=JobState.PENDING, size=100, counts=counts)
    head = Job(id="a:10", name="r-w1-c0", state=JobState.RUNNABLE, reason="UNDETERMINED - x")
    (told,) = waiting(state(array), around(heads={("a", JobState.RUNNABLE): head}))
    assert (told.rule, told.jobs, told.examples) == ("undetermined", 90, (head,))
    (full,) = waiting(state(array), around(replace(PLACE, front=Front(("a:10",), 16.0))))
    assert full.jobs == 90
    assert "16 of 16 vCPUs are taken; 4 containers of this size run at once" in full.cause


def test_what_the_run_itself_takes_is_counted_where_aws_does_not_say() -> None:
    array = Job(
        id="a",
        name="r-w1-c0",
        state=JobState.PENDING,
        size=9,
        counts=((JobState.RUNNABLE, 5), (JobState.STARTING, 1), (JobState.RUNNING, 3)),
    )
    found = waiting(state(array), around(replace(PLACE, front=Front())))
    assert [(each.rule, each.jobs) for each in found] == [("starting", 1), ("max-vcpus", 5)]


@pytest.mark.parametrize(
    ("before", "rule", "words", "evidence"),
    [
        (
            Job(
                id="b",
                name="etl-1",
                state=JobState.PENDING,
                size=10,
                counts=((JobState.RUNNING, 3), (JobState.SUCCEEDED, 7)),
            ),
            "dependency",
            "It waits for etl-1: it starts when that has ended",
            ("etl-1 is RUNNING: 3 RUNNING, 7 SUCCEEDED",),
        ),
        (
            Job(id="b", name="etl-1", state=JobState.FAILED),
            "dependency-failed",
            "It waits for etl-1, which failed",
            ("etl-1 is FAILED",),
        ),
        (
            Job(id="b", name="etl-1", state=JobState.SUCCEEDED),
            "dependency",
            "AWS Batch has not looked yet",
            (),
        ),
    ],
)
def test_a_pending_job_waits_for_another_and_it_is_said_how_that_one_stands(
    before: Job, rule: str, words: str, evidence: tuple[str, ...]
) -> None:
    pending = replace(RUNNABLE, state=JobState.PENDING)
    (finding,) = waiting(state(pending, after=("b",)), around(after={"b": before}))
    assert finding.rule == rule
    assert finding.cause.startswith(words)
    assert finding.evidence == evidence


def test_a_paired_run_waits_container_by_container() -> None:
    before = [Job(id=id_, name=f"etl-{id_}", state=JobState.RUNNING) for id_ in "bc"]
    pending = replace(RUNNABLE, state=JobState.PENDING, size=7, counts=((JobState.PENDING, 7),))
    after = {job.id: job for job in before}
    (finding,) = waiting(state(pending, after=("b", "c"), paired=True), around(after=after))
    assert finding.cause == "It waits for etl-b and 1 more: each container waits for its own there"
    assert finding.jobs == 7


def test_a_starting_job_is_normal_unless_a_hop_is_missing() -> None:
    starting = replace(RUNNABLE, state=JobState.STARTING)
    (normal,) = waiting(state(starting), around(unread=("AWS refused DescribeSubnets: no",)))
    assert normal.rule == "starting"
    assert normal.evidence == ("AWS refused DescribeSubnets: no",)
    (stuck,) = waiting(state(starting), around(replace(PLACE, hops=HOPS)))
    assert (stuck.rule, stuck.evidence) == ("no-way", (HOP.words,))
    (perhaps,) = waiting(state(starting), around(replace(PLACE, hops=(HOP,))))
    assert (perhaps.rule, perhaps.evidence) == ("starting", (HOP.words,))


def test_where_a_container_of_the_run_ran_no_hop_is_missing() -> None:
    counts = ((JobState.RUNNABLE, 5), (JobState.RUNNING, 1))
    array = Job(id="a", name="r", state=JobState.PENDING, size=6, counts=counts)
    (finding,) = waiting(state(array), around(replace(PLACE, hops=HOPS, front=Front((), 16.0))))
    assert finding.rule == "max-vcpus"
    (finding,) = waiting(state(array), around(replace(PLACE, hops=HOPS)))
    assert finding.rule == "in-queue"


def test_what_others_of_the_same_run_take_is_not_called_another_runs() -> None:
    head = replace(RUNNABLE, id="a:1999")
    (finding,) = waiting(state(head), around(replace(PLACE, front=Front((), 16.0))))
    assert "16 of 16 vCPUs are taken, 16 of them by other jobs" in finding.cause


def test_a_submitted_job_is_looked_at_next_unless_its_queue_is_invalid() -> None:
    submitted = replace(RUNNABLE, state=JobState.SUBMITTED)
    (finding,) = waiting(state(submitted), around())
    assert finding.rule == "submitted"
    (finding,) = waiting(state(submitted), around(with_queue(status="INVALID")))
    assert finding.rule == "queue-invalid"


def test_jobs_that_share_a_cause_are_one_finding_and_those_that_ended_or_are_stopped_none() -> None:
    jobs = [replace(RUNNABLE, id=id_) for id_ in ("a", "b", "c", "d")]
    ended = replace(RUNNABLE, id="e", state=JobState.FAILED)
    stopping = replace(RUNNABLE, id="f", stopping=True)
    (finding,) = waiting(state(*jobs, ended, stopping), around(replace(PLACE, free=0)))
    assert finding.jobs == 4
    assert finding.examples == tuple(jobs[:3])


def test_an_array_of_which_no_child_was_asked_for_is_no_example() -> None:
    array = Job(id="a", name="r", state=JobState.PENDING, size=6, counts=((JobState.RUNNABLE, 6),))
    (finding,) = waiting(state(array), around())
    assert (finding.jobs, finding.examples) == (6, ())


def test_where_nothing_waits_nothing_is_found() -> None:
    assert waiting(state(replace(RUNNABLE, state=JobState.RUNNING)), Surroundings()) == ()
