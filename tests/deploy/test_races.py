import pytest

from fargo.deploy.plan import Change
from fargo.deploy.races import RACES, beyond, known


@pytest.mark.parametrize(
    "message",
    [
        "ClientException: Cannot delete, found existing JobQueue relationship.",
        "ClientException: Cannot update, resource is being modified.",
        "DeleteSecurityGroup: api error DependencyViolation: resource sg-1 has a dependent object",
        "api error OperationAborted: A conflicting conditional operation is currently in progress against this resource.",
        "AuthorizeSecurityGroupEgress, api error InvalidPermission.Duplicate: the specified rule already exists",
        "RevokeSecurityGroupEgress, api error InvalidPermission.NotFound: The specified rule does not exist in this security group",
        "CreateNetworkAclEntry, api error NetworkAclEntryAlreadyExists: The network acl entry identified by 100 already exists.",
        "AccessDeniedException: User: arn:aws:iam::1:user/x is not authorized to perform: iam:PassRole on resource: r",
        "KmsException: User: arn:aws:iam::1:user/x is not authorized to perform: kms:CreateGrant on resource: r because no identity-based policy allows the kms:CreateGrant action",
        "MalformedPolicyDocument: Invalid principal in policy",
        "unexpected state 'INVALID', wanted target 'VALID'. last error: CLIENT_ERROR - Unable to assume the service linked role. Please verify that the ECS service linked role exists.",
        "InvalidInput: Service role name AWSServiceRoleForBatch has been taken in this account, please try a different suffix.",
        "EntityAlreadyExists: Role with name AWSServiceRoleForBatch already exists.",
    ],
)
def test_a_race_that_aws_is_known_for_is_known(message: str) -> None:
    assert known(f"terraform apply failed:\na.b: {message}") is not None


@pytest.mark.parametrize(
    "message",
    [
        "VpcLimitExceeded: The maximum number of VPCs has been reached.",
        "EntityAlreadyExists: Role with name fargo-demo-job already exists.",
        "AccessDenied: User is not authorized to perform: batch:CreateJobQueue",
    ],
)
def test_what_a_second_try_would_not_mend_is_no_race(message: str) -> None:
    assert known(message) is None


def test_every_race_says_why_and_where_it_is_known_from() -> None:
    assert all(race.why and race.source.startswith("https://") for race in RACES)


def test_the_rest_of_a_plan_holds_only_what_the_plan_held() -> None:
    agreed = [Change("a", "create"), Change("b", "replace"), Change("c", "update"), Change("d", "delete")]
    rest = [Change("a", "replace", tainted=True), Change("b", "delete", deposed=True), Change("c", "update")]
    assert beyond(agreed, rest) == []
    assert beyond(agreed, [Change("a", "import")]) == []
    new = [Change("a", "delete"), Change("c", "replace"), Change("e", "create")]
    assert beyond(agreed, new) == new
