import pytest

from fargo.model import fargate
from fargo.model.fargate import Size


@pytest.mark.parametrize(
    ("vcpu", "smallest", "largest", "count"),
    [
        (0.25, 512, 2048, 3),
        (0.5, 1024, 4096, 4),
        (1, 2048, 8192, 7),
        (2, 4096, 16384, 13),
        (4, 8192, 30720, 23),
        (8, 16384, 61440, 12),
        (16, 32768, 122880, 12),
        (32, 61440, 249856, 3),
    ],
)
def test_the_sizes_are_those_of_the_batch_api_reference(
    vcpu: float, smallest: int, largest: int, count: int
) -> None:
    offered = fargate.MEMORY_MIB[vcpu]
    assert (offered[0], offered[-1], len(offered)) == (smallest, largest, count)


def test_the_next_valid_size_holds_what_was_asked_with_the_fewest_vcpus() -> None:
    assert fargate.next_valid(Size(0.25, 513)) == Size(0.25, 1024)
    assert fargate.next_valid(Size(0.25, 4000)) == Size(0.5, 4096)
    assert fargate.next_valid(Size(3, 1)) == Size(4, 8192)
    assert fargate.next_valid(Size(16, 200_000)) == Size(32, 249_856)
    assert fargate.next_valid(Size(32, 250_000)) is None


def test_a_size_reads_as_people_write_it() -> None:
    assert str(Size(0.25, 512)) == "0.25 vCPU, 512 MiB"
    assert str(Size(4, 30720)) == "4 vCPU, 30 GiB"
