"""``tieback backend``: what is known of a host, and what leads there."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_DATA", str(tmp_path / "data"))


def test_why_on_a_bare_name(run: Run) -> None:
    ended = run("backend", "why", "mydb.c9akciq32.eu-west-1.rds.amazonaws.com", "--format", "json")
    found = json.loads(ended.out)
    assert (ended.code, found["schema"]) == (0, "tieback/backend-why/1")
    assert (found["provider"], found["product"], found["region"]) == ("Amazon Web Services", "Amazon RDS", "eu-west-1")
    assert found["account_boundary"] == "aws-rds:mydb.c9akciq32.eu-west-1"
    assert all(one["reason"] and 0 < one["confidence"] <= 1 for one in found["statements"])


def test_why_as_a_table(run: Run) -> None:
    ended = run("backend", "why", "shop-1.firebaseio.com", "198.51.100.9")
    assert ended.code == 0
    assert "Firebase Realtime Database" in ended.out
    assert "RFC 5737" in ended.out
    assert "nothing was asked of the network" in ended.out


@pytest.mark.parametrize(("hosts", "code"), [(("a b",), 2), (("a b", "example.org"), 3), (("a b", "0x7f.1"), 4)])
def test_what_is_no_host(run: Run, hosts: tuple[str, ...], code: int) -> None:
    ended = run("backend", "why", *hosts)
    assert ended.code == code
    assert ended.err.startswith("tieback: a b")
