"""What arrays cost: to submit, to describe, and to run without containers; moto's own Batch beside it.

    python benchmarks/arrays.py [--children 100000] [--rounds 7]

Times are medians, seen by one boto3 client on a kept connection. moto has no containers to run here, so that
only its answer is measured. Children are scripted ones that end at once.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(_ROOT / "tool"), str(_ROOT / "tests" / "support")]

from local_aws import (  # noqa: E402
    LOG_GROUP,
    client,
    local_aws,
    make_definition,
    make_queue,
    script,
    wait_until,
)

from fargo.local import daemon  # noqa: E402

LARGEST = 10_000
PARENTS = 100


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--children", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    with local_aws() as endpoint:
        client("logs", endpoint).create_log_group(logGroupName=LOG_GROUP)
        ours = client("batch", endpoint)
        make_queue(ours, "queue")
        make_definition(ours, "job")
        # Nothing runs, so that no work in the background meets the calls that are measured.
        ours.update_compute_environment(computeEnvironment="queue-ce", state="DISABLED")
        with moto_batch() as moto:
            submissions(ours, moto, options.rounds)
        descriptions(ours, options.rounds)
    for children in (options.children // 10, options.children):
        runs(children)


def submissions(ours: Any, moto: Any, rounds: int) -> None:
    """One SubmitJob: how long until its answer."""
    large = median(rounds, lambda: submit(ours, LARGEST))
    theirs = median(rounds, lambda: submit(moto, PARENTS))
    print(f"submit an array of 10,000        fargo {large * 1000:7.1f} ms")
    print(f"submit an array of 100           moto  {theirs * 1000:7.1f} ms   fargo/moto {large / theirs:.2f}")


def descriptions(ours: Any, rounds: int) -> None:
    """DescribeJobs of 100 parents: of ten children each, and of ten thousand."""
    seconds = []
    for size in (10, LARGEST):
        ids = [submit(ours, size) for _ in range(PARENTS)]
        wait_until(
            lambda ids=ids: all(job["status"] == "PENDING" for job in ours.describe_jobs(jobs=ids)["jobs"])
        )
        seconds.append(median(rounds, lambda ids=ids: ours.describe_jobs(jobs=ids)))
    small, large = seconds
    print(f"describe 100 arrays of 10        fargo {small * 1000:7.1f} ms")
    print(f"describe 100 arrays of 10,000    fargo {large * 1000:7.1f} ms   large/small {large / small:.2f}")


def runs(children: int) -> None:
    """Arrays run to their end: CPU time and memory of the server, per child."""
    with local_aws() as endpoint:
        client("logs", endpoint).create_log_group(logGroupName=LOG_GROUP)
        batch = client("batch", endpoint)
        make_queue(batch, "queue")
        make_definition(batch, "job")
        process = Server()
        cpu, memory, begun = process.cpu_seconds(), process.memory_kib(), time.perf_counter()
        ids = [submit(batch, min(LARGEST, children)) for _ in range(max(1, children // LARGEST))]
        wait_until(lambda: ended(batch, ids), seconds=3600)
        wall, cpu, memory = (
            time.perf_counter() - begun,
            process.cpu_seconds() - cpu,
            process.memory_kib() - memory,
        )
    moves = 4 * children
    print(
        f"run {children:7,} scripted children   wall {wall:6.1f} s   CPU {cpu:6.1f} s   "
        f"{cpu / moves * 1e6:5.1f} µs CPU per transition   {memory / children:.2f} KiB per child"
    )


class Server:
    """The local AWS's process, as Linux tells of it."""

    def __init__(self) -> None:
        running = daemon.status()
        if running is None:
            raise SystemExit("the local AWS does not run")
        self._proc = Path(f"/proc/{running.pid}")

    def cpu_seconds(self) -> float:
        """User and system time so far."""
        fields = (self._proc / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_kib(self) -> int:
        """Resident now."""
        lines = (self._proc / "status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmRSS:")).split()[1])


@contextmanager
def moto_batch() -> Iterator[Any]:
    """A Batch of moto's, in its own process, with a queue and a job definition."""
    # No engine: what is measured is its answer, and not the hundred containers that it starts at once.
    environ = os.environ | {"DOCKER_HOST": "unix:///nonexistent"}
    port = 5999
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            yield prepared(f"http://127.0.0.1:{port}")
        finally:
            server.terminate()


def prepared(endpoint: str) -> Any:
    """A client of moto's Batch, once it answers and has what a job needs."""
    batch, iam, ec2 = (client(service, endpoint) for service in ("batch", "iam", "ec2"))

    def answers() -> bool:
        try:
            return bool(batch.describe_job_queues())
        except Exception:  # noqa: BLE001 - not yet
            return False

    wait_until(answers)
    role = iam.create_role(RoleName="service", AssumeRolePolicyDocument="{}")["Role"]["Arn"]
    subnet = ec2.describe_subnets()["Subnets"][0]
    groups = ec2.describe_security_groups()["SecurityGroups"]
    made = batch.create_compute_environment(
        computeEnvironmentName="queue-ce",
        type="MANAGED",
        serviceRole=role,
        computeResources={
            "type": "FARGATE",
            "maxvCpus": 256,
            "subnets": [subnet["SubnetId"]],
            "securityGroupIds": [groups[0]["GroupId"]],
        },
    )
    order = [{"order": 1, "computeEnvironment": made["computeEnvironmentArn"]}]
    batch.create_job_queue(jobQueueName="queue", priority=1, computeEnvironmentOrder=order, state="ENABLED")
    make_definition(batch, "job")
    return batch


def submit(batch: Any, size: int) -> str:
    """One array; its id."""
    answer = batch.submit_job(
        jobName="array",
        jobQueue="queue",
        jobDefinition="job",
        arrayProperties={"size": size},
        containerOverrides=script({"exit": 0}),
    )
    return str(answer["jobId"])


def ended(batch: Any, ids: list[str]) -> bool:
    """Whether all of them have; asked for four times a second at the most."""
    time.sleep(0.25)
    return all(job["status"] in ("SUCCEEDED", "FAILED") for job in batch.describe_jobs(jobs=ids)["jobs"])


def median(rounds: int, call: Callable[[], Any]) -> float:
    """Seconds that a call takes."""
    call()
    seconds = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds)


if __name__ == "__main__":
    main()
