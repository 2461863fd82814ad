"""SubmitJob when AWS falters: nothing is sent twice, and no run is lost without its name."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fakes import NOW, BatchClient, Objects, Script, Time, a_run, jobs_listed, refusal, throttled, unreachable

from fargo import ledger
from fargo.aws.batch import Batch
from fargo.aws.store import Store
from fargo.config import JobSettings
from fargo.errors import AwsConflict, AwsError, AwsThrottled, Interrupted, UsageError
from fargo.model import naming
from fargo.model.run import Run
from fargo.model.stack import StackOutputs
from fargo.submit import Request, Rows, Sender, create, find_missing, group, plan, send, sending, submissions
from fargo.submit.after import After
from fargo.submit.sending import take_over

NAME = "r-w1-c0"
ID = "work-261122-183000-abcd"


OUTPUTS = StackOutputs(
    name="demo", account_id="1" * 12, region="eu-west-1", stack_version="1", repository_url="r", image_tag="t",
    bucket="b", kms_key_arn="k", log_group="g", job_queues={"on_demand": "q", "spot": "s"}, compute_environments={},
    job_definitions={"work": "d"}, execution_role_arn="e", job_role_arn="j", vpc_id="v", subnet_ids=[], zones=[],
    interface_endpoints=[], scheduling="FIFO", topic_arn="",
)  # fmt: skip


SETTINGS = JobSettings(command=["work"], vcpu=0.5, memory="2 GiB", secrets={"KEY": "arn"})


def _sender(client: BatchClient, objects: Objects | None = None, time: Time | None = None) -> Sender:
    store, time = Store(objects or Objects(), "bucket"), time or Time()
    return Sender(
        batch=Batch(client),
        store=store,
        sleep=time.sleep,
        writer="w",
        now=lambda: NOW + timedelta(seconds=time.now),
    )


def _submit(client: BatchClient, objects: Objects | None = None, time: Time | None = None) -> Run:
    sender = _sender(client, objects, time)
    return list(send(create(a_run(), sender), sender))[-1]


@pytest.mark.parametrize(
    "lost",
    [
        unreachable(),
        refusal("ServerException", 500),
        refusal("ServiceUnavailable", 503),
        refusal("GatewayTimeout", 504),
        refusal("RequestTimeout", 408),
    ],
    ids=str,
)
def test_a_job_whose_answer_was_lost_is_found_by_its_name_and_not_sent_again(lost: Exception) -> None:
    client = BatchClient(submit=Script(lost), listed=Script(jobs_listed(), jobs_listed(NAME)))
    assert _submit(client).job_ids == ("j1",)
    assert len(client.submit_job.calls) == 1


def test_a_job_that_nobody_knows_after_a_lost_answer_is_sent_again() -> None:
    time = Time()
    client = BatchClient(submit=Script(unreachable(), {"jobId": "j2"}), listed=Script(jobs_listed()))
    assert _submit(client, time=time).job_ids == ("j2",)
    assert time.now > 15, "ListJobs may lag behind SubmitJob"


class Lagging:
    """An AWS Batch that takes jobs, some without an answer, and lists them seconds later."""

    def __init__(self, time: Time, *, call: float, lag: float, lost: int) -> None:
        self.time, self.call, self.lag, self.lost = time, call, lag, lost
        self.taken: list[tuple[str, float]] = []

    def submit_job(self, **request: Any) -> dict[str, str]:
        self.taken.append((request["jobName"], self.time.now + self.call))
        self.time.now += self.call
        self.lost -= 1
        if self.lost >= 0:
            raise unreachable()
        return {"jobId": f"j{len(self.taken)}"}

    def get_paginator(self, name: str) -> "Lagging":
        assert name == "list_jobs"
        return self

    def paginate(self, **_: Any) -> list[Any]:
        seen = [name for name, at in self.taken if self.time.now >= at + self.lag]
        return [{"jobSummaryList": [{"jobName": name, "jobId": f"j-{name}"} for name in seen]}]


def test_a_call_that_hung_for_long_is_looked_for_as_long_as_any_other() -> None:
    time = Time()
    client = Lagging(time, call=60.0, lag=10.0, lost=1)
    assert _submit(client, time=time).job_ids == (f"j-{NAME}",)  # type: ignore[arg-type] # all that is used of it
    assert len(client.taken) == 1


def test_a_call_of_a_dead_process_that_is_on_its_way_yet_is_waited_for() -> None:
    time, objects = Time(), Objects()
    entry = create(a_run(), _sender(BatchClient(), objects, time))
    # Killed when its call had just left; it will be taken 15 seconds later, and listed 10 after that.
    client = Lagging(time, call=0.0, lag=10.0, lost=0)
    client.taken.append((NAME, 15.0))
    resumed = _sender(client, objects, time)  # type: ignore[arg-type] # as above
    assert list(send(ledger.read(resumed.store, entry.run.id), resumed))[-1].job_ids == (f"j-{NAME}",)
    assert len(client.taken) == 1


def test_lost_answers_in_many_groups_do_not_add_up() -> None:
    time = Time()
    rows = Rows(count=10_000 * sending.GROUP * 5)
    run = plan(Request(job="work", rows=rows), SETTINGS, OUTPUTS, now=NOW, token="abcd")
    calls = itertools.count()

    class Sometimes(Lagging):
        def submit_job(self, **request: Any) -> dict[str, str]:
            self.lost = int(next(calls) % sending.GROUP == 3)
            return super().submit_job(**request)

    client = Sometimes(time, call=0.01, lag=1.0, lost=0)
    sender = _sender(client, time=time)  # type: ignore[arg-type] # as above
    whole = list(send(create(run, sender), sender))[-1]
    assert whole.submitted
    assert len({name for name, _ in client.taken}) == len(client.taken) == len(run.chunks)


def test_a_claim_that_has_aged_while_others_hung_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    # One call after the other, as where all threads hang.
    monkeypatch.setattr(group, "THREADS", 1)
    time = Time()
    run = plan(
        Request(job="work", rows=Rows(count=10_000 * sending.GROUP)), SETTINGS, OUTPUTS, now=NOW, token="abcd"
    )
    client = Lagging(time, call=3.0, lag=0.0, lost=0)
    sender = _sender(client, time=time)  # type: ignore[arg-type] # as above
    states = list(send(create(run, sender), sender))
    claims = [max((c.claimed - NOW).total_seconds() for c in state.chunks if c.claimed) for state in states]
    assert len(client.taken) == len(run.chunks)
    for (_, ended), _ in zip(client.taken, run.chunks, strict=True):
        assert any(0 <= ended - 3.0 - claim <= sending.CLAIM_SECONDS for claim in claims)


def test_who_stops_a_run_takes_its_submission_over() -> None:
    time, objects = Time(), Objects()
    run = plan(Request(job="work", rows=Rows(count=10_000 * 40)), SETTINGS, OUTPUTS, now=NOW, token="abcd")
    client = Lagging(time, call=0.01, lag=1.0, lost=0)
    submitter = _sender(client, objects, time)  # type: ignore[arg-type] # as above
    sending_on = send(create(run, submitter), submitter)
    next(sending_on)
    stopper = replace(submitter, writer="stopper")
    left = take_over(ledger.read(stopper.store, run.id), stopper)
    assert len(left.job_ids) == len(client.taken) == sending.GROUP
    with pytest.raises(AwsConflict, match="another fargo has taken over"):
        list(sending_on)
    assert len(client.taken) == sending.GROUP


@pytest.mark.parametrize("listed", [throttled(), unreachable()], ids=str)
def test_where_nobody_can_tell_nothing_is_sent_again_and_the_run_is_named(listed: Any) -> None:
    client = BatchClient(submit=Script(refusal("ServerException", 500)), listed=Script(listed))
    with pytest.raises(AwsError) as caught:
        _submit(client)
    assert f"`fargo submit --resume {ID}`" in caught.value.hint
    assert len(client.submit_job.calls) == 1


def test_what_aws_puts_off_is_sent_again_more_and_more_slowly() -> None:
    time = Time()
    client = BatchClient(submit=Script(throttled(), throttled(), {"jobId": "j1"}))
    assert _submit(client, time=time).job_ids == ("j1",)
    assert [pause for pause in time.slept if pause] == [1.0, 2.0]


def test_what_aws_puts_off_for_ever_is_told() -> None:
    client = BatchClient(submit=Script(throttled()))
    with pytest.raises(AwsThrottled) as caught:
        _submit(client)
    assert f"`fargo submit --resume {ID}`" in caught.value.hint
    assert not client.listed.calls


def test_what_aws_refuses_is_neither_sent_again_nor_looked_for() -> None:
    client = BatchClient(submit=Script(refusal("ClientException", 400)))
    with pytest.raises(AwsError, match="AWS refused SubmitJob: said"):
        _submit(client)
    assert len(client.submit_job.calls) == 1
    assert not client.listed.calls


@pytest.mark.parametrize("trouble", [throttled(), unreachable(), refusal("AccessDenied", 403)], ids=str)
def test_a_job_that_was_taken_is_no_failure_where_its_id_cannot_be_written_down(trouble: Exception) -> None:
    objects = Objects(Script({}, trouble))
    client = BatchClient(listed=Script(jobs_listed(NAME)))
    assert _submit(client, objects).job_ids == ("j1",)
    claimed = a_run().with_chunk(replace(a_run().chunks[0], claimed=NOW))
    assert find_missing(claimed, Batch(client)).job_ids == ("j1",)


@pytest.mark.parametrize("where", ["submit", "save"])
def test_ctrl_c_while_submitting_names_the_run(where: str) -> None:
    client = BatchClient(submit=Script(KeyboardInterrupt() if where == "submit" else {"jobId": "j1"}))
    objects = Objects(Script({}, KeyboardInterrupt()) if where == "save" else Script({}))
    with pytest.raises(Interrupted) as caught:
        _submit(client, objects)
    assert ID in caught.value.message
    assert f"`fargo submit --resume {ID}`" in caught.value.hint


def test_a_write_whose_answer_was_lost_is_known_as_our_own() -> None:
    objects = Objects()
    sender = _sender(BatchClient(), objects)
    entry = create(a_run(), sender)
    # As botocore does where no answer comes: the same call once more.
    assert ledger.write(sender.store, entry.run).run == entry.run
    with pytest.raises(AwsConflict):
        ledger.write(sender.store, replace(entry.run, writer="another"))


def test_of_two_that_submit_the_same_run_one_stops() -> None:
    objects = Objects()
    first = _sender(BatchClient(submit=Script(throttled())), objects)
    entry = create(a_run(), first)
    ledger.write(first.store, replace(entry.run, writer="another"), entry)
    with pytest.raises(AwsConflict) as caught:
        # Its claim is old by now, so that it claims anew before it calls SubmitJob.
        list(send(entry, replace(first, now=lambda: NOW + timedelta(minutes=1))))
    assert "another fargo has taken over" in caught.value.message
    assert not first.batch._client.submit_job.calls


def _plan(outputs: StackOutputs = OUTPUTS, settings: JobSettings = SETTINGS, **changes: Any) -> Run:
    return plan(Request(job="work", **changes), settings, outputs, now=NOW, token="abcd")


def _call(run: Run, number: int = -1) -> dict[str, Any]:
    return submissions(run)[number].request()


def _environment(call: dict[str, Any]) -> dict[str, str]:
    return {item["name"]: item["value"] for item in call["containerOverrides"]["environment"]}


def test_the_size_that_the_ledger_records_is_the_size_that_is_sent() -> None:
    run = _plan()
    sent = {item["type"]: item["value"] for item in _call(run)["containerOverrides"]["resourceRequirements"]}
    assert (run.last.vcpu, run.last.memory_mib) == (0.5, 2048)
    assert sent == {"VCPU": "0.5", "MEMORY": "2048"}


def test_a_share_is_sent_where_the_queue_has_shares_and_nowhere_else() -> None:
    assert "shareIdentifier" not in _call(_plan())
    call = _call(_plan(replace(OUTPUTS, scheduling="FAIR_SHARE")))
    assert (call["shareIdentifier"], call["schedulingPriorityOverride"]) == ("work", 0)


@pytest.mark.parametrize(("job", "share"), [("work", "work"), ("resize-photos-2x", "resizePhotos2x")])
def test_a_share_is_the_jobs_name_in_letters_and_digits(job: str, share: str) -> None:
    assert naming.share_identifier(job) == share


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"vcpu": 0.0}, "Fargate does not offer 0 vCPU, 2 GiB"),
        ({"memory_mib": 0}, "Fargate does not offer 0.5 vCPU, 0 GiB"),
        ({"timeout_seconds": 30}, "--timeout 30s: AWS Batch takes 60s or more"),
        ({"timeout_seconds": 0}, "60s or more"),
        ({"arguments": ("ok", "\udcff")}, "is not UTF-8"),
        ({"arguments": ("--title", "")}, "an argument is empty"),
        ({"environment": (("A", "\udcff"),)}, "is not UTF-8"),
        ({"environment": (("\udcff", "1"),)}, "is not UTF-8"),
        ({"environment": (("KEY", "1"),)}, "the job has a secret of this name"),
        ({"environment": (("AWS_BATCH_X", "1"),)}, "are reserved"),
        ({"arguments": ("x" * 8192,)}, r"8,\d+ characters long, and AWS takes 8,192"),
        ({"arguments": ("x" * 7600,)}, r"7,\d+ characters long, and AWS takes 8,192, of which AWS Batch"),
        ({"environment": tuple((f"V{n}", "é" * 90) for n in range(40))}, "characters long"),
        ({"pack": 2, "workers": 3}, "--workers 3: 1 to 2"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _plan(**changes)


def test_rows_are_arrays_of_ten_thousand_and_an_array_of_one_is_a_plain_job() -> None:
    run = _plan(rows=Rows(count=20_001))
    calls = [each.request() for each in submissions(run)]
    assert [call.get("arrayProperties") for call in calls] == [{"size": 10_000}, {"size": 10_000}, None]
    assert [_environment(call)["FARGO_CHUNK"] for call in calls] == ["0", "1", "2"]
    assert {_environment(call)["FARGO_ROWS"] for call in calls} == {"20001"}
    assert len({call["jobName"] for call in calls}) == 3


def test_a_million_rows_are_a_hundred_calls_and_packed_one() -> None:
    assert len(submissions(_plan(rows=Rows(count=1_000_000)))) == 100
    packed = _call(_plan(rows=Rows(count=1_000_000), pack=100, workers=4))
    assert packed["arrayProperties"] == {"size": 10_000}
    told = _environment(packed)
    assert (told["FARGO_ROWS"], told["FARGO_PACK"], told["FARGO_WORKERS"]) == ("1000000", "100", "4")


def test_the_runner_is_told_of_manifest_and_inputs_where_there_are_some() -> None:
    settings = JobSettings(command=["work"], inputs=["photo"])
    rows = Rows(count=2, columns=("photo", "größe"), manifest="hash")
    told = _environment(_call(_plan(settings=settings, rows=rows)))
    assert (told["FARGO_MANIFEST"], told["FARGO_INPUTS"]) == ("1", '["photo"]')
    plain = _environment(_call(_plan(settings=settings, rows=Rows(count=2))))
    assert not {"FARGO_MANIFEST", "FARGO_INPUTS", "FARGO_PACK"} & plain.keys()


def test_what_waits_for_the_same_rows_waits_container_by_container() -> None:
    paired = _plan(rows=Rows(count=20_001), after=After(("a", "b", "c"), paired=True))
    depends = [each.request()["dependsOn"] for each in submissions(paired)]
    assert depends == [
        [{"jobId": "a", "type": "N_TO_N"}],
        [{"jobId": "b", "type": "N_TO_N"}],
        [{"jobId": "c"}],
    ]
    whole = _plan(rows=Rows(count=5), after=After(("a", "b")))
    assert _call(whole)["dependsOn"] == [{"jobId": "a"}, {"jobId": "b"}]


def test_the_runner_is_told_whose_outputs_to_fetch_where_the_command_wants_them() -> None:
    wants = JobSettings(command=["work", "{after}"])
    other, same = After(("a",), run="first-1", rows=40), After(("a",), paired=True, run="first-1")
    told = _environment(_call(_plan(settings=wants, after=other)))
    assert (told["FARGO_AFTER"], told["FARGO_AFTER_ROWS"]) == ("first-1", "40")
    each = _environment(_call(_plan(settings=wants, rows=Rows(count=5), after=same)))
    assert each["FARGO_AFTER"] == "first-1"
    assert "FARGO_AFTER_ROWS" not in each
    assert "FARGO_AFTER" not in _environment(_call(_plan(after=other)))
