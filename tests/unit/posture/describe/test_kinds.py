"""What every export calls a kind of resource leads to the one thing that reads it."""

import pytest

from tests.each import each
from tieback.posture.describe.kinds import DESCRIBE, ResourceTypes, arm_type
from tieback.posture.facts import ExportObject

KINDS = ResourceTypes()


@each(
    ("name", "kind"),
    [
        ("AWS::RDS::DBInstance", "aws-rds-instance"),
        ("AwsRdsDbInstance", "aws-rds-instance"),
        ("aws_db_instance", "aws-rds-instance"),
        ("aws_rds_db_instance", "aws-rds-instance"),
        ("Microsoft.Sql/servers", "azure-sql-server"),
        ("sqladmin.googleapis.com/Instance", "gcp-sql"),
        ("AWS::Lambda::Function", None),
        ("", None),
    ],
)
def test_names(name: str, kind: str | None) -> None:
    found = KINDS.by_name(name)
    assert (None if found is None else found.name) == kind


@each(
    ("key", "kind"),
    [
        ("arn:aws:rds:eu-west-1:1:db:x", "aws-rds-instance"),
        ("arn:aws:rds:eu-west-1:1:cluster:x", "aws-rds-cluster"),
        ("arn:aws:rds:eu-west-1:1:cluster-snapshot:x", "aws-rds-snapshot"),
        ("arn:aws:s3:::x", "aws-s3"),
        ("arn:aws:ec2:eu-west-1:1:security-group/sg-1", "aws-security-group"),
        ("arn:aws:lambda:eu-west-1:1:function:x", None),
        ("/subscriptions/1/resourceGroups/g/providers/Microsoft.Sql/servers/s", "azure-sql-server"),
        ("nonsense", None),
    ],
)
def test_full_names(key: str, kind: str | None) -> None:
    found = KINDS.by_key(key)
    assert (None if found is None else found.name) == kind


@pytest.mark.parametrize(
    ("id_", "type_"),
    [
        (
            "/subscriptions/1/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/d",
            "microsoft.sql/servers/databases",
        ),
        (
            "/subscriptions/1/providers/Microsoft.Sql/servers/s/providers/Microsoft.Security/assessments/a",
            "microsoft.security/assessments",
        ),
        ("/subscriptions/1", ""),
        ("/subscriptions/1/providers", ""),
    ],
)
def test_types_of_arm(id_: str, type_: str) -> None:
    assert arm_type(id_) == type_


def test_a_key_of_an_answer_that_two_services_share() -> None:
    redshift, memory = {"ClusterIdentifier": "c", "MasterUsername": "u"}, {"Name": "m", "ACLName": "a"}
    assert KINDS.by_answer("Clusters", ExportObject(redshift)).name == "aws-redshift"  # type: ignore[union-attr]
    assert KINDS.by_answer("Clusters", ExportObject(memory)).name == "aws-memorydb"  # type: ignore[union-attr]
    assert KINDS.by_answer("Clusters", ExportObject({"Id": "emr"})) is None
    assert KINDS.has_answer_key("DBInstances")
    assert not KINDS.has_answer_key("Functions")


def test_every_kind_is_read_by_something() -> None:
    assert {kind.name for kind in KINDS.all} == set(DESCRIBE)
