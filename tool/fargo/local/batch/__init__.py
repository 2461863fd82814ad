"""Our own AWS Batch: the API of botocore's model, its states, its queues; single jobs on Fargate.

On the wire: `shapes` (botocore's model: routes, validation) and `api` (a request → an operation → an answer).
The operations: `environments`, `queues`, `definitions`, `jobs`, `listing`, `tags`.
What is kept: `store`, per region; everything changes under its one lock.
What happens: `scheduler` (queued jobs → free capacity → an attempt; timers), `attempts` (one attempt:
log stream, secrets, container), `retry` (whether another follows).
"""
