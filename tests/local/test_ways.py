"""A task starts where it reaches what it needs: the walk on the local AWS is the one that `explain` does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from local_aws import REGION, client, make_definition, make_queue, wait_for_job
from private_network import PrivateNetwork, https, private_network, to_endpoints, to_s3

from fargo.aws import network
from fargo.aws.batch import Batch
from fargo.model import hops

IMAGE = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/fargo-x:tag"
SECRETS = (
    f"arn:aws:secretsmanager:{REGION}:123456789012:secret:key",
    f"arn:aws:ssm:{REGION}:123456789012:parameter/key",
)
AUTH = "ResourceInitializationError: unable to pull secrets or registry auth: "
PULL = "CannotPullContainerError: "
LOGGER = "ResourceInitializationError: failed to validate logger args: "


@dataclass(frozen=True)
class World:
    """A network, and what makes jobs in it."""

    ec2: Any
    batch: Any
    net: PrivateNetwork
    name: str

    def job(self, **container: Any) -> dict[str, Any]:
        """A job in the first subnet, once it ended."""
        queue = make_queue(self.batch, self.name, subnets=self.net.subnets[:1], groups=[self.net.jobs])
        return self.again(queue, **container)

    def again(self, queue: str, **container: Any) -> dict[str, Any]:
        made = make_definition(self.batch, self.name, container={"image": IMAGE, **container})
        job = self.batch.submit_job(jobName=self.name, jobQueue=queue, jobDefinition=made)["jobId"]
        return wait_for_job(self.batch, job)

    def missing(self, secrets: tuple[str, ...] = ()) -> tuple[hops.Hop, ...]:
        """What `explain` and `doctor` see."""
        (environment,) = Batch(self.batch).environments([f"{self.name}-ce"])
        return network.missing_in(
            network.read(self.ec2, environment.subnets), environment, hops.services(IMAGE, secrets)
        )


@pytest.fixture
def world(endpoint: str, batch: Any, name: str) -> World:
    ec2 = client("ec2", endpoint)
    return World(ec2, batch, private_network(ec2), name)


def test_a_job_starts_in_a_network_that_has_every_hop(world: World) -> None:
    assert world.job()["status"] == "SUCCEEDED"
    assert world.missing(SECRETS) == ()


def _delete(service: str) -> Callable[[World], Any]:
    return lambda w: w.ec2.delete_vpc_endpoints(VpcEndpointIds=[w.net.endpoints[service]])


def _private_dns_off(w: World) -> None:
    w.ec2.modify_vpc_endpoint(VpcEndpointId=w.net.endpoints["ecr.dkr"], PrivateDnsEnabled=False)


def _attribute_off(name: str) -> Callable[[World], Any]:
    return lambda w: w.ec2.modify_vpc_attribute(VpcId=w.net.vpc, **{name: {"Value": False}})


def _nothing_into_the_endpoints(w: World) -> None:
    (group,) = w.ec2.describe_security_groups(GroupIds=[w.net.guards])["SecurityGroups"]
    w.ec2.revoke_security_group_ingress(GroupId=w.net.guards, IpPermissions=group["IpPermissions"])


def _nothing_out_to_the_endpoints(w: World) -> None:
    w.ec2.revoke_security_group_egress(GroupId=w.net.jobs, IpPermissions=[to_endpoints(w.net.guards)])


def _nothing_out_to_s3(w: World) -> None:
    w.ec2.revoke_security_group_egress(GroupId=w.net.jobs, IpPermissions=[to_s3(w.ec2)])


def _table_taken_from_the_subnet(w: World) -> None:
    w.ec2.disassociate_route_table(AssociationId=w.net.associations[0])


def _gateway_taken_from_the_table(w: World) -> None:
    w.ec2.modify_vpc_endpoint(VpcEndpointId=w.net.endpoints["s3"], RemoveRouteTableIds=[w.net.table])


def _closed_list(w: World) -> None:
    """A network ACL that lets nothing through, as one is born."""
    acl = w.ec2.create_network_acl(VpcId=w.net.vpc)["NetworkAcl"]["NetworkAclId"]
    found = w.ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [w.net.vpc]}])["NetworkAcls"]
    links = [link for each in found for link in each["Associations"]]
    link = next(link for link in links if link["SubnetId"] == w.net.subnets[0])
    w.ec2.replace_network_acl_association(AssociationId=link["NetworkAclAssociationId"], NetworkAclId=acl)


@pytest.mark.parametrize(
    ("break_it", "where", "service", "said"),
    [
        (_delete("ecr.api"), hops.Where.ENDPOINT, "ecr.api", AUTH + "The task cannot pull registry auth"),
        (_delete("ecr.dkr"), hops.Where.ENDPOINT, "ecr.dkr", PULL + "pull image manifest"),
        (_delete("s3"), hops.Where.ENDPOINT, "s3", PULL + "ref pull"),
        (_delete("logs"), hops.Where.ENDPOINT, "logs", LOGGER),
        (_private_dns_off, hops.Where.PRIVATE_DNS, "ecr.dkr", PULL + "pull image manifest"),
        (_attribute_off("EnableDnsSupport"), hops.Where.DNS, "ecr.api", AUTH),
        (_attribute_off("EnableDnsHostnames"), hops.Where.DNS, "ecr.api", AUTH),
        (_nothing_into_the_endpoints, hops.Where.GROUP_IN, "ecr.api", AUTH),
        (_nothing_out_to_the_endpoints, hops.Where.GROUP_OUT, "ecr.api", AUTH),
        (_nothing_out_to_s3, hops.Where.GROUP_OUT, "s3", PULL + "ref pull"),
        (_table_taken_from_the_subnet, hops.Where.ROUTE, "s3", PULL + "ref pull"),
        (_gateway_taken_from_the_table, hops.Where.ROUTE, "s3", PULL + "ref pull"),
        (_closed_list, hops.Where.ACL, "s3", PULL + "ref pull"),
    ],
)
def test_a_task_without_a_hop_fails_in_aws_words_and_the_walk_names_the_hop(
    world: World, break_it: Callable[[World], Any], where: hops.Where, service: str, said: str
) -> None:
    break_it(world)
    job = world.job()
    assert job["status"] == "FAILED"
    assert job["statusReason"].startswith(said)
    assert (hop := world.missing()[0]).where == where
    assert hop.service == service
    assert hop.subnet == world.net.subnets[0]


@pytest.mark.parametrize("secret", SECRETS)
def test_the_way_to_a_secret_is_asked_of_jobs_that_have_one(world: World, secret: str) -> None:
    service = "secretsmanager" if ":secretsmanager:" in secret else "ssm"
    _delete(service)(world)
    assert world.job()["status"] == "SUCCEEDED"
    failed = world.again(world.name, secrets=[{"name": "KEY", "valueFrom": secret}])
    assert failed["statusReason"].startswith(AUTH + "execution resource retrieval failed: unable to retrieve")
    assert [hop.service for hop in world.missing((secret,))] == [service]


def test_what_is_mended_lets_the_next_job_start(world: World) -> None:
    _nothing_into_the_endpoints(world)
    assert world.job()["status"] == "FAILED"
    world.ec2.authorize_security_group_ingress(
        GroupId=world.net.guards, IpPermissions=[https(UserIdGroupPairs=[{"GroupId": world.net.jobs}])]
    )
    assert world.again(world.name)["status"] == "SUCCEEDED"
    assert world.missing() == ()


def test_a_way_out_takes_the_endpoints_place(world: World) -> None:
    ec2, net = world.ec2, world.net
    for service in net.endpoints:
        _delete(service)(world)
    anywhere = https(IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    ec2.authorize_security_group_egress(GroupId=net.jobs, IpPermissions=[anywhere])
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=net.vpc)
    ec2.create_route(RouteTableId=net.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert world.job()["status"] == "FAILED"
    public = world.again(world.name, networkConfiguration={"assignPublicIp": "ENABLED"})
    assert public["status"] == "SUCCEEDED"


def test_the_default_vpc_runs_what_it_is_given(endpoint: str, batch: Any, name: str) -> None:
    ec2 = client("ec2", endpoint)
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    subnet = ec2.describe_subnets(Filters=of_vpc)["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"][0]["GroupId"]
    queue = make_queue(batch, name, subnets=[subnet], groups=[group])
    made = make_definition(batch, name, container={"image": IMAGE})
    job = batch.submit_job(jobName=name, jobQueue=queue, jobDefinition=made)["jobId"]
    assert wait_for_job(batch, job)["status"] == "SUCCEEDED"
