"""Scripted local AWSs, and settings for each foreign client of them."""

from collections.abc import Iterator

import pytest
from clients import CliClient
from settings import FAST, FASTEST, SCRIPTED, Setting, server, setting

Settings = dict[bool, Setting]
"""For cases in which minutes pass, and for the others."""


@pytest.fixture(scope="module")
def scripted_endpoints() -> Iterator[dict[bool, str]]:
    with server(SCRIPTED, FAST) as usual, server(SCRIPTED, FASTEST) as timed:
        yield {False: usual, True: timed}


@pytest.fixture(scope="module")
def boto3_settings(scripted_endpoints: dict[bool, str]) -> Settings:
    return _settings(scripted_endpoints, "boto3")


@pytest.fixture(scope="module")
def awscli_settings(scripted_endpoints: dict[bool, str]) -> Iterator[Settings]:
    made = _settings(scripted_endpoints, "awscli")
    yield made
    for each in made.values():
        assert isinstance(each.client, CliClient)
        each.client.close()


@pytest.fixture(scope="module")
def aws_settings(scripted_endpoints: dict[bool, str]) -> Settings:
    return _settings(scripted_endpoints, "aws")


def _settings(endpoints: dict[bool, str], name: str) -> Settings:
    return {
        timed: setting(SCRIPTED, endpoint, name, speed=FASTEST if timed else FAST)
        for timed, endpoint in endpoints.items()
    }
