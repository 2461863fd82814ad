"""Our own AWS Batch: the API of botocore's model, its states, its arrays and queues, on Fargate.

On the wire: `shapes` and `reading` (botocore's model: routes, validation), `api` (a request, its operation,
its answer), `wire` (a job in the words of the API).
The operations: `environments`, `queues`, `policies`, `definitions`, `jobs`, `ending`, `listing`, `snapshot`,
`tags`.
What is kept: `records` in the `store`, per region, where everything changes under one lock; `keep` writes
them to a file, `recover` reads them back; `arrays` are the children of an array.
What happens: `scheduler` (queued jobs → free capacity → an attempt; timers) with `order` (who is next) and
`capacity` (whether there is room); `lifecycle` (dependencies, children, ends); `attempts` (one attempt: log
stream, secrets, container); `retry` (whether another follows).
"""
