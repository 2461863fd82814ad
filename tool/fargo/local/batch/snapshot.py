"""GetJobQueueSnapshot: the front of a queue. Source: API reference, GetJobQueueSnapshot."""

from collections.abc import Iterator
from itertools import islice

from fargo.local.batch import arrays
from fargo.local.batch.errors import ClientError
from fargo.local.batch.records import Job, Queue, Wire
from fargo.local.batch.store import Region, Store

_FRONT = 100
_TOP_SHARES = 20


def snapshot(store: Store, region: Region, params: Wire) -> Wire:
    """The first 100 RUNNABLE jobs, an array's children one by one, and the vCPUs that the jobs have."""
    queue = region.queue(params["jobQueue"])
    if queue is None:
        raise ClientError(f"Job queue {params['jobQueue']} does not exist.")
    now = store.clock.now()
    front = [
        {"jobArn": job.arn, "earliestTimeAtPosition": max(queue.moved, job.spec.created)}
        for job in islice(_front(queue, now), _FRONT)
    ]
    return {
        "frontOfQueue": {"jobs": front, "lastUpdatedAt": now},
        "queueUtilization": _utilization(queue) | {"lastUpdatedAt": now},
    }


def _front(queue: Queue, now: int) -> Iterator[Job]:
    for entry in queue.order.first(_FRONT, queue.usage, now):
        if entry.children is None:
            yield entry
        else:
            yield from (arrays.view(entry, index) for index in arrays.rest_of(entry))


def _utilization(queue: Queue) -> Wire:
    used = {share: vcpu for share, vcpu in queue.usage.items() if vcpu}
    total: Wire = {"totalCapacityUsage": [_capacity(sum(used.values()))]}
    if "schedulingPolicyArn" not in queue.wire:
        return total
    top = sorted(used.items(), key=lambda entry: -entry[1])[:_TOP_SHARES]
    shares = [{"shareIdentifier": share, "capacityUsage": [_capacity(vcpu)]} for share, vcpu in top]
    return total | {"fairshareUtilization": {"activeShareCount": len(used), "topCapacityUtilization": shares}}


def _capacity(vcpu: float) -> Wire:
    return {"capacityUnit": "VCPU", "quantity": vcpu}
