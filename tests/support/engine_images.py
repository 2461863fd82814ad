"""What tests leave in the Docker engine: nothing."""

import os
from contextlib import closing

from fargo.docker import Engine
from fargo.images import release
from fargo.local.state import StateDir


def let_go() -> None:
    """Have the engine drop the images of the local AWS that `XDG_STATE_HOME` names."""
    with closing(Engine.connect(environ=os.environ)) as engine:
        release(engine, holder=StateDir.default().id)
