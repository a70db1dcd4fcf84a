"""Security Hub's ASFF: details of resources, and outcomes of controls."""

import json
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import EXPORTS, RDS_ARN, asff
from tieback.model.resource import Dependency

RESOURCE = {"Type": "AwsRdsDbInstance", "Id": RDS_ARN}


def test_details_and_control(read: Read, settle: Settle) -> None:
    facts, _ = read(EXPORTS["security-hub"][1])
    (one,) = settle(facts).values()
    assert (one.flag, one.at_rest, one.product, one.seen) == ("yes", "none", "postgresql", "2026-11-21T10:00:00Z")
    assert one.endpoints[0].host == "orders.c1.eu-west-1.rds.amazonaws.com"


def test_prowlers_sentence_names_the_cluster_of_an_instance(read: Read) -> None:
    finding = {
        **asff("x", "FAILED", RESOURCE),
        "GeneratorId": "prowler-rds_instance_multi_az",
        "Description": "RDS Instance orders does not have multi-AZ enabled at cluster shop level.",
    }
    facts, _ = read(json.dumps([finding]))
    members = [one for one in facts if isinstance(one, Dependency)]
    assert [(one.id, one.name) for one in members] == [(RDS_ARN, RDS_ARN.replace("db:orders", "cluster:shop"))]


@pytest.mark.parametrize(
    ("status", "at_rest", "failed"),
    [
        ("FAILED", "none", 0),
        ("PASSED", "encrypted", 0),
        ("NOT_AVAILABLE", None, 1),
        ("WARNING", None, 1),
        ("", None, 1),
    ],
)
def test_pass_and_fail_become_statements(
    status: str, at_rest: str | None, failed: int, read: Read, settle: Settle
) -> None:
    facts, source = read(json.dumps({"Findings": [asff("RDS.3", status, RESOURCE)]}))
    assert [one.at_rest for one in settle(facts).values()] == ([at_rest] if at_rest else [])
    assert sum(source.failed.values()) == failed


@pytest.mark.parametrize(
    ("more", "at_rest"),
    [
        (
            {
                "Compliance": {"Status": "FAILED"},
                "GeneratorId": "aws-foundational-security-best-practices/v/1.0.0/RDS.3",
            },
            "none",
        ),
        ({"Compliance": {"Status": "FAILED"}, "GeneratorId": "prowler-rds_instance_storage_encrypted"}, "none"),
        ({"Compliance": None}, None),
        ({"RecordState": "ARCHIVED"}, None),
        ({"SchemaVersion": "2030-01-01"}, None),
    ],
)
def test_where_a_control_is_named(more: dict[str, Any], at_rest: str | None, read: Read, settle: Settle) -> None:
    facts, _ = read(json.dumps([asff("RDS.3", "FAILED", RESOURCE, **more)]))
    assert [one.at_rest for one in settle(facts).values()] == ([at_rest] if at_rest else [])


def test_another_version_is_named(read: Read) -> None:
    _, source = read(json.dumps([asff("RDS.3", "FAILED", RESOURCE, SchemaVersion="2030-01-01")]))
    assert "unsupported ASFF version 2030-01-01 (supported: 2018-10-08)" in source.first_skipped
