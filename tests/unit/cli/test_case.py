"""``tieback case``, as a user types it."""

import json
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.workspaces import make
from tieback.cli.case import EXPORT_FORMATS


@pytest.fixture
def opened(run: Run, tmp_path: Path) -> Run:
    make(tmp_path, stores=(exposure(),))
    ended = run("case", "open", "-w", "ws")
    assert (ended.code, "1 opened, 0 already known" in ended.err) == (0, True)

    def call(*words: str | Path) -> object:
        return run(*words, "-w", "ws")

    return call  # type: ignore[return-value]


def only(run: Run) -> str:
    (line,) = run("case", "list", "--format", "json").out.splitlines()
    return str(json.loads(line)["id"])


def test_case_from_found_to_notified(opened: Run, tmp_path: Path) -> None:
    key = only(opened)
    (tmp_path / "mail.eml").write_text("x")
    assert opened("case", "note", key, "they called", "--attach", "mail.eml", "--by", "Ann").code == 0
    assert "notified, due" in opened("case", "advance", key, "notified", "--channel", "email").err
    shown = opened("case", "show", key).out
    for part in ("they called (Ann)", "elasticsearch 7.10.2", "notified by: email", "Fieldhand 4.0.7", "sha256"):
        assert part in shown.replace("\n", " ")
    assert json.loads(opened("case", "show", key, "--format", "json").out)["case"]["state"] == "notified"
    ended = opened("case", "advance", key, "fixed")
    assert (ended.code, "Only `tieback recheck` sets this state" in ended.err) == (2, True)
    assert opened("case", "attest", key, "--on", "2026-03-01").code == 0
    assert opened("case", "note", key).code == 2


def test_what_is_due(opened: Run) -> None:
    key = only(opened)
    assert key in opened("case", "due", "--days", "7").out
    assert key not in opened("case", "due", "--days", "3").out
    assert "2031-01-01" in opened("case", "due", key, "--on", "2031-01-01").out
    assert opened("case", "due", key).code == 2


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_exports(opened: Run, tmp_path: Path, form: str) -> None:
    assert opened("case", "export", "--format", form, "-o", "out/cases").code == 0
    assert b"elasticsearch" in (tmp_path / "out" / "cases").read_bytes()


def test_the_rest(opened: Run, run: Run) -> None:
    assert "entries, last hash" in opened("case", "verify").out
    assert json.loads(opened("case", "verify", "--format", "json").out)["ok"] is True
    assert "Fieldhand Ltd" in opened("case", "stats", "--by", "vendor").out
    assert json.loads(opened("case", "stats", "--format", "json").out)["cases"] == 1
    assert opened("case", "stats", "--by", "moon").code == 2
    assert opened("case", "export", "--format", "xls").code == 2
    assert "[days]" in run("case", "policy").out
    assert "0 opened, 1 already known" in opened("case", "open").err
    assert opened("case", "list", "--state", "fixed").out.count("\n") == 1
    assert run("case", "list", "-w", "none").code == 4
