"""The control endpoint: its routes, whom it answers, and what it says to the rest."""

import io
import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from local_aws import client, make_definition, make_queue, script, wait_for_job

from fargo.local.app import LocalAws
from fargo.local.clock import Clock
from fargo.local.control import Control
from fargo.local.executors.scripted import ScriptedExecutor
from fargo.local.faults import Faults
from fargo.local.noted import Noted
from fargo.local.state import Status

STATUS = Status(endpoint="http://127.0.0.1:1", pid=1, started="now", executor="scripted", log="/log")

Ask = Callable[..., tuple[int, Any]]


class Interruptions:
    """Stands in for the part of Batch that interrupts: it hits every job but `gone`."""

    def __init__(self) -> None:
        self.asked: list[tuple[list[str] | None, str | None]] = []

    def __call__(self, job_ids: list[str] | None, name: str | None) -> list[str]:
        self.asked.append((job_ids, name))
        return [job for job in job_ids or ["one"] if job != "gone"]


@pytest.fixture
def interruptions() -> Interruptions:
    return Interruptions()


@pytest.fixture
def ask(interruptions: Interruptions) -> Ask:
    return asking(interruptions, ScriptedExecutor(Clock()))


def asking(interruptions: Interruptions, scripted: ScriptedExecutor | None) -> Ask:
    faults, noted = Faults(), Noted()
    control = Control(
        status=lambda: STATUS, faults=faults, noted=noted, interrupt=interruptions, scripted=scripted
    )
    app: Any = LocalAws(None, lambda *_: [b'{"from": "moto"}'], control, faults, noted)  # type: ignore[arg-type]

    def ask(method: str, path: str, content: Any = None, **headers: str) -> tuple[int, Any]:
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            **headers,
        }
        codes = [200]
        answered = app(environ, lambda status, _: codes.append(int(status[:3])))
        return codes[-1], json.loads(b"".join(answered))

    return ask


def test_the_status_is_told(ask: Ask) -> None:
    code, status = ask("GET", "/_fargo/status")
    assert code == 200
    assert status["endpoint"] == STATUS.endpoint


def test_jobs_are_interrupted_by_their_ids(ask: Ask, interruptions: Interruptions) -> None:
    answer = ask("POST", "/_fargo/interrupt", {"jobs": ["a", "gone", "b:3"]})
    assert answer == (200, {"interrupted": ["a", "b:3"]})
    assert interruptions.asked == [(["a", "gone", "b:3"], None)]


def test_jobs_are_interrupted_by_their_names(ask: Ask, interruptions: Interruptions) -> None:
    assert ask("POST", "/_fargo/interrupt", {"name": "sim-*"}) == (200, {"interrupted": ["one"]})
    assert interruptions.asked == [(None, "sim-*")]


@pytest.mark.parametrize(
    "content",
    [[], {}, {"jobs": "a"}, {"jobs": [1]}, {"name": 1}, {"jobs": ["a"], "name": "b"}, {"name": "a", "x": 1}],
)
def test_an_interruption_of_what_is_neither_is_refused(
    ask: Ask, interruptions: Interruptions, content: Any
) -> None:
    code, answer = ask("POST", "/_fargo/interrupt", content)
    assert code == 400
    assert '{"jobs": [ID, …]} or {"name": PATTERN}' in answer["message"]
    assert interruptions.asked == []


def test_faults_are_put_told_and_deleted(ask: Ask) -> None:
    code, put = ask("PUT", "/_fargo/faults", [{"service": "s3", "kind": "throttle"}])
    assert (code, put[0]["hits"]) == (200, 0)
    assert ask("GET", "/_fargo/faults") == (200, put)
    assert ask("DELETE", "/_fargo/faults") == (200, [])
    assert ask("GET", "/_fargo/faults") == (200, [])


def test_rules_are_set_where_jobs_are_scripted(ask: Ask) -> None:
    assert ask("POST", "/_fargo/rules", [{"job": "*", "script": [{"exit": 1}]}]) == (200, {})
    code, answer = ask("POST", "/_fargo/rules", [{"job": "*"}])
    assert (code, answer["message"]) == (400, 'a rule is {"job": PATTERN, "script": [STEP, …]}')


def test_rules_where_containers_run_the_jobs_are_refused_with_the_command(
    interruptions: Interruptions,
) -> None:
    code, answer = asking(interruptions, None)("POST", "/_fargo/rules", [])
    assert code == 400
    assert "fargo local start --executor scripted" in answer["message"]


@pytest.mark.parametrize("path", ["rules", "interrupt"])
def test_a_body_that_is_not_json_is_refused(ask: Ask, path: str) -> None:
    code, answer = ask("POST", f"/_fargo/{path}", b"{")
    assert code == 400
    assert answer["message"].startswith("the body is not JSON")


