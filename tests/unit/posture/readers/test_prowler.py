"""Prowler's OCSF: the resource's own model once, the outcome of each check; what was not collected says nothing."""

import json

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import ACCOUNT, RDS_ARN, prowler
from tieback.model.errors import InputError

MODEL = {
    "id": "orders",
    "arn": RDS_ARN,
    "engine": "postgres",
    "engine_version": "15.4",
    "public": True,
    "encrypted": True,
    "endpoint": {"Address": "orders.c1.eu-west-1.rds.amazonaws.com", "Port": 5432},
    "security_groups": ["sg-0a"],
    "cluster_id": None,
    "subnet_ids": ["subnet-0a"],
    "vpc_id": "vpc-0a",
}
GROUP = {
    "id": "sg-0a",
    "name": "web",
    "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:security-group/sg-0a",
    "vpc_id": "vpc-0a",
    "ingress_rules": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
}
SUBNET = {
    "id": "subnet-0a",
    "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-0a",
    "vpc_id": "vpc-0a",
    "public": True,
}


def test_model_group_and_subnet_make_it_public(read: Read, settle: Settle) -> None:
    findings = [
        prowler("rds_instance_storage_encrypted", "PASS", RDS_ARN, data=MODEL),
        prowler("rds_instance_transport_encrypted", "FAIL", RDS_ARN, data=MODEL),
        prowler("ec2_securitygroup_default_restrict_traffic", "PASS", str(GROUP["arn"]), data=GROUP),
        prowler("vpc_subnet_no_public_ip_by_default", "PASS", str(SUBNET["arn"]), data=SUBNET),
    ]
    facts, source = read(json.dumps(findings))
    (one,) = settle(facts).values()
    assert (one.public, one.at_rest, one.in_transit) == ("yes", "encrypted", "no")
    assert one.path[-1] == "security group sg-0a (web) allows 0.0.0.0/0 on port 5432"
    assert one.seen == "2026-11-20T10:00:00Z"
    assert not source.failed


@pytest.mark.parametrize("status", ["MANUAL", "MUTED", "", "ERROR"])
def test_status_other_than_pass_or_fail_is_ignored(status: str, read: Read, settle: Settle) -> None:
    facts, source = read(json.dumps([prowler("rds_instance_storage_encrypted", status, RDS_ARN)]))
    assert [one.at_rest for one in settle(facts).values()] == ["unknown"]
    assert source.failed == {f"rds_instance_storage_encrypted: {status.lower() or 'no status'}": 1}


def test_one_a_line_and_a_cut_end(read: Read) -> None:
    lines = [json.dumps(prowler("rds_instance_storage_encrypted", "FAIL", f"{RDS_ARN}{n}")) for n in range(3)]
    facts, source = read("\n".join(lines) + "\n" + lines[0][:-20])
    assert len([fact for fact in facts if getattr(fact, "at_rest", "") == "none"]) == 3
    assert "records kept: 3" in source.incomplete


def test_a_list_that_was_never_closed_keeps_what_was_collected(read: Read) -> None:
    whole = json.dumps([prowler("rds_instance_storage_encrypted", "FAIL", f"{RDS_ARN}{n}") for n in range(3)])
    facts, source = read(whole[:-1])
    assert len([fact for fact in facts if getattr(fact, "at_rest", "") == "none"]) == 3
    assert "the file ends within a list" in source.incomplete


def test_an_unknown_version_is_left_out(read: Read) -> None:
    finding = prowler("rds_instance_storage_encrypted", "FAIL", RDS_ARN)
    finding["metadata"]["version"] = "2.0.0"
    facts, source = read(json.dumps([finding]))
    assert not facts
    assert "unsupported OCSF version 2.0.0 (supported: 1.x)" in source.first_skipped


def test_a_mixed_export_reads_what_it_knows(read: Read) -> None:
    facts, source = read(json.dumps([{"a": 1}, prowler("rds_instance_storage_encrypted", "FAIL", RDS_ARN), [1]]))
    assert len([fact for fact in facts if getattr(fact, "at_rest", "") == "none"]) == 1
    assert source.skipped == 2


def test_nonsense_behind_its_marks_is_one_clear_line(read: Read) -> None:
    with pytest.raises(InputError, match="not valid JSON"):
        read('nonsense "event_code" "status_code" "Prowler"')[0]
