"""Credentials from the environment and from the container's endpoint."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from fargo_runner.contract import RunnerError
from fargo_runner.credentials import CredentialSource

NOW = 1_767_268_800.0  # 2026-01-01T12:00:00Z


class Endpoint:
    """Gives the next of `answers`, the last one for ever; remembers the Authorization headers."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, str]] = []
        self.authorizations: list[str | None] = []

    def next(self, authorization: str | None) -> tuple[int, str]:
        self.authorizations.append(authorization)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def endpoint() -> Iterator[tuple[Endpoint, str]]:
    told = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, text = told.next(self.headers["authorization"])
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 http.server's name
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield told, f"http://127.0.0.1:{server.server_port}/v2/credentials"
    server.shutdown()
    server.server_close()
    thread.join()


def keys(name: str, expires: str) -> tuple[int, str]:
    said = {"AccessKeyId": name, "SecretAccessKey": "s", "Token": "t", "Expiration": expires}
    return 200, json.dumps(said)


def source(url: str, *, now: float = NOW, **more: str) -> CredentialSource:
    environ = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": url, **more}
    return CredentialSource(environ, now=lambda: now, sleep=lambda _seconds: None)


KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_SESSION_TOKEN": "c"}


def test_keys_of_the_environment_are_taken_with_their_session_token_where_there_is_no_job_role() -> None:
    got = CredentialSource(KEYS).get()
    assert (got.access_key, got.secret_key, got.token, got.expires) == ("a", "b", "c", None)


def test_keys_that_a_job_has_for_another_account_are_not_the_runners() -> None:
    made = CredentialSource(KEYS | {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"})
    assert (made._url, made._held) == ("http://169.254.170.2/x", None)


def test_no_source_is_refused_at_once_with_the_way_out() -> None:
    with pytest.raises(RunnerError, match=r"no AWS credentials\. Give the job a job role"):
        CredentialSource({})


def test_ecs_address_is_completed() -> None:
    made = CredentialSource({"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/1"})
    assert made._url == "http://169.254.170.2/v2/credentials/1"


@pytest.mark.parametrize("url", ["http://example.com/x", "http://169.254.169.254/x", "file://localhost/x"])
def test_token_goes_to_no_foreign_host_in_the_clear(url: str) -> None:
    with pytest.raises(RunnerError, match="neither https nor on this host"):
        source(url)


def test_kept_until_five_minutes_before_their_end(endpoint: tuple[Endpoint, str]) -> None:
    told, url = endpoint
    told.answers = [keys("first", "2026-01-01T12:04:59Z"), keys("second", "2026-01-01T18:00:00.123Z")]
    made = source(url)
    assert [made.get().access_key for _ in range(3)] == ["first", "second", "second"]
    assert len(told.authorizations) == 2


def test_forgotten_ones_are_fetched_anew(endpoint: tuple[Endpoint, str]) -> None:
    told, url = endpoint
    told.answers = [keys("first", "2026-01-01T18:00:00Z"), keys("second", "2026-01-01T18:00:00Z")]
    made = source(url)
    assert made.get().access_key == "first"
    made.forget()
    assert made.get().access_key == "second"


def test_authorization_token_is_sent_and_its_file_read_each_time(
    endpoint: tuple[Endpoint, str], tmp_path: Path
) -> None:
    told, url = endpoint
    told.answers = [keys("k", "2026-01-01T18:00:00Z")]
    source(url, AWS_CONTAINER_AUTHORIZATION_TOKEN="plain").get()
    (tmp_path / "token").write_text("from-file\n")
    source(url, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(tmp_path / "token")).get()
    assert told.authorizations == ["plain", "from-file"]


def test_a_hiccup_of_the_endpoint_is_passed_over(endpoint: tuple[Endpoint, str]) -> None:
    told, url = endpoint
    told.answers = [(500, ""), (200, "no json"), (200, "{}"), keys("k", "2026-01-01T18:00:00Z")]
    assert source(url).get().access_key == "k"


def test_an_endpoint_that_never_answers_well_is_named(endpoint: tuple[Endpoint, str]) -> None:
    told, url = endpoint
    told.answers = [(404, "")]
    with pytest.raises(RunnerError, match=r"gives no credentials: HTTP status 404"):
        source(url).get()
    assert len(told.authorizations) == 5
