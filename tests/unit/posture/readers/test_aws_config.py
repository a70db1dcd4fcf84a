"""AWS Config: snapshots, single items, and queries."""

import json
from typing import Any

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import EXPORTS, RDS_ARN

SNAPSHOT: dict[str, Any] = json.loads(EXPORTS["aws-config"][1])
ITEM: dict[str, Any] = SNAPSHOT["configurationItems"][0]


def test_a_snapshot(read: Read, settle: Settle) -> None:
    facts, source = read(EXPORTS["aws-config"][1])
    found = settle(facts)
    instance, bucket = found[RDS_ARN], found["arn:aws:s3:::shop-data"]
    assert (instance.at_rest, instance.flag, instance.needs) == ("none", "yes", ("sg-0a",))
    assert (bucket.public, bucket.at_rest, bucket.seen) == ("yes", "provider_key", "2026-11-21T10:00:00Z")
    assert not source.skipped


def test_a_query(read: Read, settle: Settle) -> None:
    row = {
        "resourceType": "AWS::RDS::DBInstance",
        "arn": RDS_ARN,
        "accountId": "1",
        "awsRegion": "eu-west-1",
        "configuration": {"dBInstanceIdentifier": "orders", "storageEncrypted": False},
    }
    facts, _ = read(json.dumps({"Results": [json.dumps(row)], "QueryInfo": {"SelectFields": []}}))
    assert settle(facts)[RDS_ARN].at_rest == "none"


def test_unrecorded_resources_are_skipped(read: Read) -> None:
    items = [
        {**ITEM, "configuration": None},
        {**ITEM, "configurationItemStatus": "ResourceDeleted"},
        {"resourceType": 5},
    ]
    facts, source = read(json.dumps({"fileVersion": "1.0", "configurationItems": items}))
    assert not facts
    assert source.failed == {"AWS::RDS::DBInstance without configuration": 1}
    assert source.skipped == 0 or "Expected" in source.first_skipped


def test_an_unknown_version_is_named_and_read_all_the_same(read: Read) -> None:
    facts, source = read(json.dumps({**SNAPSHOT, "fileVersion": "2.0"}))
    assert facts
    assert "unsupported snapshot version 2.0 (supported: 1.0)" in source.first_skipped


def test_a_cut_snapshot_keeps_what_came_before(read: Read, settle: Settle) -> None:
    text = EXPORTS["aws-config"][1]
    facts, source = read(text[: text.index('"AWS::S3::Bucket"')])
    assert list(settle(facts)) == [RDS_ARN]
    assert "the file ends within" in source.incomplete
