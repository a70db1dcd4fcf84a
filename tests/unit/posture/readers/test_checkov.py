"""Checkov: what templates ask for is planned, and counted apart."""

import json

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import EXPORTS


def test_json(read: Read, settle: Settle) -> None:
    facts, source = read(EXPORTS["checkov"][1])
    (one,) = settle(facts).values()
    assert one.planned
    assert (one.at_rest, one.flag, one.public, one.service) == ("none", "no", "no", "rds")
    assert one.key == "template:/main.tf:aws_db_instance.orders"
    assert source.failed == {"/broken.tf: not parsed": 1}


def test_several_frameworks_in_one_list(read: Read) -> None:
    report = json.loads(EXPORTS["checkov"][1])
    facts, _ = read(json.dumps([report, {**report, "check_type": "cloudformation"}]))
    assert len(facts) == 6  # an unknown check still names the resource


def test_sarif_has_only_failures(read: Read, settle: Settle) -> None:
    facts, _ = read(EXPORTS["checkov-sarif"][1])
    (one,) = settle(facts).values()
    assert (one.at_rest, one.flag, one.key, one.planned) == ("none", "unknown", "template:main.tf:3", True)


def test_another_version_of_sarif_is_named(read: Read) -> None:
    _, source = read(EXPORTS["checkov-sarif"][1].replace('"version": "2.1.0"', '"version": "3.0.0"'))
    assert "unsupported SARIF version 3.0.0 (supported: 2.1.0)" in source.first_skipped


def test_a_check_of_several_kinds_is_a_word_on_what_its_resource_is(read: Read) -> None:
    report = json.loads(EXPORTS["checkov"][1])
    report["results"]["failed_checks"][0]["resource"] = "module.shop.aws_rds_cluster.orders"
    report["results"]["failed_checks"][1] = {
        **report["results"]["failed_checks"][0],
        "resource": "aws_db_parameter_group.x",
    }
    facts, _ = read(json.dumps(report))
    assert [(fact.service, fact.name) for fact in facts] == [  # type: ignore[union-attr]
        ("rds", "aws_db_instance.orders"),
        ("rds", "module.shop.aws_rds_cluster.orders"),
    ]
