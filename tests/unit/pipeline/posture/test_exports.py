"""Exports become resources in a workspace: a file a transaction, each content once, several sources of one resource."""

import json
from pathlib import Path

import pytest

from tests.unit.posture.exports import ACCOUNT, EXPORTS, INSTANCE, OPEN_GROUP, RDS_ARN, ROUTES
from tieback.model.errors import TiebackError
from tieback.pipeline.posture.exports import (
    ImportedPosture,
    broken_imports,
    import_posture,
    iter_resources,
    resource_figures,
)
from tieback.posture.source import Origin
from tieback.storage.workspace import Workspace

HERE = Origin(account=ACCOUNT, region="eu-west-1", taken="2026-11-22T00:00:00Z")


def write(folder: Path, **texts: str) -> list[Path]:
    for name, text in texts.items():
        (folder / name).write_text(text)
    return [folder / name for name in texts]


def take(folder: Path, origin: Origin = HERE, **texts: str) -> list[ImportedPosture | TiebackError]:
    return list(import_posture(folder / "ws", write(folder, **texts), origin))


def test_several_sources_of_one_resource(tmp_path: Path) -> None:
    ends = take(
        tmp_path,
        instances=json.dumps({"DBInstances": [INSTANCE]}),
        groups=json.dumps({"SecurityGroups": [OPEN_GROUP]}),
        routes=json.dumps({"RouteTables": [ROUTES]}),
        prowler=EXPORTS["prowler"][1],
        config=EXPORTS["aws-config"][1],
        hub=EXPORTS["security-hub"][1],
        scout=EXPORTS["scoutsuite"][1],
        steampipe=EXPORTS["steampipe"][1],
        powerpipe=EXPORTS["powerpipe"][1],
    )
    assert all(isinstance(end, ImportedPosture) for end in ends)
    with Workspace.open(tmp_path / "ws") as workspace:
        found = {one.key: one for one in iter_resources(workspace)}
    one = found[RDS_ARN]
    assert (one.public, one.at_rest, one.product) == ("yes", "none", "postgresql")
    assert {source.partition(" ")[0] for source in one.sources} == {
        "cli", "prowler", "aws-config", "security-hub", "scoutsuite", "steampipe", "powerpipe",
    }  # fmt: skip


def test_members_of_a_cluster_are_one_database_in_prowlers_csv_too(tmp_path: Path) -> None:
    head = "TIMESTAMP;ACCOUNT_UID;CHECK_ID;STATUS;STATUS_EXTENDED;RESOURCE_UID;RESOURCE_NAME;REGION\n"
    rows = [
        f"2026-11-20 10:00:00;{ACCOUNT};{check};{status};{why};{RDS_ARN.replace('orders', name)};{name};eu-west-1\n"
        for name, status in (("one", "PASS"), ("two", "FAIL"))
        for check, why in (
            ("rds_instance_storage_encrypted", "said"),
            ("rds_instance_multi_az", f"RDS Instance {name} does not have multi-AZ enabled at cluster shop level."),
        )
    ]
    take(tmp_path, prowler=head + "".join(rows))
    with Workspace.open(tmp_path / "ws") as workspace:
        (one,) = iter_resources(workspace)
    assert (one.key, one.at_rest) == (RDS_ARN.replace("db:orders", "cluster:shop"), "none"), "as its worst part"


def test_load_balancer_is_found_over_several_steps(tmp_path: Path) -> None:
    group = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:targetgroup/m/1"
    balancer = f"arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT}:loadbalancer/net/shop/1"
    machine = {"InstanceId": "i-1", "VpcId": "vpc-1", "SubnetId": "s-1", "State": {"Name": "running"}}
    facing = {
        "LoadBalancerArn": balancer,
        "LoadBalancerName": "shop",
        "Type": "network",
        "Scheme": "internet-facing",
        "DNSName": "shop-1.elb.amazonaws.com",
        "SecurityGroups": ["sg-0a"],
    }
    forward = {"Type": "forward", "TargetGroupArn": group}
    targets = {"TargetGroupArn": group, "VpcId": "vpc-1", "LoadBalancerArns": [balancer]}
    listener = {"ListenerArn": "l", "LoadBalancerArn": balancer, "Port": 5432, "DefaultActions": [forward]}
    ends = take(
        tmp_path,
        Origin(account=ACCOUNT, region="eu-west-1", resource=group),
        machines=json.dumps({"Reservations": [{"OwnerId": ACCOUNT, "Instances": [machine]}]}),
        balancers=json.dumps({"LoadBalancers": [facing]}),
        listeners=json.dumps({"Listeners": [listener]}),
        groups=json.dumps({"TargetGroups": [targets]}),
        health=json.dumps({"TargetHealthDescriptions": [{"Target": {"Id": "i-1", "Port": 27017}}]}),
        walls=json.dumps({"SecurityGroups": [OPEN_GROUP]}),
    )
    assert all(isinstance(end, ImportedPosture) and not end.left_out for end in ends)
    with Workspace.open(tmp_path / "ws") as workspace:
        (one,) = iter_resources(workspace)
    assert one.public == "yes"
    assert one.path[0] == "network load balancer shop (internet-facing) forwards port 5432 to it"
    assert [str(place) for place in one.endpoints] == ["shop-1.elb.amazonaws.com:5432"]


