"""The Docker engine: build, inspect, tag and push, as streams of events. The only user of docker-py."""

from fargo.docker.engine import Engine
from fargo.docker.events import BuildEvent, Built, Cached, Layer, Output, Pushed, PushEvent, Step

__all__ = ["BuildEvent", "Built", "Cached", "Engine", "Layer", "Output", "PushEvent", "Pushed", "Step"]
