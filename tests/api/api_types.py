"""What the tests of this folder share."""

import json
from typing import Any

from local_aws import ACCOUNT, client
from projects import REGION

import fargo


def manifest(aws: str, run: fargo.Run) -> list[dict[str, Any]]:
    """A run's rows as its containers read them."""
    found = client("s3", aws, REGION).get_object(
        Bucket=f"fargo-demo-{ACCOUNT}-{REGION}", Key=f"runs/{run.id}/manifest.jsonl"
    )
    return [json.loads(line) for line in found["Body"].read().splitlines()]
