"""Buckets: a block outweighs policy and grants, either of which alone makes a bucket public."""

from typing import Any

import pytest

from tests.unit.posture.conftest import Settle
from tests.unit.posture.describe.conftest import Described
from tests.unit.posture.exports import BUCKET_POLICY
from tieback.model.resource import Dependency
from tieback.posture.describe.interface import NotAResourceError

SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OFF, ON = ({"PublicAccessBlockConfiguration": dict.fromkeys(SWITCHES, value)} for value in (False, True))
ALL_USERS = {
    "Grants": [
        {"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
    ]
}
OWNER = {"Grants": [{"Grantee": {"Type": "CanonicalUser", "ID": "abc"}, "Permission": "FULL_CONTROL"}]}
PUBLIC, PRIVATE = ({"PolicyStatus": {"IsPublic": value}} for value in (True, False))


@pytest.mark.parametrize(
    ("parts", "public"),
    [
        ([OFF, PUBLIC, OWNER], "yes"),
        ([OFF, PRIVATE, OWNER], "no"),
        ([OFF, PRIVATE, ALL_USERS], "yes"),
        ([ON, PUBLIC, ALL_USERS], "no"),
        ([OFF, {"Policy": BUCKET_POLICY}], "yes"),
        # Half of the answers say nothing for the whole.
        ([OFF, PRIVATE], "unknown"),
        ([OFF, OWNER], "unknown"),
        ([PUBLIC], "unknown"),
        ([ON], "no"),
        ([], "unknown"),
        # The block ignores grants alone: a public policy still is.
        (
            [
                {"PublicAccessBlockConfiguration": {**dict.fromkeys(SWITCHES, True), "RestrictPublicBuckets": False}},
                PUBLIC,
            ],
            "yes",
        ),
        (
            [
                {"PublicAccessBlockConfiguration": {**dict.fromkeys(SWITCHES, True), "RestrictPublicBuckets": False}},
                ALL_USERS,
                PRIVATE,
            ],
            "no",
        ),
    ],
)
def test_public_buckets_by_policy_acl_and_block(
    parts: list[dict[str, Any]], public: str, described: Described, settle: Settle
) -> None:
    together = {key: value for part in parts for key, value in part.items()}
    (one,) = settle(described("aws-s3", {"Bucket": "shop-data", **together})).values()
    assert one.public == public
    assert one.cloud == ("s3:shop-data",)


def test_partial_answers_of_a_bucket_are_combined(described: Described, settle: Settle) -> None:
    facts = [fact for part in (OFF, PUBLIC, OWNER) for fact in described("aws-s3", {"Bucket": "shop-data", **part})]
    (one,) = settle(facts).values()
    assert one.public == "yes"


@pytest.mark.parametrize(
    ("rule", "at_rest"),
    [
        ({"SSEAlgorithm": "AES256"}, "provider_key"),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:r:1:key/a"}, "encrypted"),
        ({"SSEAlgorithm": "aws:kms"}, "provider_key"),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "arn:aws:kms:r:1:alias/aws/s3"}, "provider_key"),
    ],
)
def test_encryption(rule: dict[str, str], at_rest: str, described: Described) -> None:
    value = {"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": rule}]}}
    assert described("aws-s3", {"Bucket": "b", **value})[-1].at_rest == at_rest  # type: ignore[union-attr]


def test_algorithm_without_a_key_leaves_the_key_unknown(described: Described) -> None:
    assert described("aws-s3", {"name": "b", "encryption": "aws:kms"})[-1].at_rest == "encrypted"  # type: ignore[union-attr]
    assert described("aws-s3", {"name": "b", "encryption": "AES256"})[-1].at_rest == "provider_key"  # type: ignore[union-attr]


def test_a_policy_that_denies_what_is_plain_insists_on_tls(described: Described) -> None:
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    strict = described("aws-s3", {"Bucket": "b", "Policy": {"Statement": [deny]}})[-1]
    loose = described("aws-s3", {"Bucket": "b", "Policy": BUCKET_POLICY})[-1]
    assert [strict.in_transit, loose.in_transit] == ["yes", "no"]  # type: ignore[union-attr]


def test_the_block_of_an_account(described: Described, settle: Settle) -> None:
    (block,) = described("aws-s3-account", ON)
    assert isinstance(block, Dependency)
    facts = [block, *described("aws-s3", {"Bucket": "b", **PUBLIC, **OFF})]
    (one,) = settle(facts).values()
    assert one.public == "no"


def test_a_bucket_without_a_name_is_none(described: Described) -> None:
    with pytest.raises(NotAResourceError, match="--resource"):
        described("aws-s3", PUBLIC)
    with pytest.raises(NotAResourceError, match="--account"):
        described("aws-s3-account", ON, account="")
