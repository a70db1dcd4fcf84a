"""What aws, az and gcloud print: lists below a key, bare lists, single objects, answers about a bucket."""

import json
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT, CLOUD_SQL, INSTANCE, OPEN_GROUP, RDS_ARN, ROUTES, SQL_SERVER

SNAPSHOT = {
    "DBSnapshotAttributesResult": {
        "DBSnapshotIdentifier": "s",
        "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": ["all"]}],
    }
}
HERE = {"account": ACCOUNT, "region": "eu-west-1"}


def test_instance_group_and_routes_make_it_public(read: Read, settle: Settle) -> None:
    answers = [{"DBInstances": [INSTANCE]}, {"SecurityGroups": [OPEN_GROUP]}, {"RouteTables": [ROUTES]}]
    facts, _ = read("\n".join(json.dumps(one, indent=4) for one in answers))
    (one,) = settle(facts).values()
    assert (one.key, one.public, one.at_rest) == (RDS_ARN, "yes", "none")


@pytest.mark.parametrize(
    ("answer", "kind", "name"),
    [
        ([INSTANCE], "database", "orders"),
        (INSTANCE, "database", "orders"),
        (SNAPSHOT, "snapshot", "s"),
        ({"Table": {"TableName": "t", "TableArn": f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t"}}, "database", "t"),
        ({"DomainStatus": {"DomainName": "d", "ARN": f"arn:aws:es:eu-west-1:{ACCOUNT}:domain/d"}}, "database", "d"),
        ({"Buckets": [{"Name": "b", "CreationDate": "2026-01-01"}], "Owner": {"ID": "x"}}, "bucket", "b"),
        (
            {
                "Reservations": [
                    {
                        "OwnerId": ACCOUNT,
                        "Instances": [
                            {
                                "InstanceId": "i-1",
                                "Placement": {"AvailabilityZone": "eu-west-1a"},
                                "PublicIpAddress": "203.0.113.7",
                            }
                        ],
                    }
                ]
            },
            "host",
            "i-1",
        ),
        (SQL_SERVER, "database", "shop-sql"),
        ([SQL_SERVER], "database", "shop-sql"),
        (CLOUD_SQL, "database", "orders"),
        ([CLOUD_SQL], "database", "orders"),
        ({"name": "projects/p/databases/(default)", "type": "FIRESTORE_NATIVE"}, "database", "(default)"),
        ([{"name": "projects/p/locations/l/instances/i", "host": "10.0.0.3"}], "database", "i"),
        ([{"storage_url": "gs://b/", "name": "b", "public_access_prevention": "inherited"}], "bucket", "b"),
        ({"Bucket": "b", "PolicyStatus": {"IsPublic": True}}, "bucket", "b"),
    ],
)
def test_cli_answers_are_read(answer: Any, kind: str, name: str, read: Read, settle: Settle) -> None:
    facts, source = read(json.dumps(answer), **HERE)
    (one,) = settle(facts).values()
    assert (one.kind, one.name) == (kind, name)
    assert not source.skipped


def test_answers_about_a_bucket_need_its_name(read: Read, settle: Settle) -> None:
    answer = json.dumps({"PolicyStatus": {"IsPublic": True}})
    facts, source = read(answer)
    assert not facts
    assert "pass --resource" in source.first_skipped
    (one,) = settle(read(answer, resource="shop-data")[0]).values()
    assert (one.name, one.port) == ("shop-data", "yes")


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        ({"Owner": {"ID": "x"}, "Grants": [{"Grantee": {"ID": "x"}, "Permission": "FULL_CONTROL"}]}, "grants"),
        ({"Policy": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}'}, "policy"),
        ({"PolicyStatus": {"IsPublic": False}}, "policy"),
    ],
)
def test_each_answer_about_a_bucket_is_a_part(answer: Any, part: str, read: Read) -> None:
    assert part in {fact.part for fact in read(json.dumps(answer, indent=4), resource="b")[0]}  # type: ignore[union-attr]


def test_a_block_without_a_bucket_is_the_accounts(read: Read) -> None:
    answer = json.dumps({"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": True, "IgnorePublicAcls": True}})
    (one,) = read(answer, account=ACCOUNT)[0]
    assert (one.kind, one.answer) == ("block", "yes")  # type: ignore[union-attr]


def test_a_policy_of_google_needs_its_bucket(read: Read, settle: Settle) -> None:
    facts, _ = read(
        json.dumps({"bindings": [{"role": "r", "members": ["allUsers"]}], "kind": "storage#policy"}), resource="b"
    )
    (one,) = settle(facts).values()
    assert (one.key, one.port) == ("//storage.googleapis.com/b", "yes")


def test_what_names_neither_account_nor_region_is_left_out(read: Read) -> None:
    facts, source = read(json.dumps(SNAPSHOT))
    assert not facts
    assert "pass --account and --region" in source.first_skipped


def test_unknown_descriptions_are_skipped_and_the_rest_is_read(read: Read) -> None:
    facts, source = read(json.dumps([INSTANCE, {"FunctionName": "x"}, 7]))
    assert len(facts) == 1
    assert source.skipped == 2
