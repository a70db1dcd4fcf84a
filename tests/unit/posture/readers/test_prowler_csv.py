"""Prowler's CSV: outcomes of checks alone."""

import json

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT, RDS_ARN
from tieback.model.errors import InputError
from tieback.model.resource import Dependency

HEAD = "TIMESTAMP;ACCOUNT_UID;CHECK_ID;STATUS;STATUS_EXTENDED;RESOURCE_UID;RESOURCE_NAME;REGION\n"


def row(check: str, status: str, uid: str = RDS_ARN) -> str:
    return f"2026-11-20 10:00:00.123456;{ACCOUNT};{check};{status};said;{uid};orders;eu-west-1\n"


def test_pass_and_fail_become_statements(read: Read, settle: Settle) -> None:
    text = HEAD + row("rds_instance_storage_encrypted", "FAIL") + row("rds_instance_backup_enabled", "PASS")
    facts, _ = read(text + row("iam_root_mfa_enabled", "FAIL", "arn:aws:iam::1:root"))
    (one,) = settle(facts).values()
    assert (one.at_rest, one.backups, one.account, one.name) == ("none", "yes", ACCOUNT, "orders")
    assert one.seen == "2026-11-20T10:00:00Z"


def test_uncollected_resources_are_ignored(read: Read) -> None:
    facts, source = read(HEAD + row("rds_instance_storage_encrypted", "MANUAL"))
    assert not facts
    assert source.failed == {"rds_instance_storage_encrypted: manual": 1}


def test_a_cut_row_is_left_out(read: Read) -> None:
    facts, source = read(HEAD + row("rds_instance_storage_encrypted", "FAIL") + "2026;1;rds_inst")
    assert len(facts) == 1
    assert "3 columns, expected 8" in source.first_skipped


def test_comma_separated_csv_is_not_prowler(read: Read) -> None:
    with pytest.raises(InputError, match="unknown export format"):
        read(HEAD.replace(";", ","))


@pytest.mark.parametrize(
    ("check", "why", "members"),
    [
        ("rds_instance_multi_az", "RDS Instance a does not have multi-AZ enabled at cluster shop level.", 1),
        ("rds_instance_deletion_protection", "RDS Instance a deletion protection is enabled at cluster shop level.", 1),
        ("rds_instance_multi_az", "RDS Instance a has multi-AZ enabled.", 0),
        ("rds_instance_storage_encrypted", "RDS Instance a ... at cluster shop level.", 0),
        ("rds_instance_multi_az", "RDS Instance a has multi-AZ enabled at cluster ../x level.", 0),
    ],
)
def test_the_cluster_of_an_instance_where_a_sentence_names_it(check: str, why: str, members: int, read: Read) -> None:
    facts, _ = read(HEAD + row(check, "PASS").replace(";said;", f";{why};"))
    found = [one for one in facts if isinstance(one, Dependency)]
    assert [(one.id, one.kind, one.name) for one in found] == [
        (RDS_ARN, "member", f"arn:aws:rds:eu-west-1:{ACCOUNT}:cluster:shop")
    ] * members


OLD_HEAD = "ASSESSMENT_START_TIME;ACCOUNT_ID;REGION;CHECK_ID;STATUS;STATUS_EXTENDED;RESOURCE_ID;RESOURCE_ARN\n"


def test_columns_of_prowler_3(read: Read, settle: Settle) -> None:
    rows = "".join(
        f"2023-05-01T10:00:00;{ACCOUNT};eu-west-1;s3_bucket_public_access;{status};said;b{n};arn:aws:s3:::b{n}\n"
        for n, status in enumerate(["FAIL", *["PASS"] * 9])
    )
    facts, source = read(OLD_HEAD + rows)
    found = settle(facts)
    assert len(found) == 10  # what passes is counted, too: its state may be unknown
    assert sum(one.public == "yes" for one in found.values()) == 1
    assert not any(one.public == "no" for one in found.values())
    assert {one.account for one in found.values()} == {ACCOUNT}
    assert source.first_skipped == ""


def test_json_of_prowler_3(read: Read, settle: Settle) -> None:
    finding = {
        "AssessmentStartTime": "2023-05-01T10:00:00", "FindingUniqueId": "prowler-aws-1", "Provider": "aws",
        "CheckID": "rds_instance_storage_encrypted", "Status": "FAIL", "StatusExtended": "not encrypted",
        "AccountId": ACCOUNT, "Region": "eu-west-1", "ResourceId": "orders", "ResourceArn": RDS_ARN,
    }  # fmt: skip
    facts, source = read(json.dumps([finding, finding | {"CheckID": 7}, "x"]))
    (one,) = settle(facts).values()
    assert (one.at_rest, one.name, one.account) == ("none", "orders", ACCOUNT)
    assert "no finding of Prowler 3" in source.first_skipped


def test_an_empty_list_is_no_error(read: Read) -> None:
    facts, source = read("[ ]\n")
    assert facts == []
    assert source.incomplete == ""
