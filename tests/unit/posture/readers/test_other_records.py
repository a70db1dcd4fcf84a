"""Records about no data store are counted by every reader, and a passed check of any kind names its data store."""

import json
import re
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT, ARM, EXPORTS, RDS_ARN


def asff(code: str, resource: str, type_: str) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08", "ProductArn": "arn:aws:x", "AwsAccountId": ACCOUNT,
        "GeneratorId": f"prowler-{code}", "Compliance": {"Status": "PASSED"},
        "Resources": [{"Type": type_, "Id": resource}],
    }  # fmt: skip


def ocsf(code: str, resource: str, type_: str) -> dict[str, Any]:
    return {
        "metadata": {"event_code": code, "version": "1.5.0", "product": {"name": "Prowler"}}, "status_code": "PASS",
        "resources": [{"uid": resource, "type": type_}], "cloud": {"account": {"uid": ACCOUNT}, "provider": "aws"},
    }  # fmt: skip


def powerpipe(*resources: str) -> dict[str, Any]:
    results = [{"status": "ok", "resource": resource, "reason": "x", "dimensions": []} for resource in resources]
    return {"group_id": "g", "groups": [], "controls": [{"control_id": "aws.control.other", "results": results}]}


def checkov(*resources: str) -> dict[str, Any]:
    passed = [{"check_id": "CKV_AWS_999", "resource": one, "file_path": "/main.tf"} for one in resources]
    return {"check_type": "terraform", "results": {"passed_checks": passed, "failed_checks": []}}


def aws_config(*types: str) -> dict[str, Any]:
    return {
        "configurationItems": [{"resourceType": one, "resourceId": "x", "configuration": {}} for one in types],
        "fileVersion": "1.0",
    }


BUCKET, ROLE = "arn:aws:s3:::shop-data", f"arn:aws:iam::{ACCOUNT}:role/r"
STORES = [
    ("Prowler, ASFF", [asff("other_check", BUCKET, "AwsS3Bucket"), asff("other_check", ROLE, "AwsIamRole")]),
    ("Prowler, OCSF", [ocsf("other_check", BUCKET, "AwsS3Bucket"), ocsf("other_check", ROLE, "AwsIamRole")]),
    ("Powerpipe", powerpipe(BUCKET, ROLE)),
    ("Checkov", checkov("aws_s3_bucket.b", "aws_iam_role.r")),
]


@pytest.mark.parametrize("value", [value for _, value in STORES], ids=[name for name, _ in STORES])
def test_a_passed_unknown_check_names_its_bucket_and_nothing_else(read: Read, settle: Settle, value: Any) -> None:
    facts, source = read(json.dumps(value))
    (one,) = settle(facts).values()
    assert (one.kind, one.public, source.other) == ("bucket", "unknown", 1)


OTHERS = [
    ("AWS Config", json.dumps(aws_config("AWS::IAM::Role")), 1),
    ("Asset Inventory", json.dumps({"name": "//iam.googleapis.com/r", "assetType": "iam.googleapis.com/Role"}), 1),
    (
        "Resource Graph",
        json.dumps({"data": [{"id": f"{ARM}/Microsoft.Web/sites/a", "type": "microsoft.web/sites"}], "count": 1}),
        1,
    ),
    ("an empty list", "[]", 0),
]


@pytest.mark.parametrize(("text", "other"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_records_about_no_data_store_are_counted(read: Read, text: str, other: int) -> None:
    facts, source = read(text)
    assert (facts, source.other, source.skipped) == ([], other, 0)


def test_a_csv_of_the_portal_is_counted_too(read: Read) -> None:
    text = re.sub("microsoft.sql/servers", "microsoft.web/sites", EXPORTS["azure-graph-csv"][1], flags=re.IGNORECASE)
    facts, source = read(text)
    assert (facts, source.other) == ([], 3)


def test_a_check_that_was_not_collected_is_missing_and_not_about_something_else(read: Read) -> None:
    finding = ocsf("rds_instance_storage_encrypted", RDS_ARN, "AwsRdsDbInstance") | {"status_code": "MANUAL"}
    _, source = read(json.dumps([finding]))
    assert (source.missed, source.other) == (1, 0)
