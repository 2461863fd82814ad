"""A project with a run of which each child failed in its own way."""

from collections.abc import Iterator

import pytest
from explained import Explainer, submit
from explained_failures import FAILURES
from local_aws import local_aws, set_rules
from projects import deploy, write_project


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Explainer]:
    """Row after row of `FAILURES` as a child of one array, ended."""
    project = write_project(tmp_path_factory.mktemp("explain") / "project")
    with local_aws() as endpoint:
        deploy(project, endpoint)
        set_rules(
            endpoint,
            [{"job": f"*:{row}", "script": list(each.script)} for row, each in enumerate(FAILURES)],
        )
        yield Explainer(project, submit(project, ["work", "--array", str(len(FAILURES))]))
