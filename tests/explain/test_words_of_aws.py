"""Words of AWS that are none of the table's: what Amazon ECS says before the agent's own, or in place of them.

Source: amazon-ecs-agent, the ECS developer guide's pages on stopped tasks, and projects that quote what they saw.
"""

import pytest

from fargo.explain.rule import Seen, first
from fargo.explain.rules import RULES

INIT = "ResourceInitializationError: unable to pull secrets or registry auth: "
LOGGER = (
    "ResourceInitializationError: failed to validate logger args: The task cannot find the Amazon CloudWatch "
    "log group defined in the task definition. There is a connection issue between the task and Amazon "
    "CloudWatch. Check your network configuration."
)
PULL = "CannotPullContainerError: "
RETRIED = f"{PULL}pull image manifest has been retried 1 time(s): "
CHECK = "Check your task network configuration."


@pytest.mark.parametrize(
    ("reason", "rule"),
    [
        (
            (
                f"{INIT}unable to retrieve secrets from ssm: The task cannot pull secrets from AWS Systems Manager. "
                f"There is a connection issue between the task and AWS Systems Manager Parameter Store. {CHECK}"
            ),
            "parameter-unreachable",
        ),
        (
            (
                f"{INIT}The task cannot pull secrets from AWS Systems Manager Parameter Store. Check your network "
                "connection between the task and AWS Systems Manager."
            ),
            "parameter-unreachable",
        ),
        (
            (
                f"{INIT}unable to retrieve secret from asm: There is a connection issue between the task and AWS "
                f"Secrets Manager. {CHECK}"
            ),
            "secret-unreachable",
        ),
        (
            (
                f"{INIT}The task can't retrieve the secret with ARN 'arn:x' from AWS Secrets Manager. Check whether "
                "the secret exists in the specified Region."
            ),
            "secret-not-found",
        ),
        (f"{LOGGER} signal: killed", "log-unreachable"),
        (LOGGER, "log-unreachable"),
        (
            (
                f"{INIT}The task cannot pull registry auth from Amazon ECR: There is a connection issue between the "
                f"task and Amazon ECR. {CHECK}"
            ),
            "registry-unreachable",
        ),
        (
            f"{PULL}The task can\u2019t pull the image. Check your network configuration. Error response from daemon",
            "image-unreachable",
        ),
        (
            (
                f"{PULL}The task can\u2019t pull the image. Check whether the image exists. Error response from daemon: "
                "pull access denied for x/y, repository does not exist or may require 'docker login': denied"
            ),
            "image-not-found",
        ),
        (
            (
                f"{PULL}The task can\u2019t pull the image. Check that the role has the permissions to pull images from "
                "the registry. denied: User: x is not authorized to perform: ecr:BatchGetImage"
            ),
            "image-denied",
        ),
        (f"{RETRIED}failed to do request: net/http: TLS handshake timeout", "image-unreachable"),
        (f"{RETRIED}failed to authorize: unexpected status: 401 Unauthorized", "image-denied"),
    ],
)
def test_what_ecs_says_is_understood(reason: str, rule: str) -> None:
    found = first(RULES, Seen(reason=reason))
    assert found is not None
    assert found.rule.id == rule