@pytest.mark.parametrize(("method", "path"), [("GET", "nothing"), ("POST", "status"), ("DELETE", "rules")])
def test_what_is_not_there_is_answered_with_what_is(ask: Ask, method: str, path: str) -> None:
    code, answer = ask(method, f"/_fargo/{path}")
    assert code == 404
    assert "PUT /_fargo/faults" in answer["message"]
    assert "POST /_fargo/interrupt" in answer["message"]


@pytest.mark.parametrize("path", ["/_fargo/status", "/_fargo/faults", "/moto-api/reset"])
def test_nobody_but_this_machine_s_loopback_is_answered(ask: Ask, path: str) -> None:
    code, answer = ask("GET", path, REMOTE_ADDR="172.18.0.2")
    assert (code, answer["message"]) == (403, "the control answers on 127.0.0.1 only")
    assert ask("GET", "/moto-api/reset") == (200, {"from": "moto"})


@pytest.mark.parametrize("path", ["/_fargo/interrupt", "/moto-api/reset", "/v1/submitjob", "/"])
@pytest.mark.parametrize(
    "said",
    [{"HTTP_ORIGIN": "http://evil.example"}, {"HTTP_ORIGIN": "null"}, {"HTTP_SEC_FETCH_SITE": "cross-site"}],
)
def test_a_web_page_is_not_answered(
    ask: Ask, interruptions: Interruptions, path: str, said: dict[str, str]
) -> None:
    """Neither by the control nor by AWS's APIs, to which a link or a form could bring a signature in the address."""
    signature = "X-Amz-Credential=x%2F20261130%2Feu-west-1%2Fbatch%2Faws4_request"
    code, answer = ask("POST", path, {"name": "*"}, QUERY_STRING=signature, **said)
    assert (code, answer["message"]) == (403, "the local AWS does not answer web pages")
    assert interruptions.asked == []


@pytest.mark.parametrize(
    "host", ["evil.example:5151", "bucket.evil.example", "localhost.evil.example", "evil.example:0@127.0.0.1"]
)
def test_a_page_whose_name_has_come_to_lead_here_is_not_answered(ask: Ask, host: str) -> None:
    assert ask("GET", "/_fargo/status", None, HTTP_HOST=host)[0] == 403


@pytest.mark.parametrize(
    "host", ["127.0.0.1:5151", "172.17.0.1", "[::1]:80", "localhost", "bucket.localhost:5151"]
)
def test_who_calls_it_by_an_address_is_answered(ask: Ask, host: str) -> None:
    assert ask("GET", "/_fargo/status", None, HTTP_HOST=host)[0] == 200


def test_an_address_typed_into_a_browser_is_answered(ask: Ask) -> None:
    assert ask("GET", "/_fargo/status", None, HTTP_SEC_FETCH_SITE="none")[0] == 200


def test_a_running_job_loses_its_spot_capacity(endpoint: str, batch: Any, name: str) -> None:
    make_queue(batch, name)
    make_definition(batch, name)
    ids = []
    for number in range(2):
        job = batch.submit_job(
            jobName=f"{name}-{number}",
            jobQueue=name,
            jobDefinition=name,
            containerOverrides=script({"sleep": 600}),
        )
        ids.append(job["jobId"])
        wait_for_job(batch, ids[-1], "RUNNING")
    assert interrupt(endpoint, {"name": f"{name}-0*"}) == [ids[0]]
    assert wait_for_job(batch, ids[0], "FAILED")["statusReason"] == "Your Spot Task was interrupted."
    assert interrupt(endpoint, {"jobs": [*ids, "nothing"]}) == [ids[1]]
    assert wait_for_job(batch, ids[1], "FAILED")["statusReason"] == "Your Spot Task was interrupted."


def interrupt(endpoint: str, content: Any) -> Any:
    data = json.dumps(content).encode()
    with urllib.request.urlopen(f"{endpoint}/_fargo/interrupt", data=data, timeout=60) as answer:
        return json.load(answer)["interrupted"]


def test_calls_are_counted_while_somebody_asks_for_it(endpoint: str) -> None:
    def calls(method: str) -> Any:
        request = urllib.request.Request(f"{endpoint}/_fargo/calls", method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    iam, ecr = client("iam", endpoint), client("ecr", endpoint)
    iam.list_roles()
    assert calls("GET") == []
    calls("PUT")
    iam.list_users()
    ecr.describe_repositories()
    ecr.describe_repositories()
    told = calls("DELETE")
    assert {"service": "iam", "operation": "ListUsers", "calls": 1} in told
    assert {"service": "ecr", "operation": "DescribeRepositories", "calls": 2} in told
    iam.list_users()
    assert calls("GET") == []
