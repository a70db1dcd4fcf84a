"""A workspace of an earlier release opens, reports and re-checks the same."""

import json
import re
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.unit.cli.conftest import Run
from tieback.storage.ledger.database import back_up_sqlite
from tieback.storage.ledger.inventory_load import _facts_of
from tieback.storage.ledger.tables import (
    LedgerState,
    inventory_app_facts,
    inventory_app_sources,
    inventory_apps,
)
from tieback.storage.workspace import SCHEMA, Workspace

OLD = Path(__file__).parent / "workspaces" / "0.1"
TEXTS = {
    "title",
    "advice",
    "text",
    "why",
    "reason",
    "reasons",
    "problem",
    "note",
    "notice",
    "summary",
    "words",
    "condition",
}
"""Keys whose values are sentences: a release may rewrite them."""
VOLATILE = {"audit_log", "id", "time", "generated", "tool_version", "version_of_tool"}


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    with tarfile.open(OLD / "workspace.tar.xz") as tar:
        tar.extractall(tmp_path, filter="data")
    return tmp_path / "workspace"


def known(new: Any, old: Any) -> Any:
    """The new document without keys that the old release did not write: keys may be added, never changed."""
    if isinstance(new, dict) and isinstance(old, dict):
        return {key: known(new[key], old[key]) for key in new if key in old}
    if isinstance(new, list) and isinstance(old, list) and len(new) == len(old):
        return [known(one, before) for one, before in zip(new, old, strict=True)]
    return new


def lines(text: str) -> list[Any]:
    return [json.loads(line) for line in text.splitlines()]


def in_order(documents: list[Any]) -> list[Any]:
    """Documents of cases by their ID: a release may change which one comes first."""
    return sorted(documents, key=lambda one: str(one.get("case", one.get("id", ""))))


def shape(value: Any) -> Any:
    """The document with its keys, figures and names, without sentences and times."""
    if isinstance(value, dict):
        return {key: "" if key in TEXTS else shape(item) for key, item in value.items() if key not in VOLATILE}
    return [shape(item) for item in value] if isinstance(value, list) else value


def test_units_are_read_by_their_earlier_state_and_the_ledger_is_backed_up(workspace: Path) -> None:
    with Workspace.open(workspace, create=False) as opened:
        assert opened.ledger.counts() == {LedgerState.DONE: 6, LedgerState.QUARANTINED: 1}
        assert [row.problem for row in opened.ledger.unfinished()] == ["exceeded its memory limit"]
        assert opened.ledger.retry_quarantined() == 1
    assert (workspace / "VERSION").read_text() == f"tieback workspace\nschema {SCHEMA}\n"
    with closing(sqlite3.connect(workspace / "backups" / "ledger.schema-5.db")) as backup:
        assert backup.execute("SELECT count(*) FROM units WHERE state = 'poison'").fetchone() == (1,)
        assert backup.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_names_of_apps_of_earlier_imports_count_for_each_source(workspace: Path) -> None:
    with Workspace.open(workspace, create=False) as opened, opened.ledger.database.reading() as connection:
        apps = {row.id: row for row in connection.execute(sa.select(inventory_apps))}
        listed = connection.execute(sa.select(inventory_app_sources)).all()
        stated = list(connection.execute(sa.select(inventory_app_facts)).mappings())
    assert {(one["app"], one["source"]) for one in stated} == {(one.app, one.source) for one in listed}
    assert len(stated) == len(listed) > 0
    for one in stated:
        known = apps[one["app"]]
        assert (one["name"], one["publisher"], one["signer"]) == (known.name, known.publisher, known.signer)
        assert one["facts"] == _facts_of(one["app"], {**one})["facts"], (
            "a later import of the same facts finds this row"
        )