def test_same_content_is_imported_once_unless_declared_different(tmp_path: Path) -> None:
    answer = json.dumps({"PolicyStatus": {"IsPublic": True}})
    (first,) = take(tmp_path, Origin(resource="one"), one=answer)
    (again,) = take(tmp_path, Origin(resource="one"), copy=answer)
    (other,) = take(tmp_path, Origin(resource="two"), one=answer)
    assert [bool(end.before) for end in (first, again, other)] == [False, True, False]  # type: ignore[union-attr]
    with Workspace.open(tmp_path / "ws") as workspace:
        assert sorted(one.name for one in iter_resources(workspace)) == ["one", "two"]


def test_what_cannot_be_read_is_one_line_and_the_rest_is_done(tmp_path: Path) -> None:
    ends = take(tmp_path, good=EXPORTS["prowler"][1], bad="hello", worse='{"DBInstances": [')
    assert [type(end).__name__ for end in ends] == ["ImportedPosture", "InputError", "InputError"]
    assert all("\n" not in str(end) for end in ends[1:])


def test_truncated_export_is_kept_and_marked(tmp_path: Path) -> None:
    text = json.dumps({"DBInstances": [INSTANCE, {**INSTANCE, "DBInstanceArn": RDS_ARN + "2"}]})
    (end,) = take(tmp_path, cut=text[:-40])
    assert isinstance(end, ImportedPosture)
    assert end.statements == 1
    assert "the file ends within a value" in end.incomplete
    with Workspace.open(tmp_path / "ws") as workspace:
        assert [one.incomplete for one in broken_imports(workspace)] == [end.incomplete]


def test_failed_collections_are_reported_and_stay_unknown(tmp_path: Path) -> None:
    paths = write(tmp_path, prowler=EXPORTS["prowler"][1])
    failed = [("rds DescribeDBInstances: ExpiredToken", 7)]
    (end,) = import_posture(tmp_path / "ws", paths, HERE, failed=failed)
    assert isinstance(end, ImportedPosture)
    assert end.missed == (("rds DescribeDBInstances: ExpiredToken", 7), ("rds_instance_transport_encrypted: manual", 1))
    with Workspace.open(tmp_path / "ws") as workspace:
        (one,) = iter_resources(workspace)
        assert one.in_transit == "unknown"
        assert [one.missed for one in broken_imports(workspace)] == [8]


def test_figures_per_group_of_resources(tmp_path: Path) -> None:
    take(tmp_path, instances=json.dumps({"DBInstances": [INSTANCE]}), checkov=EXPORTS["checkov"][1])
    with Workspace.open(tmp_path / "ws") as workspace:
        rows = resource_figures(workspace)
    assert [(one.by, one.name, one.planned, one.resources, one.at_rest.none) for one in rows] == [
        ("all", "", False, 1, 1),
        ("provider", "aws", False, 1, 1),
        ("engine", "postgresql", False, 1, 1),
        ("account", f"aws {ACCOUNT}", False, 1, 1),
        ("all", "", True, 1, 1),
        ("provider", "aws", True, 1, 1),
        ("engine", "rds", True, 1, 1),
        ("account", "aws ?", True, 1, 1),
    ]


def test_progress_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.pipeline.posture.exports._TELL_EVERY", 1)
    told: list[tuple[str, int]] = []
    paths = write(tmp_path, prowler=EXPORTS["prowler"][1])
    list(import_posture(tmp_path / "ws", paths, HERE, lambda path, count: told.append((Path(path).name, count))))
    assert told == [("prowler", 1), ("prowler", 2)]
