"""How fast jobs become containers, beside a bare docker-py loop of the same width.

    python benchmarks/containers.py [--image fargo-base:local] [--jobs 40] [--rounds 5]

Both create, start, await and remove the same container: `sh -c :` with a quarter vCPU and 512 MiB on an
internal network, without a log of the engine's own. They alternate, so that what else this machine does
meets both. The figure is the median of the rounds' ratios.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import LOG_GROUP, client, local_aws, make_definition, make_queue  # noqa: E402

COMMAND = ["sh", "-c", ":"]
VCPU, MEMORY_MIB = 0.25, 512
WIDTHS = (4, 8)
_DESCRIBED = 100
_POLL_SECONDS = 0.1


@contextmanager
def bare_loop(image: str) -> Iterator[Callable[[int, int], float]]:
    """A function of width and number of containers that gives the seconds they took."""
    import docker
    import docker.errors

    engine = docker.from_env(max_pool_size=max(WIDTHS))
    api: Any = engine.api
    network = engine.networks.create(f"fargo-benchmark-{os.getpid()}", internal=True)
    host = api.create_host_config(
        nano_cpus=int(VCPU * 1e9),
        mem_limit=f"{MEMORY_MIB}m",
        memswap_limit=f"{MEMORY_MIB}m",
        network_mode=network.id,
        log_config={"Type": "none"},
    )

    def one(_: int) -> None:
        container = api.create_container(image, command=COMMAND, host_config=host)["Id"]
        api.start(container)
        api.wait(container)
        api.remove_container(container)

    def run(width: int, number: int) -> float:
        begun = time.perf_counter()
        with ThreadPoolExecutor(width) as pool:
            list(pool.map(one, range(number)))
        return time.perf_counter() - begun

    try:
        yield run
    finally:
        try:
            network.remove()
        except docker.errors.APIError as error:
            # Docker 20.10 may count a removed container's endpoint for good.
            print(
                f"the network {network.name} stays behind: {error.explanation}; restart Docker to remove it"
            )
        engine.close()


@contextmanager
def jobs_loop(image: str) -> Iterator[Callable[[int, int], float]]:
    """The same with jobs, from the first SubmitJob until all have ended."""
    with local_aws("docker") as endpoint:
        client("logs", endpoint).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", endpoint)
        for width in WIDTHS:
            make_queue(batch, f"wide-{width}", max_vcpus=max(1, int(width * VCPU)))
        make_definition(batch, "bench", container={"image": image, "command": COMMAND})

        def run(width: int, number: int) -> float:
            begun = time.perf_counter()
            job = {"jobName": "bench", "jobQueue": f"wide-{width}", "jobDefinition": "bench"}
            ids = [batch.submit_job(**job)["jobId"] for _ in range(number)]
            while not _ended(batch, ids):
                time.sleep(_POLL_SECONDS)
            return time.perf_counter() - begun

        yield run


def _ended(batch: Any, ids: list[str]) -> bool:
    """Whether all have succeeded.

    Raises:
        SystemExit: one failed.
    """
    for start in range(0, len(ids), _DESCRIBED):
        states = {job["status"] for job in batch.describe_jobs(jobs=ids[start : start + _DESCRIBED])["jobs"]}
        if "FAILED" in states:
            raise SystemExit("A job failed. Is the image on this engine?")
        if states != {"SUCCEEDED"}:
            return False
    return True


def main() -> None:
    """Print one line per width."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--image", default="fargo-base:local")
    parser.add_argument("--jobs", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print(f"{'width':>5} {'docker-py/s':>12} {'fargo/s':>9} {'ratio':>6}   ratios of the rounds")
    with bare_loop(options.image) as bare, jobs_loop(options.image) as jobs:
        for width in WIDTHS:
            rounds = [(bare(width, options.jobs), jobs(width, options.jobs)) for _ in range(options.rounds)]
            ratios = [theirs / ours for theirs, ours in rounds]
            rates = [options.jobs / statistics.median(column) for column in zip(*rounds, strict=True)]
            listed = " ".join(f"{ratio:.2f}" for ratio in ratios)
            print(f"{width:5} {rates[0]:12.2f} {rates[1]:9.2f} {statistics.median(ratios):6.2f}   {listed}")


if __name__ == "__main__":
    main()