def test_an_upgrade_is_announced_once_with_the_place_of_the_backup(
    workspace: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        Workspace.open(workspace, create=False).close()
    told = [line.getMessage() for line in caplog.records if "upgrading" in line.getMessage()]
    copy = workspace / "backups" / "ledger.schema-5.db"
    assert told == [f"tieback: {workspace}: upgrading its ledger from schema 5 to {SCHEMA}. The backup is {copy}"]
    assert copy.exists()


def test_an_upgrade_of_a_copy_is_announced_too(
    workspace: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tieback.storage.workspace.is_read_only", lambda _: True)
    Workspace.open(workspace, create=False).close()
    (told,) = [line.getMessage() for line in caplog.records if "schema" in line.getMessage()]
    assert told.endswith(f"its ledger has schema 5 and is upgraded to {SCHEMA} in a temporary copy only")
    assert not (workspace / "backups").exists()


def test_the_user_sees_it_on_stderr(workspace: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "tieback", "workspace", "show", "-w", str(workspace)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0
    assert f"upgrading its ledger from schema 5 to {SCHEMA}" in ended.stderr
    assert "upgrading" not in ended.stdout


def test_a_backup_is_never_overwritten(workspace: Path) -> None:
    copy = workspace / "backups" / "ledger.schema-5.db"
    copy.parent.mkdir()
    copy.write_bytes(b"of an earlier attempt")
    back_up_sqlite(workspace / "ledger.db", copy)
    assert copy.read_bytes() == b"of an earlier attempt"


def test_a_workspace_of_this_release_is_not_backed_up(tmp_path: Path) -> None:
    for _ in range(2):
        Workspace.open(tmp_path).close()
    assert not (tmp_path / "backups").exists()


def test_a_refused_workspace_is_not_upgraded(run: Run, workspace: Path) -> None:
    ended = run("scan", str(Path(__file__).parents[3] / "labs/apps/fieldhand.apk"), "-w", str(workspace))
    assert (ended.code, "upgrading" in ended.err) == (4, False), ended.err
    assert (workspace / "VERSION").read_text() == "tieback workspace\nschema 5\n"


def test_a_workspace_goes_back_to_its_copy(workspace: Path) -> None:
    """The steps of docs/howto/web/operate.md: the ledger and its schema are as before."""
    before = (workspace / "VERSION").read_text()
    Workspace.open(workspace, create=False).close()
    (workspace / "backups" / "ledger.schema-5.db").replace(workspace / "ledger.db")
    (workspace / "VERSION").write_text(before)
    with Workspace.open(workspace, create=False) as opened:
        assert opened.ledger.counts() == {LedgerState.DONE: 6, LedgerState.QUARANTINED: 1}


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (("report", "--format", "json"), "report.json"),
        (("backend", "list", "--format", "json"), "backends.jsonl"),
        (("case", "list", "--format", "json"), "cases.jsonl"),
        (("inventory", "list", "--format", "json"), "inventory.jsonl"),
    ],
)
def test_the_same_is_reported(run: Run, workspace: Path, command: tuple[str, ...], expected: str) -> None:
    ended = run(*command, "-w", str(workspace))
    assert ended.code == 0, ended.err
    before, now = in_order(lines((OLD / expected).read_text())), in_order(lines(ended.out))
    if expected == "report.json":
        # 0.1 did not count the candidate that it listed under `skipped`.
        assert (before[0]["scope"].pop("targets_out_of_scope"), now[0]["scope"].pop("targets_out_of_scope")) == (0, 1)
        # 0.1 did not name servers that answered and are no known store.
        assert [one["where"] for one in now[0].pop("problems")] == ["api.workhub.test:443"]
        assert before[0].pop("problems") == []
    if expected == "inventory.jsonl":
        for one in (*before, *now):
            one["classes"].sort()  # 0.1 sorted them by name; now the most sensitive come first
    assert shape(known(now, before)) == shape(before)


def test_a_recheck_knows_the_same_stores_and_calls_none_fixed_after_one_look(run: Run, workspace: Path) -> None:
    grant = workspace.parent / "lab" / "lab.toml"
    grant.write_text(re.sub("not_after = [0-9-]+", "not_after = 2999-01-01", grant.read_text()))
    ended = run("recheck", "--grant", str(grant), "-w", str(workspace), "--format", "json")
    assert ended.code == 0, ended.err
    before, now = in_order(lines((OLD / "recheck.jsonl").read_text())), in_order(lines(ended.out))
    assert all(then.keys() <= one.keys() for one, then in zip(now, before, strict=True))
    same = ("case", "kind", "places", "store", "vendor", "severity")
    assert [[one[key] for key in same] for one in now] == [[one[key] for key in same] for one in before]
    # 0.1 called each of them fixed. That needs a strong identity and a second look, hours later.
    assert {one["verdict"] for one in before} == {"fixed"}
    assert {one["verdict"] for one in now} <= {"closed", "closed_at_known_places"}
    assert {one["state"] for one in now} == {"found"}
