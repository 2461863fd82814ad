"""The stack's network, made with boto3: a VPC without a way out but its endpoints."""

from dataclasses import dataclass
from typing import Any

from local_aws import REGION

INTERFACES = ("ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateNetwork:
    """What was made, by id; `endpoints` by service."""

    vpc: str
    subnets: tuple[str, ...]
    associations: tuple[str, ...]
    table: str
    jobs: str
    guards: str
    endpoints: dict[str, str]


def private_network(ec2: Any, region: str = REGION) -> PrivateNetwork:
    """Two subnets, a route table, five interface endpoints and one gateway, a group for jobs and for endpoints."""
    vpc = ec2.create_vpc(CidrBlock="10.42.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    cidrs = ("10.42.0.0/19", "10.42.32.0/19")
    subnets = tuple(
        ec2.create_subnet(VpcId=vpc, CidrBlock=cidr, AvailabilityZone=f"{region}{zone}")["Subnet"]["SubnetId"]
        for cidr, zone in zip(cidrs, "ab", strict=True)
    )
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    associations = tuple(
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)["AssociationId"] for subnet in subnets
    )
    guards = _group(ec2, vpc, "endpoints")
    jobs = _group(ec2, vpc, "jobs")
    ec2.authorize_security_group_ingress(
        GroupId=guards, IpPermissions=[https(IpRanges=[{"CidrIp": cidr} for cidr in cidrs])]
    )
    endpoints = {
        service: ec2.create_vpc_endpoint(
            VpcId=vpc,
            ServiceName=f"com.amazonaws.{region}.{service}",
            VpcEndpointType="Interface",
            PrivateDnsEnabled=True,
            SubnetIds=list(subnets),
            SecurityGroupIds=[guards],
        )["VpcEndpoint"]["VpcEndpointId"]
        for service in INTERFACES
    }
    gateway = ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=f"com.amazonaws.{region}.s3", VpcEndpointType="Gateway", RouteTableIds=[table]
    )
    endpoints["s3"] = gateway["VpcEndpoint"]["VpcEndpointId"]
    ec2.authorize_security_group_egress(GroupId=jobs, IpPermissions=[to_endpoints(guards)])
    ec2.authorize_security_group_egress(GroupId=jobs, IpPermissions=[to_s3(ec2, region)])
    return PrivateNetwork(
        vpc=vpc,
        subnets=subnets,
        associations=associations,
        table=table,
        jobs=jobs,
        guards=guards,
        endpoints=endpoints,
    )


def https(**peers: Any) -> dict[str, Any]:
    """A permission for HTTPS."""
    return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peers}


def to_endpoints(guards: str) -> dict[str, Any]:
    """What lets jobs out to the interface endpoints."""
    return https(UserIdGroupPairs=[{"GroupId": guards}])


def to_s3(ec2: Any, region: str = REGION) -> dict[str, Any]:
    """What lets jobs out to S3."""
    lists = ec2.describe_prefix_lists()["PrefixLists"]
    s3 = next(each for each in lists if each["PrefixListName"].endswith(f"{region}.s3"))
    return https(PrefixListIds=[{"PrefixListId": s3["PrefixListId"]}])


def _group(ec2: Any, vpc: str, name: str) -> str:
    """A security group that lets nothing through."""
    group: str = ec2.create_security_group(VpcId=vpc, GroupName=name, Description=name)["GroupId"]
    born = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=born)
    return group
