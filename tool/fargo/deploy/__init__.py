"""Deploy a project's stack: plan → up, and down again.

    Project ─▶ stack folder ─ terraform plan ─▶ DeployPlan ─ (the user agrees) ─ apply ─▶ StackOutputs
                                                                └ image, built beside

`plan` asks AWS and changes nothing but the folder `.fargo/`; `up` and `down` change AWS. All three
are generators: they yield events as things happen and return their result. Nothing is printed here.
"""

from fargo.deploy.attributes import Attribute
from fargo.deploy.deployment import Deployment
from fargo.deploy.down import Outcome, Teardown
from fargo.deploy.plan import Change, DeployPlan
from fargo.deploy.saved import load, save
from fargo.deploy.standing import Keep, Standing

__all__ = [
    "Attribute",
    "Change",
    "DeployPlan",
    "Deployment",
    "Keep",
    "Outcome",
    "Standing",
    "Teardown",
    "load",
    "save",
]
