"""One local AWS and one bucket for all of these tests; each has runs of its own."""

from collections.abc import Iterator

import pytest
from local_aws import client, local_aws
from results_bucket import REGION, Bucket


@pytest.fixture(scope="module")
def _bucket() -> Iterator[Bucket]:
    with local_aws() as endpoint:
        s3 = client("s3", endpoint, REGION)
        s3.create_bucket(Bucket="workspace", CreateBucketConfiguration={"LocationConstraint": REGION})
        yield Bucket(s3, "workspace", endpoint)


@pytest.fixture
def bucket(_bucket: Bucket) -> Bucket:
    return _bucket
