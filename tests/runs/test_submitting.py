"""SubmitJob when AWS falters: nothing is sent twice, and no run is lost without its name."""

from dataclasses import replace
from typing import Any

import pytest
from fakes import NOW, BatchClient, Objects, Script, Time, a_run, jobs_listed, refusal, throttled, unreachable

from fargo import submit as library
from fargo.aws.batch import Batch, Submission
from fargo.aws.store import Store
from fargo.config import JobSettings
from fargo.errors import AwsError, AwsThrottled, AwsUnreachable, Interrupted, UsageError
from fargo.model import naming
from fargo.model.run import Run
from fargo.model.stack import StackOutputs

NAME = "r-w1-c0"
ID = "work-261122-183000-abcd"
SUBMISSION = Submission(
    name=NAME, queue="q", definition="d", command=("x",), environment=(), tags=(), vcpu=0.25, memory_mib=512
)


def _submit(client: BatchClient, objects: Objects | None = None, time: Time | None = None) -> Run:
    store = Store(objects or Objects(), "bucket")
    sleep = (time or Time()).sleep
    return library.submit(a_run(), SUBMISSION, batch=Batch(client), store=store, sleep=sleep)


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


@pytest.mark.parametrize(
    "listed", [jobs_listed(), throttled(), unreachable(), refusal("AccessDeniedException", 403)], ids=str
)
def test_where_nobody_can_tell_the_lost_answer_is_told_and_the_run_is_named(listed: Any) -> None:
    client = BatchClient(submit=Script(refusal("ServerException", 500)), listed=Script(listed))
    with pytest.raises(AwsUnreachable) as caught:
        _submit(client)
    assert caught.value.operation == "SubmitJob"
    assert f"`fargo show {ID}`" in caught.value.hint


def test_what_aws_puts_off_is_sent_again_more_and_more_slowly() -> None:
    time = Time()
    client = BatchClient(submit=Script(throttled(), throttled(), {"jobId": "j1"}))
    assert _submit(client, time=time).job_ids == ("j1",)
    assert time.slept == [1.0, 2.0]


def test_what_aws_puts_off_for_ever_is_told() -> None:
    client = BatchClient(submit=Script(throttled()))
    with pytest.raises(AwsThrottled):
        _submit(client)
    assert len(client.submit_job.calls) == len(library.THROTTLE_PAUSES) + 1
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
    healed = library.find_missing(a_run(), batch=Batch(client), store=Store(objects, "bucket"))
    assert healed.job_ids == ("j1",)


@pytest.mark.parametrize("where", ["submit", "save"])
def test_ctrl_c_while_submitting_names_the_run(where: str) -> None:
    client = BatchClient(submit=Script(KeyboardInterrupt() if where == "submit" else {"jobId": "j1"}))
    objects = Objects(Script({}, KeyboardInterrupt()) if where == "save" else Script({}))
    with pytest.raises(Interrupted) as caught:
        _submit(client, objects)
    assert ID in caught.value.message
    assert f"`fargo show {ID}`" in caught.value.hint


OUTPUTS = StackOutputs(
    name="demo", account_id="1" * 12, region="eu-west-1", stack_version="1", repository_url="r", image_tag="t",
    bucket="b", kms_key_arn="k", log_group="g", job_queues={"on_demand": "q", "spot": "s"}, compute_environments={},
    job_definitions={"work": "d"}, execution_role_arn="e", job_role_arn="j", vpc_id="v", subnet_ids=[], zones=[],
    interface_endpoints=[], scheduling="FIFO", topic_arn="",
)  # fmt: skip


def _plan(outputs: StackOutputs = OUTPUTS, **changes: Any) -> tuple[Run, Submission]:
    settings = JobSettings(command=["work"], vcpu=0.5, memory="2 GiB", secrets={"KEY": "arn"})
    request = library.Request(job="work", **changes)
    return library.plan(request, settings, outputs, now=NOW, token="abcd")


def test_the_size_that_the_ledger_records_is_the_size_that_is_sent() -> None:
    run, submission = _plan()
    sent = {
        item["type"]: item["value"]
        for item in submission.request()["containerOverrides"]["resourceRequirements"]
    }
    assert (run.last.vcpu, run.last.memory_mib) == (0.5, 2048)
    assert sent == {"VCPU": "0.5", "MEMORY": "2048"}


def test_a_share_is_sent_where_the_queue_has_shares_and_nowhere_else() -> None:
    assert "shareIdentifier" not in _plan()[1].request()
    fair = _plan(replace(OUTPUTS, scheduling="FAIR_SHARE"))[1]
    assert fair.request()["shareIdentifier"] == "work"


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
        ({"environment": (("A", "\udcff"),)}, "is not UTF-8"),
        ({"environment": (("\udcff", "1"),)}, "is not UTF-8"),
        ({"environment": (("KEY", "1"),)}, "the job has a secret of this name"),
        ({"environment": (("AWS_BATCH_X", "1"),)}, "are reserved"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _plan(**changes)
