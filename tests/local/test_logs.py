"""A job's output in CloudWatch Logs."""

import time
from typing import Any

from local_aws import LOG_GROUP, make_definition, make_queue, script, wait_for_job, wait_until

from fargo.local.clock import Clock
from fargo.local.logs import BATCH_BYTES, BATCH_EVENTS, BATCH_SPAN_MS, EVENT_BYTES, LogStream, LogWriter


class Sent:
    """What a writer put, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[dict[str, Any]]] = []

    def __call__(self, region: str, group: str, name: str, events: list[dict[str, Any]]) -> None:
        self.batches.append(events)

    @property
    def messages(self) -> list[str]:
        return [event["message"] for batch in self.batches for event in batch]


def stream(sent: Sent) -> LogStream:
    return LogStream(LogWriter(Clock(), sent), region="eu-west-1", group="g", name="s")


def test_lines_arrive_while_the_job_runs(batch: Any, logs: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    job_id = batch.submit_job(
        jobName=name,
        jobQueue=name,
        jobDefinition=name,
        containerOverrides=script({"out": "first"}, {"sleep": 600}),
    )["jobId"]
    job = wait_for_job(batch, job_id, "RUNNING")
    where = {"logGroupName": LOG_GROUP, "logStreamName": job["container"]["logStreamName"]}
    wait_until(lambda: logs.get_log_events(**where)["events"], seconds=5)
    (event,) = logs.get_log_events(**where)["events"]
    assert event["message"] == "first"
    assert abs(event["timestamp"] - time.time() * 1000) < 10_000
    assert batch.describe_jobs(jobs=[job_id])["jobs"][0]["status"] == "RUNNING"
    batch.terminate_job(jobId=job_id, reason="seen")


def test_all_lines_are_there_in_order_once_the_job_has_ended(batch: Any, logs: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    steps = [{"out": f"line {number}"} for number in range(200)]
    job_id = batch.submit_job(
        jobName=name, jobQueue=name, jobDefinition=name, containerOverrides=script(*steps)
    )["jobId"]
    job = wait_for_job(batch, job_id, "SUCCEEDED")
    where = {"logGroupName": LOG_GROUP, "logStreamName": job["container"]["logStreamName"]}
    events = logs.get_log_events(**where, startFromHead=True)["events"]
    assert [event["message"] for event in events] == [step["out"] for step in steps]


def test_pieces_become_lines_each_source_by_itself() -> None:
    sent = Sent()
    log = stream(sent)
    log.write("stdout", b"on")
    log.write("stderr", b"err")
    log.write("stdout", b"e\ntwo\nth")
    log.write("stderr", b"or\n")
    log.close()
    assert sent.messages == ["one", "two", "error", "th"]


def test_indentation_stays_and_empty_lines_are_dropped() -> None:
    sent = Sent()
    log = stream(sent)
    log.write("stdout", b"  indented\n\n\ttab \n")
    log.close()
    assert sent.messages == ["  indented", "\ttab "]


def test_a_line_that_is_too_long_is_cut_between_characters() -> None:
    sent = Sent()
    log = stream(sent)
    text = "a" + "é" * EVENT_BYTES
    log.write("stdout", text.encode())
    log.close()
    assert "".join(sent.messages) == text
    assert all(len(message.encode()) <= EVENT_BYTES for message in sent.messages)
    assert "\ufffd" not in "".join(sent.messages)


def test_bytes_that_are_no_text_are_replaced_and_still_fit() -> None:
    sent = Sent()
    log = stream(sent)
    log.write("stdout", b"\xff" * EVENT_BYTES + b"\n")
    log.close()
    assert "".join(sent.messages) == "\ufffd" * EVENT_BYTES
    assert all(len(message.encode()) <= EVENT_BYTES for message in sent.messages)


def test_batches_keep_the_limits_of_put_log_events() -> None:
    sent = Sent()
    log = stream(sent)
    log.write("stdout", b"x\n" * (BATCH_EVENTS * 2 + 5))
    log.write("stdout", (b"y" * 200_000 + b"\n") * 20)
    log.close()
    assert len(sent.messages) == BATCH_EVENTS * 2 + 25
    for batch in sent.batches:
        assert len(batch) <= BATCH_EVENTS
        assert sum(len(event["message"].encode()) + 26 for event in batch) <= BATCH_BYTES


def test_a_clock_that_goes_back_does_not_disorder_a_batch() -> None:
    class Backwards(Clock):
        moments = iter([5000, 4000, 6000])

        def now(self) -> int:
            return next(self.moments)

    sent = Sent()
    log = LogStream(LogWriter(Backwards(), sent), region="r", group="g", name="s")
    for line in (b"a\n", b"b\n", b"c\n"):
        log.write("stdout", line)
    log.close()
    assert [event["timestamp"] for batch in sent.batches for event in batch] == [5000, 5000, 6000]


def test_what_cannot_be_put_is_lost_and_the_next_batch_goes_out() -> None:
    sent = Sent()
    failures = iter([True, False])

    def put(region: str, group: str, name: str, events: list[dict[str, Any]]) -> None:
        if next(failures):
            raise RuntimeError("the group was deleted")
        sent(region, group, name, events)

    log = LogStream(LogWriter(Clock(), put), region="r", group="g", name="s")
    log.write("stdout", b"lost\n")
    log.flush()
    log.write("stdout", b"kept\n")
    log.close()
    assert sent.messages == ["kept"]


def test_a_batch_spans_no_more_than_a_day() -> None:
    class Leaping(Clock):
        moments = iter([0, BATCH_SPAN_MS, BATCH_SPAN_MS + 1])

        def now(self) -> int:
            return next(self.moments)

    sent = Sent()
    log = LogStream(LogWriter(Leaping(), sent), region="r", group="g", name="s")
    for line in (b"a\n", b"b\n", b"c\n"):
        log.write("stdout", line)
    log.close()
    times = [[event["timestamp"] for event in batch] for batch in sent.batches]
    assert [time for batch in times for time in batch] == [0, BATCH_SPAN_MS, BATCH_SPAN_MS + 1]
    assert all(batch[-1] - batch[0] <= BATCH_SPAN_MS for batch in times)


def test_a_character_that_is_cut_between_two_writes_is_whole() -> None:
    sent = Sent()
    log = stream(sent)
    for byte in "größer\n€\n".encode():
        log.write("stdout", bytes([byte]))
    log.close()
    assert sent.messages == ["größer", "€"]
