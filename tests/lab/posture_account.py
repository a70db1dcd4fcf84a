"""An AWS account of 200 data stores in good and bad states, made in moto (an emulation of AWS), and what is true of it.

Run by the interpreter of moto's own environment, since boto3 is none of this project's:
``python posture_account.py fill URL`` makes the account and prints the truth as JSON, worked out from the states that
were asked for and from nothing that any reader says; ``... export URL FOLDER`` writes what ``aws ... --output json``
would print; ``... fronts URL FOLDER`` makes and writes a network with lists and a load balancer. DocumentDB is not
there: moto (5.2.5) refuses its engine from the clients ``rds`` and ``docdb`` alike.
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

REGION = "eu-west-1"
KEYS = ("none", "provider_key", "customer_key")
EVERYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
}


FRONTS = "eu-central-1"
"""Where ``fronts`` makes its network, so that the account of 200 stays what it is."""


def clients(url: str, region: str = REGION) -> Callable[[str], Any]:
    boto3 = importlib.import_module("boto3")
    known: dict[str, Any] = {}

    def client(name: str) -> Any:
        if name not in known:
            known[name] = boto3.client(
                name,
                endpoint_url=url,
                region_name=region,
                aws_access_key_id="emulated",
                aws_secret_access_key="emulated",
            )
        return known[name]

    return client


class Account:
    """Makes resources, and keeps what is true of each."""

    def __init__(self, client: Callable[[str], Any]) -> None:
        self.client = client
        self.truth: list[dict[str, Any]] = []
        ec2, kms, rds = client("ec2"), client("kms"), client("rds")
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=self.vpc)
        self.subnets = {}
        for name, net, zone in (("public", "10.0.1.0/24", "a"), ("private", "10.0.2.0/24", "b")):
            subnet = ec2.create_subnet(VpcId=self.vpc, CidrBlock=net, AvailabilityZone=REGION + zone)["Subnet"][
                "SubnetId"
            ]
            self.subnets[name] = subnet
            rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=[subnet])
        routes = ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.associate_route_table(RouteTableId=routes, SubnetId=self.subnets["public"])
        self.groups = {
            "open": self._group("open", "0.0.0.0/0", 0, 65535),
            "closed": self._group("closed", "10.0.0.0/8", 0, 65535),
            "other": self._group("other", "0.0.0.0/0", 22, 22),
        }
        self.own_key = kms.create_key(Description="the customer's")["KeyMetadata"]["Arn"]
        self.aws_key = kms.describe_key(KeyId="alias/aws/rds")["KeyMetadata"]["Arn"]

    def _group(self, name: str, net: str, low: int, high: int) -> str:
        ec2 = self.client("ec2")
        group = ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc)["GroupId"]
        rule = {"IpProtocol": "tcp", "FromPort": low, "ToPort": high, "IpRanges": [{"CidrIp": net}]}
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
        return str(group)

    def told(self, key: str, kind: str, engine: str, at_rest: str, **more: Any) -> None:
        self.truth.append({"key": key, "kind": kind, "engine": engine, "at_rest": at_rest, **more})

    def encryption(self, at_rest: str, flag: str = "StorageEncrypted", key: str = "KmsKeyId") -> dict[str, Any]:
        if at_rest == "none":
            return {flag: False}
        return {flag: True, key: self.own_key if at_rest == "customer_key" else self.aws_key}

    def instances(self, count: int) -> None:
        rds = self.client("rds")
        for n in range(count):
            engine = ("postgres", "mysql", "oracle-se2")[n % 3]
            at_rest = KEYS[(n // 3) % 3]
            flag, place = n % 2 == 0, ("public", "private")[(n // 2) % 2]
            group = ("open", "closed", "other")[(n // 4) % 3]
            made = rds.create_db_instance(
                DBInstanceIdentifier=f"db-{n:02}",
                Engine=engine,
                DBInstanceClass="db.t3.micro",
                AllocatedStorage=10,
                MasterUsername="admin",
                MasterUserPassword="emulated1",
                PubliclyAccessible=flag,
                VpcSecurityGroupIds=[self.groups[group]],
                DBSubnetGroupName=place,
                BackupRetentionPeriod=n % 2,
                **self.encryption(at_rest),
            )["DBInstance"]
            product = {"postgres": "postgresql", "oracle-se2": "oracle"}.get(engine, engine)
            public = "yes" if flag and place == "public" and group == "open" else "no"
            self.told(made["DBInstanceArn"], "database", product, at_rest, public=public)

    def clusters(self, count: int) -> None:
        rds = self.client("rds")
        for n in range(count):
            at_rest = KEYS[n % 3]
            made = rds.create_db_cluster(
                DBClusterIdentifier=f"aurora-{n}",
                Engine="aurora-postgresql",
                MasterUsername="admin",
                MasterUserPassword="emulated1",
                VpcSecurityGroupIds=[self.groups["open"]],
                **self.encryption(at_rest),
            )["DBCluster"]
            rds.create_db_instance(
                DBInstanceIdentifier=f"aurora-{n}-writer",
                DBClusterIdentifier=f"aurora-{n}",
                Engine="aurora-postgresql",
                DBInstanceClass="db.r6g.large",
                PubliclyAccessible=n % 2 == 0,
                DBSubnetGroupName="public",
                VpcSecurityGroupIds=[self.groups["open"]],
            )
            self.told(made["DBClusterArn"], "database", "postgresql", at_rest, public="yes" if n % 2 == 0 else "no")

    def neptunes(self, count: int) -> None:
        for n in range(count):
            at_rest = ("none", "customer_key")[n % 2]
            encryption = {"StorageEncrypted": at_rest != "none"} | (
                {"KmsKeyId": self.own_key} if at_rest != "none" else {}
            )
            made = self.client("neptune").create_db_cluster(
                DBClusterIdentifier=f"neptune-{n}", Engine="neptune", **encryption
            )["DBCluster"]
            self.told(made["DBClusterArn"], "database", "neptune", at_rest, public="no")

    def snapshots(self, count: int) -> None:
        rds = self.client("rds")
        for n in range(count):
            made = rds.create_db_snapshot(DBInstanceIdentifier=f"db-{n:02}", DBSnapshotIdentifier=f"snap-{n:02}")[
                "DBSnapshot"
            ]
            if n % 4 == 0:
                rds.modify_db_snapshot_attribute(
                    DBSnapshotIdentifier=f"snap-{n:02}", AttributeName="restore", ValuesToAdd=["all"]
                )
            of = next(one for one in self.truth if one["key"].endswith(f":db:db-{n:02}"))
            self.told(
                made["DBSnapshotArn"], "snapshot", of["engine"], of["at_rest"], restorable="yes" if n % 4 == 0 else "no"
            )

    def redshifts(self, count: int) -> None:
        for n in range(count):
            at_rest = ("none", "customer_key")[n % 2]
            encryption = {"Encrypted": True, "KmsKeyId": self.own_key} if n % 2 else {"Encrypted": False}
            self.client("redshift").create_cluster(
                ClusterIdentifier=f"wh-{n}",
                NodeType="ra3.xlplus",
                MasterUsername="admin",
                MasterUserPassword="Emulated1",
                PubliclyAccessible=n % 3 == 0,
                VpcSecurityGroupIds=[self.groups["closed"]],
                **encryption,
            )
            key = f"arn:aws:redshift:{REGION}:123456789012:cluster:wh-{n}"
            self.told(key, "database", "postgresql", at_rest, public="no")

    def searches(self, count: int) -> None:
        for n in range(count):
            at_rest = KEYS[n % 3]
            rest = {"Enabled": at_rest != "none"} | ({"KmsKeyId": self._key(at_rest)} if at_rest != "none" else {})
            policy = (
                EVERYBODY
                if n % 2 == 0
                else {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                            "Action": "es:*",
                            "Resource": "*",
                        }
                    ],
                }
            )
            made = self.client("opensearch").create_domain(
                DomainName=f"search-{n}",
                EngineVersion="OpenSearch_2.11",
                EncryptionAtRestOptions=rest,
                AccessPolicies=json.dumps(policy),
                DomainEndpointOptions={"EnforceHTTPS": n % 4 == 0},
            )["DomainStatus"]
            self.told(made["ARN"], "database", "elasticsearch", at_rest, public="yes" if n % 2 == 0 else "no")

    def caches(self, count: int) -> None:
        for n in range(count):
            at_rest = KEYS[n % 3]
            encryption = {"AtRestEncryptionEnabled": at_rest != "none"}
            encryption |= {"KmsKeyId": self.own_key} if at_rest == "customer_key" else {}
            made = self.client("elasticache").create_replication_group(
                ReplicationGroupId=f"cache-{n}",
                ReplicationGroupDescription="cache",
                Engine="redis",
                TransitEncryptionEnabled=n % 2 == 0,
                **({"AuthToken": "emulated-token-of-16"} if n % 4 == 0 else {}),
                **encryption,
            )["ReplicationGroup"]
            # moto's groups name members that are not there, and Prowler's collection fails on that.
            self.client("elasticache").create_cache_cluster(
                CacheClusterId=f"cache-{n}-001",
                ReplicationGroupId=f"cache-{n}",
                Engine="redis",
                CacheNodeType="cache.t3.micro",
                NumCacheNodes=1,
            )
            self.told(made["ARN"], "database", "redis", at_rest, public="no", login="yes" if n % 4 == 0 else "no")

    def tables(self, count: int) -> None:
        for n in range(count):
            own = n % 2 == 1
            sse = (
                {"SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": self.own_key}} if own else {}
            )
            made = self.client("dynamodb").create_table(
                TableName=f"table-{n:02}",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                **sse,
            )["TableDescription"]
            self.told(made["TableArn"], "database", "dynamodb", KEYS[2 if own else 1], public="no")

    def buckets(self, count: int) -> None:
        s3 = self.client("s3")
        for n in range(count):
            name = f"emulated-data-{n:02}"
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
            by_policy, by_grant, blocked = n % 4 == 0, n % 4 == 1, n % 3 == 0
            if by_policy:
                policy = {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "s3:GetObject",
                            "Resource": f"arn:aws:s3:::{name}/*",
                        }
                    ],
                }
                s3.put_bucket_policy(Bucket=name, Policy=json.dumps(policy))
            if by_grant:
                s3.put_bucket_acl(Bucket=name, ACL="public-read")
            switches = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
            s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(switches, blocked))
            if n % 2:
                rule = {
                    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": self.own_key}
                }
                s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": [rule]})
            public = "yes" if (by_policy or by_grant) and not blocked else "no"
            self.told(f"arn:aws:s3:::{name}", "bucket", "s3", KEYS[2 if n % 2 else 1], public=public)

    def _key(self, at_rest: str) -> str:
        return str(self.own_key if at_rest == "customer_key" else self.aws_key)


def fill(url: str) -> list[dict[str, Any]]:
    """Make the account; exactly 200 resources of which something is true."""
    account = Account(clients(url))
    account.instances(48)
    account.clusters(9)
    account.neptunes(4)
    account.snapshots(20)
    account.redshifts(12)
    account.searches(18)
    account.caches(18)
    account.tables(31)
    account.buckets(40)
    return account.truth


def export(url: str, folder: Path) -> None:
    """What the command line would print for each describe call, a file each."""
    client = clients(url)
    for service, call, arguments in (
        ("rds", "describe_db_instances", {}),
        ("rds", "describe_db_clusters", {}),
        ("rds", "describe_db_snapshots", {"SnapshotType": "manual"}),
        ("redshift", "describe_clusters", {}),
        ("elasticache", "describe_replication_groups", {}),
        ("ec2", "describe_security_groups", {}),
        ("ec2", "describe_route_tables", {}),
        ("kms", "list_aliases", {}),
    ):
        _write(folder, f"{service}-{call}", _whole(client(service), call, arguments))
    for name, answer in _each(client):
        _write(folder, name, answer)


def fronts(url: str, folder: Path) -> None:
    """A machine without an address of its own behind a load balancer, and two databases that differ by a list alone."""
    client = clients(url, FRONTS)
    ec2, elb, rds = client("ec2"), client("elbv2"), client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    routes = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=routes, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    group = ec2.create_security_group(GroupName="open", Description="open", VpcId=vpc)["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 0, "ToPort": 65535, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    subnets = []
    for n, name in enumerate(("let-in", "shut-out")):
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"{FRONTS}{'ab'[n]}")
        subnets.append(subnet["Subnet"]["SubnetId"])
        ec2.associate_route_table(RouteTableId=routes, SubnetId=subnets[-1])
        rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=[subnets[-1]])
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=10,
            MasterUsername="admin",
            MasterUserPassword="emulated1",
            PubliclyAccessible=True,
            VpcSecurityGroupIds=[group],
            DBSubnetGroupName=name,
        )
    shut = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    for egress in (False, True):
        ec2.create_network_acl_entry(
            NetworkAclId=shut, RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=egress, CidrBlock="10.0.0.0/8"
        )
    (bound,) = [
        one["NetworkAclAssociationId"]
        for table in ec2.describe_network_acls()["NetworkAcls"]
        for one in table["Associations"]
        if one["SubnetId"] == subnets[1]
    ]
    ec2.replace_network_acl_association(AssociationId=bound, NetworkAclId=shut)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    machine = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnets[0], SecurityGroupIds=[group])
    machine_id = machine["Instances"][0]["InstanceId"]
    balancer = elb.create_load_balancer(Name="shop", Subnets=subnets[:1], Scheme="internet-facing", Type="network")
    targets = elb.create_target_group(Name="mongo", Protocol="TCP", Port=27017, VpcId=vpc, TargetType="instance")
    arns = balancer["LoadBalancers"][0]["LoadBalancerArn"], targets["TargetGroups"][0]["TargetGroupArn"]
    elb.create_listener(
        LoadBalancerArn=arns[0],
        Protocol="TCP",
        Port=27017,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": arns[1]}],
    )
    elb.register_targets(TargetGroupArn=arns[1], Targets=[{"Id": machine_id, "Port": 27017}])
    for service, call, arguments in (
        ("rds", "describe_db_instances", {}),
        ("ec2", "describe_security_groups", {}),
        ("ec2", "describe_route_tables", {}),
        ("ec2", "describe_network_acls", {}),
        ("ec2", "describe_instances", {}),
        ("ec2", "describe_network_interfaces", {}),
        ("elbv2", "describe_load_balancers", {}),
        ("elbv2", "describe_target_groups", {}),
        ("elbv2", "describe_listeners", {"LoadBalancerArn": arns[0]}),
    ):
        _write(folder, f"{service}-{call}", _whole(client(service), call, arguments))
    _write(folder, "health", _whole(elb, "describe_target_health", {"TargetGroupArn": arns[1]}))
    (folder / "group").write_text(arns[1])


def _each(client: Callable[[str], Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    rds, s3 = client("rds"), client("s3")
    refused = s3.exceptions.ClientError
    for one in _whole(rds, "describe_db_snapshots", {"SnapshotType": "manual"})["DBSnapshots"]:
        name = one["DBSnapshotIdentifier"]
        yield f"snapshot-{name}", rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=name)
    for one in client("opensearch").list_domain_names()["DomainNames"]:
        yield f"domain-{one['DomainName']}", client("opensearch").describe_domain(DomainName=one["DomainName"])
    tables = _whole(client("dynamodb"), "list_tables", {})["TableNames"]
    for name in tables:
        yield f"table-{name}", client("dynamodb").describe_table(TableName=name)
    for one in client("kms").list_keys()["Keys"]:
        yield f"key-{one['KeyId']}", client("kms").describe_key(KeyId=one["KeyId"])
    for one in s3.list_buckets()["Buckets"]:
        name = one["Name"]
        answer: dict[str, Any] = {"Bucket": name}
        for call in (
            "get_public_access_block",
            "get_bucket_policy_status",
            "get_bucket_policy",
            "get_bucket_acl",
            "get_bucket_encryption",
        ):
            try:
                answer |= getattr(s3, call)(Bucket=name)
            except refused as error:
                if "NoSuchBucketPolicy" in str(error):
                    answer["PolicyStatus"] = {"IsPublic": False}
        yield f"bucket-{name}", answer


def _whole(client: Any, call: str, arguments: dict[str, Any]) -> dict[str, Any]:
    if not client.can_paginate(call):
        return dict(getattr(client, call)(**arguments))
    return dict(client.get_paginator(call).paginate(**arguments).build_full_result())


def _write(folder: Path, name: str, answer: dict[str, Any]) -> None:
    answer.pop("ResponseMetadata", None)
    text = json.dumps(answer, indent=4, default=lambda one: one.isoformat() if isinstance(one, datetime) else str(one))
    (folder / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "fill":
        sys.stdout.write(json.dumps(fill(sys.argv[2])))
    elif sys.argv[1] == "fronts":
        fronts(sys.argv[2], Path(sys.argv[3]))
    else:
        export(sys.argv[2], Path(sys.argv[3]))
