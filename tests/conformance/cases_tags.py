"""Tags."""

from collections.abc import Callable

from casebook import API, GUIDE, Case, Feature, refused, same
from world import World

_feature = Feature("Tags")
_case = _feature.case

_TAG = API.format("TagResource")
_LIST = API.format("ListTagsForResource")
_LIMITS = GUIDE.format("tag-restrictions")


def _environment(world: World) -> str:
    name = world.environment(tags={"team": "red"})
    answer = world.call("DescribeComputeEnvironments", computeEnvironments=[name])
    return str(answer["computeEnvironments"][0]["computeEnvironmentArn"])


def _queue(world: World) -> str:
    name = world.queue(tags={"team": "red"})
    return str(world.call("DescribeJobQueues", jobQueues=[name])["jobQueues"][0]["jobQueueArn"])


def _definition(world: World) -> str:
    request = world.definition_request(tags={"team": "red"})
    return str(world.call("RegisterJobDefinition", **request)["jobDefinitionArn"])


def _policy(world: World) -> str:
    answer = world.call("CreateSchedulingPolicy", name=world.name(), fairsharePolicy={}, tags={"team": "red"})
    return str(answer["arn"])


def _job(world: World) -> str:
    return str(world.job(world.submit(tags={"team": "red"}))["jobArn"])


def _tags(world: World, arn: str) -> dict[str, str]:
    found: dict[str, str] = world.call("ListTagsForResource", resourceArn=arn)["tags"]
    return found


def _of(kind: str, make: Callable[[World], str]) -> Case:
    def play(world: World) -> None:
        arn = make(world)
        same("made with", _tags(world, arn), {"team": "red"})
        world.call("TagResource", resourceArn=arn, tags={"team": "blue", "cost": "1"})
        same("after TagResource", _tags(world, arn), {"team": "blue", "cost": "1"})
        world.call("UntagResource", resourceArn=arn, tagKeys=["cost", "never"])
        same("after UntagResource", _tags(world, arn), {"team": "blue"})

    play.__name__ = f"tags_of_a_{kind.replace(' ', '_')}"
    return _case(f"A {kind} is tagged when it is made, tagged again, and untagged", _TAG)(play)


KINDS = (
    _of("compute environment", _environment),
    _of("job queue", _queue),
    _of("job definition", _definition),
    _of("scheduling policy", _policy),
    _of("job", _job),
)


@_case("A resource has up to 50 tags, those it has already counted", _LIMITS)
def tags_are_50_in_all(world: World) -> None:
    arn = _definition(world)
    world.call("TagResource", resourceArn=arn, tags={f"a{number}": "v" for number in range(30)})
    refused(world, "TagResource", resourceArn=arn, tags={f"b{number}": "v" for number in range(30)})


@_case("A key has up to 128 letters", _LIMITS)
def tag_key_of_129(world: World) -> None:
    refused(world, "TagResource", resourceArn=_definition(world), tags={"k" * 129: "v"})


@_case("A value has up to 256 letters", _LIMITS)
def tag_value_of_257(world: World) -> None:
    refused(world, "TagResource", resourceArn=_definition(world), tags={"k": "v" * 257})


@_case("Keys do not begin with aws:", _LIMITS)
def tag_key_of_aws(world: World) -> None:
    refused(world, "TagResource", resourceArn=_definition(world), tags={"aws:mine": "v"})


@_case("Keys mind the case", _LIMITS)
def tag_keys_mind_the_case(world: World) -> None:
    arn = _definition(world)
    world.call("TagResource", resourceArn=arn, tags={"Team": "green"})
    same("tags", _tags(world, arn), {"team": "red", "Team": "green"})


@_case("A resource that does not exist has no tags to list", _LIST)
def tags_of_an_unknown_resource(world: World) -> None:
    arn = _definition(world)
    refused(world, "ListTagsForResource", resourceArn=arn.replace(":job-definition/", ":job-definition/not-"))
