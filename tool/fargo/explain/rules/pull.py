"""The image could not be pulled.

Source of the words: Amazon ECS developer guide, "CannotPullContainer task errors", and the issues that quote
them (amazon-ecs-agent#1128, globaldothealth/list#2662); of what ECS says before the engine's own,
amazon-ecs-agent's `ecs-agent/api/errors`.
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import PULL_FAILED, Rule
from fargo.explain.rules.fixes import AGAIN, DEPLOYED, NETWORK, STORAGE, deploy

_PULL = f"^{PULL_FAILED}"
_BUILD = Fix("build and push it", "build")

PULL = (
    Rule(
        id="image-architecture",
        cause="The image was built for another CPU architecture than the task's, {platform}",
        reason=_PULL
        + r".*(matching platform|no match(ing manifest)? for( platform)?) '?(?P<platform>linux/\w+)",
        fixes=deploy("set `architecture` under [image] in fargo.toml: image and tasks are then both of it"),
    ),
    Rule(
        id="image-too-large",
        cause="The image does not fit the task's storage<, {storage}>",
        reason=_PULL + r".*no space left on device",
        fixes=STORAGE,
    ),
    Rule(
        id="image-rate-limit",
        cause="The registry refuses more pulls for now: its rate limit is reached",
        reason=_PULL + r".*(toomanyrequests:|pull rate limit|429 Too Many Requests|Rate exceeded)",
        fixes=(AGAIN,),
    ),
    Rule(
        id="image-unreachable",
        cause="The image's registry is out of the task's reach",
        reason=_PULL + r".*(i/o timeout|deadline exceeded|Client\.Timeout|request canceled|no such host"
        r"|connection refused|TLS handshake timeout|connection issue between|Check your network)",
        fixes=NETWORK,
        services=("ecr.api", "ecr.dkr", "s3"),
    ),
    Rule(
        id="image-layers-denied",
        cause="S3, where Amazon ECR keeps the image's layers, does not let the task have them",
        reason=_PULL + r".*starport-layer-bucket.*(403 Forbidden|AccessDenied|access denied)",
        fixes=(
            Fix(
                "the policy of the S3 endpoint must let s3:GetObject through to that bucket: deploy again, "
                "which puts back the stack's own, or mend yours",
                "up",
            ),
            AGAIN,
        ),
    ),
    Rule(
        id="image-denied",
        cause="The registry does not let the task's execution role pull the image",
        reason=_PULL
        + r"(?!.*whether the image exists).*(no basic auth credentials|40[13] (Forbidden|Unauthorized)"
        r"|access denied|AccessDenied|: denied\b|not authorized to perform"
        r"|may require (authorization|'docker login'))",
        fixes=(
            Fix("deploy the stack again: it gives the execution role what it needs", "up"),
            DEPLOYED,
            Fix("an image of another account: that repository's policy must allow the execution role", ""),
        ),
    ),
    Rule(
        id="image-not-found",
        cause="The image is not in its registry<: {image}>. Its tag may have been deleted",
        reason=_PULL
        + r".*(: not found|manifest unknown|does not exist|no such image|whether the image exists)",
        fixes=(_BUILD, AGAIN),
    ),
    Rule(
        id="image-pull",
        cause="The image could not be pulled",
        reason=_PULL,
        fixes=(_BUILD, AGAIN),
    ),
)
