"""What fargo counts is what AWS publishes, to the cent."""

import pytest

from fargo.cost import PACKAGED, Task, standing
from fargo.model.fargate import Architecture, Size

X86, ARM = Architecture.X86_64, Architecture.ARM64
DAYS = 30


@pytest.mark.parametrize(
    ("example", "task", "seconds", "tasks", "dollars"),
    [
        # https://aws.amazon.com/fargate/pricing/, "Pricing Examples", all of us-east-1:
        # 5 tasks, 10 minutes a day for 30 days, 1 vCPU, 2 GB, 30 GB of ephemeral storage.
        ("AWS 1", Task(size=Size(1, 2048), architecture=X86, storage_gib=30), 600, 5 * DAYS, 1.26),
        # The same on ARM.
        ("AWS 2", Task(size=Size(1, 2048), architecture=ARM, storage_gib=30), 600, 5 * DAYS, 1.02),
        # 10 pods, an hour a day for 30 days, 0.25 vCPU, 1 GB.
        ("AWS 3", Task(size=Size(0.25, 1024), architecture=X86), 3600, 10 * DAYS, 4.37),
        # 1,000 containers of 10 minutes: on demand, on ARM, and on Spot at about a third.
        ("1,000", Task(size=Size(1, 2048), architecture=X86), 600, 1_000, 8.23),
        ("1,000 on ARM", Task(size=Size(1, 2048), architecture=ARM), 600, 1_000, 6.58),
        ("1,000 on Spot", Task(size=Size(1, 2048), architecture=X86, spot=True), 600, 1_000, 2.72),
    ],
)
def test_a_published_example_comes_out_to_the_cent(
    example: str, task: Task, seconds: float, tasks: int, dollars: float
) -> None:
    assert round(task.dollars(seconds * tasks), 2) == dollars, example


@pytest.mark.parametrize(
    ("task", "days_seconds", "dollars"),
    [
        # The parts of example 1: 5 x 1 x 0.000011244 x 600 x 30, 5 x 2 x 0.000001235 x 600 x 30,
        # and 5 x 10 x 0.0000000308 x 600 x 30.
        (Task(size=Size(1, 0), architecture=X86), 5 * 600, 1.01),
        (Task(size=Size(0, 2048), architecture=X86), 5 * 600, 0.22),
        (Task(size=Size(0, 0), architecture=X86, storage_gib=30), 5 * 600, 0.03),
        # Those of example 2.
        (Task(size=Size(1, 0), architecture=ARM), 5 * 600, 0.81),
        (Task(size=Size(0, 2048), architecture=ARM), 5 * 600, 0.18),
        # Those of example 3.
        (Task(size=Size(0.25, 0), architecture=X86), 10 * 3600, 3.04),
        (Task(size=Size(0, 1024), architecture=X86), 10 * 3600, 1.33),
    ],
)
def test_so_does_each_of_its_parts(task: Task, days_seconds: float, dollars: float) -> None:
    assert round(task.dollars(days_seconds * DAYS), 2) == dollars


@pytest.mark.parametrize(
    ("endpoints", "zones", "dollars"), [(3, 2, 43.80), (3, 1, 21.90)]
)  # 0.01 an hour each, 730 hours: AWS PrivateLink pricing
def test_endpoints_cost_by_the_hour_and_zone(endpoints: int, zones: int, dollars: float) -> None:
    line = standing(["e"] * endpoints, zones, PACKAGED).lines[0]
    assert round(line.monthly, 2) == dollars
