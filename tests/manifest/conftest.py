from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from local_aws import REGION, client, local_aws
from row_dicts import Read, as_dicts

from fargo.aws.store import Store
from fargo.manifest.sources import Outside, rows


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with local_aws() as endpoint:
        yield client("s3", endpoint)


@pytest.fixture
def store(s3: Any, request: pytest.FixtureRequest) -> Store:
    bucket = f"b{abs(hash(request.node.nodeid)):x}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    return Store(s3, bucket)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    monkeypatch.chdir(tmp_path)

    def read(name: str, content: bytes, kind: str = "") -> list[tuple[int, dict[str, str]]]:
        Path(name).write_bytes(content)
        with closing(rows([name], Outside(), kind)) as found:
            return as_dicts(found)

    return read
