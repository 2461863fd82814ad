"""The local AWS: one background process that stands in for AWS on this machine.

It answers every AWS API on one endpoint. AWS Batch is our own service (`batch/`), whose jobs run
on this machine's Docker engine (`executors/docker.py`) or by a script without containers
(`executors/scripted.py`); moto answers for every other service. It listens on 127.0.0.1 and on
the gateway of an internal Docker network, where the jobs' containers find it, and nowhere else.

    client side                 the process `python -m fargo.local`
    daemon.start ──spawns──▶    server ─▶ app ─┬─ faults ─┬─ service is batch ─▶ batch ─▶ executor
    daemon.stop  ──SIGTERM──▶                  │          └─ every other ──────▶ moto_keep ─▶ moto
    daemon.status ─▶ state.json, lock          └─ /_fargo/… ─▶ control

What Batch holds is kept in `batch.db` (`batch/keep.py`), what moto holds in a snapshot and a journal
(`moto_keep.py`): a stop or a kill loses nothing that was answered.

The client side (`daemon`, `state`) imports neither moto nor waitress: it is on the path of every
`fargo --local` command.
"""
