"""Steampipe's rows and Powerpipe's benchmarks."""

import json
from typing import Any

import pytest

from tests.unit.posture.conftest import Read, Settle
from tests.unit.posture.exports import EXPORTS, RDS_ARN

ROWS: dict[str, Any] = json.loads(EXPORTS["steampipe"][1])
BENCHMARK: dict[str, Any] = json.loads(EXPORTS["powerpipe"][1])


@pytest.mark.parametrize("text", [json.dumps(ROWS), json.dumps(ROWS["rows"])])
def test_table_rows_are_described(text: str, read: Read, settle: Settle) -> None:
    facts, _ = read(text)
    one = settle(facts)[RDS_ARN]
    assert (one.flag, one.at_rest, one.listens, one.needs) == ("yes", "none", 5432, ("sg-0a",))


def test_a_table_may_be_named(read: Read, settle: Settle) -> None:
    rows = {"columns": [], "rows": [{"db_instance_identifier": "x", "storage_encrypted": False}]}
    facts, source = read(json.dumps(rows))
    assert not facts
    assert "pass --resource with the table name" in source.first_skipped
    facts, _ = read(json.dumps(rows), resource="aws_rds_db_instance", account="1", region="eu-west-1")
    (one,) = settle(facts).values()
    assert one.at_rest == "none"


@pytest.mark.parametrize(
    ("status", "at_rest"), [("alarm", "none"), ("ok", "encrypted"), ("skip", None), ("error", None)]
)
def test_controls(status: str, at_rest: str | None, read: Read, settle: Settle) -> None:
    value = json.loads(EXPORTS["powerpipe"][1])
    results = value["groups"][0]["controls"][0]["results"]
    value["groups"][0]["controls"][0]["results"] = [{**results[0], "status": status}]
    facts, source = read(json.dumps(value))
    assert [one.at_rest for one in settle(facts).values()] == ([at_rest] if at_rest else [])
    assert sum(source.failed.values()) == (0 if at_rest else 1)


def test_groups_may_be_nested(read: Read) -> None:
    nested = {"group_id": "a", "groups": [{"group_id": "b", "groups": BENCHMARK["groups"]}]}
    assert len(read(json.dumps(nested))[0]) == 1


def test_groups_without_end_are_left_out(read: Read) -> None:
    value: dict[str, Any] = BENCHMARK["groups"][0]
    for _ in range(60):
        value = {"group_id": "x", "groups": [value]}
    facts, source = read(json.dumps(value))
    assert not facts
    assert "nested too deeply" in source.first_skipped
