"""The task or its container did not start, for other reasons than its image.

Source of the words: Amazon ECS developer guide, "Stopped tasks error messages",
"ResourceInitializationError task errors" and "TaskFailedToStart errors", and the issues that quote them
(globaldothealth/list#2662, aws-cdk#10976, Releem/releem-agent#195; of the log driver's end by a signal,
gist.github.com/bradleybeddoes/7b568d87d20c5e4ebfe31de9a8dc08c7).
"""

from fargo.explain.finding import Fix
from fargo.explain.rule import Rule
from fargo.explain.rules.fixes import AGAIN, ARCHITECTURE, CHECK, COMMAND, DEPLOYED, NETWORK, deploy

_INIT = r"^ResourceInitializationError: "
_START = r"^CannotStartContainerError: "
_DENIED = r"(AccessDenied|not authorized)"
_FAR = r"(i/o timeout|deadline exceeded|RequestCanceled|RequestError|send request failed|connection issue)"
_ROLES = (Fix("deploy the stack again: it gives the execution role what it needs", "up"), DEPLOYED)

START = (
    Rule(
        id="secret-key",
        cause="A secret of the job has no JSON key {key}",
        reason=_INIT + r".*did not contain json key (?P<key>\S+)",
        fixes=deploy("look at the end of the ARN in `secrets` under [jobs.{job}] in fargo.toml"),
    ),
    Rule(
        id="secret-denied",
        cause="The execution role, not the job role, reads the job's secrets, and may not",
        reason=_INIT + rf".*(from asm|from ssm|secretsmanager:|ssm:).*{_DENIED}",
        fixes=(
            *_ROLES,
            Fix("a secret with a key of its own: that key's policy must allow the execution role", ""),
        ),
    ),
    Rule(
        id="secret-not-found",
        cause="A secret of the job is not there",
        reason=_INIT
        + r".*(can't find the specified secret|whether the secret exists|invalid (ssm )?parameters)",
        fixes=deploy("look at `secrets` under [jobs.{job}] in fargo.toml: the ARN, its region and account"),
    ),
    Rule(
        id="secret-unreachable",
        cause="Secrets Manager is out of the task's reach",
        reason=_INIT + rf".*from asm.*{_FAR}",
        fixes=NETWORK,
        services=("secretsmanager",),
    ),
    Rule(
        id="parameter-unreachable",
        cause="Systems Manager, which holds a parameter of the job, is out of the task's reach",
        reason=_INIT + rf".*(from ssm|Systems Manager).*({_FAR}|network connection between)",
        fixes=NETWORK,
        services=("ssm",),
    ),
    Rule(
        id="registry-denied",
        cause="The execution role may not ask Amazon ECR for a login",
        reason=_INIT + rf".*\becr\b.*{_DENIED}",
        fixes=_ROLES,
    ),
    Rule(
        id="registry-unreachable",
        cause="Amazon ECR, which gives the login for the image, is out of the task's reach",
        reason=_INIT + rf".*(\becr registry auth.*{_FAR}|connection issue between the task and Amazon ECR)",
        fixes=NETWORK,
        services=("ecr.api",),
    ),
    Rule(
        id="log-group-not-found",
        cause="The job's log group is not there: somebody deleted it",
        reason=rf"({_INIT}|{_START}).*log group does not exist",
        fixes=(Fix("deploy the stack again: it makes the log group", "up"), AGAIN),
    ),
    Rule(
        id="log-denied",
        cause="The execution role may not write to the job's log group",
        reason=_INIT + rf".*(log stream|logger|logging driver|logs:).*{_DENIED}",
        fixes=_ROLES,
    ),
    Rule(
        id="log-unreachable",
        cause="CloudWatch Logs is out of the task's reach, and no container starts without its log",
        reason=_INIT + rf".*(log stream|logger|logging driver|Cloudwatch).*({_FAR}|signal: killed)",
        fixes=NETWORK,
        services=("logs",),
    ),
    Rule(
        id="role-not-assumable",
        cause="ECS cannot assume a role of the task: it was deleted, or its trust does not name ECS",
        reason=r"^ECS was unable to assume (the )?role",
        fixes=(Fix("deploy the stack again: it makes the roles", "up"), DEPLOYED),
    ),
    Rule(
        id="network-interface",
        cause="Fargate did not get a network interface in time: it passes, and nothing is wrong with the job",
        reason=r"^Timeout waiting for network interface",
        fixes=(AGAIN,),
    ),
    Rule(
        id="task-storage",
        cause="Fargate did not get the task's disk in time: it passes, and nothing is wrong with the job",
        reason=r"^Timeout waiting for EphemeralStorage",
        fixes=(AGAIN,),
    ),
    Rule(
        id="no-addresses",
        cause="Its subnet had no free address, and each container takes one",
        reason=r"^Unexpected EC2 error .*Network Interface.*(InsufficientFreeAddresses|free addresses)",
        fixes=(
            Fix("what ends gives its address back: run again what failed", "retry {run}"),
            Fix("fewer at once: a smaller `max_vcpus` under [compute] in fargo.toml, then deploy", "up"),
        ),
    ),
    Rule(
        id="fargate-capacity",
        cause="Fargate had no capacity for the task at that moment",
        reason=r"^Capacity is unavailable at this time",
        fixes=(AGAIN, Fix("not on Spot, which runs out first", "retry {run} --on-demand")),
    ),
    Rule(
        id="overrides-too-long",
        cause="Its command and environment are longer than the {limit} characters that ECS takes",
        reason=r"Container Overrides length must be at most (?P<limit>\d+)",
        fixes=(Fix("give what is long as rows (`--over`), or as a file in `inputs`; then submit it anew"),),
    ),
    Rule(
        id="command-not-found",
        cause="The image has no program {program}",
        reason=_START + r'.*exec: "(?P<program>[^"]+)".*(not found|no such file)',
        fixes=COMMAND,
    ),
    Rule(
        id="command-not-executable",
        cause="{program} may not be executed in the image",
        reason=_START + r'.*exec: "(?P<program>[^"]+)".*permission denied',
        fixes=deploy("make it executable in the Dockerfile (chmod +x), or name its interpreter first"),
    ),
    Rule(
        id="program-architecture",
        cause="The program is for another CPU architecture than the task's<, {architecture}>",
        reason=_START + r".*exec format error",
        fixes=ARCHITECTURE,
    ),
    Rule(
        id="container-start",
        cause="The container could not be started",
        reason=_START,
        fixes=(AGAIN, CHECK),
    ),
    Rule(
        id="resources",
        cause="Fargate could not prepare the task",
        reason=_INIT,
        fixes=(AGAIN, CHECK),
    ),
)
