"""What an explanation looks like where there is too much of it, or too little."""

from fakes import NOW

from fargo.explain import Finding
from fargo.explain.explaining import Explanation
from fargo.model.job import Job, JobState
from fargo.model.run import Chunk, Run, RunSnapshot, Wave
from fargo.view.explain import LONGEST, Explained

WAITING = Job(id="a", name="r-w1-c0", state=JobState.PENDING, size=6, counts=((JobState.RUNNABLE, 6),))


def explained(*findings: Finding, jobs: tuple[Job, ...] = (), part: str = "") -> Explained:
    wave = Wave(
        number=1,
        created=NOW,
        queue="q",
        definition="d",
        image="i",
        vcpu=1,
        memory_mib=2048,
        rows=6,
        chunks=(Chunk(number=0, job_name="r-w1-c0", job_id="a", size=6),),
    )
    run = Run(id="r", project="x", job="work", created=NOW, command=("work",), rows=6, waves=(wave,))
    state = RunSnapshot(run=run, at=NOW.replace(year=NOW.year + 1), jobs=jobs)
    found = Explanation(state=state, findings=findings)
    return Explained(found, name=lambda _: "", command=lambda rest: f"fargo {rest}", part=part)


def test_words_without_end_are_cut_wherever_they_stand() -> None:
    endless = "a" * 100_000
    lines = list(explained(Finding(rule="", cause=endless, evidence=(endless,), tail=(endless,))).lines())
    assert max(map(len, lines)) <= LONGEST + 5


def test_jobs_without_an_example_are_counted() -> None:
    (line,) = explained(Finding(rule="in-queue", cause="It waits", jobs=6), jobs=(WAITING,)).lines()
    assert line == "6 jobs: It waits"


def test_a_run_that_nobody_knows_any_more_is_gone_as_in_ps() -> None:
    told = explained(part="row 3").data()
    assert (told["run"], told["part"], told["state"]) == ("r", "row 3", "GONE")
