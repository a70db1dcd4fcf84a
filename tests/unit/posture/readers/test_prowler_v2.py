"""Prowler 2: CSV and JSON, whose findings name resources without an ARN."""

import json

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT

HEAD = (
    "PROFILE,ACCOUNT_NUM,REGION,TITLE_ID,CHECK_RESULT,ITEM_SCORED,ITEM_LEVEL,TITLE_TEXT,CHECK_RESULT_EXTENDED,"
    "CHECK_ASFF_RESOURCE_TYPE,CHECK_RESOURCE_ID\n"
)


def row(check: str, status: str, type_: str, resource: str, region: str = "eu-west-1") -> str:
    return (
        f"default,{ACCOUNT},{region},7.1,{status},Not Scored,Extra,[{check}] title,{region}: said,{type_},{resource}\n"
    )


def finding(check: str, status: str, resource: str) -> dict[str, str]:
    return {
        "Profile": "default", "Account Number": ACCOUNT, "Control": f"[{check}] title", "Message": "said",
        "Status": status, "Control ID": "7.73", "Region": "eu-west-1", "Timestamp": "2021-08-23T06:38:46Z",
        "Resource ID": resource,
    }  # fmt: skip


def test_every_bucket_is_counted_not_only_the_failed_one(read: Read, settle: Settle) -> None:
    rows = "".join(row("extra73", "FAIL" if n == 0 else "PASS", "AwsS3Bucket", f"b{n}") for n in range(10))
    facts, source = read(HEAD + rows + row("check114", "FAIL", "AwsIamUser", "root"))
    found = settle(facts)
    assert sorted(one.port for one in found.values()) == ["unknown"] * 9 + ["yes"]
    assert {one.public for one in found.values()} == {"unknown"}  # the public access block was not checked
    assert sorted(found) == [f"arn:aws:s3:::b{n}" for n in range(10)]
    assert (source.other, source.skipped) == (1, 0)


def test_json_names_a_database_by_account_and_region(read: Read, settle: Settle) -> None:
    some = [
        finding("extra735", "FAIL", "orders"),
        finding("extra78", "Fail", "orders"),
        finding("check114", "FAIL", ""),
    ]
    facts, source = read("\n".join(json.dumps(one) for one in some))
    (one,) = settle(facts).values()
    assert one.key == f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders"
    assert (one.at_rest, one.flag, one.port, one.public) == ("none", "yes", "unknown", "unknown")
    assert (one.seen, source.other) == ("2021-08-23T06:38:46Z", 1)


@pytest.mark.parametrize(
    ("text", "missed", "skipped"),
    [
        (HEAD + row("extra735", "INFO", "AwsRdsDbInstance", "orders"), 1, 0),
        (HEAD + row("extra735", "FAIL", "AwsRdsDbInstance", ""), 0, 1),
        (HEAD.replace(",CHECK_RESOURCE_ID", "") + row("extra735", "FAIL", "AwsRdsDbInstance", "").strip(",\n"), 0, 1),
        (json.dumps([finding("extra735", "FAIL", "orders"), "x"]), 0, 1),
    ],
)
def test_a_finding_without_outcome_or_resource_is_no_statement(
    read: Read, text: str, missed: int, skipped: int
) -> None:
    _, source = read(text)
    assert (source.missed, source.skipped) == (missed, skipped)


def test_a_passed_check_of_another_kind_is_not_about_a_database(read: Read) -> None:
    facts, source = read(HEAD + row("extra791", "PASS", "AwsCloudFrontDistribution", "E1"))
    assert (facts, source.other) == ([], 1)
