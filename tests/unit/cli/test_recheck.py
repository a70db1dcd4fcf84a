"""``tieback recheck`` and ``tieback watch``, as a user types them."""

import json
import re
import signal
from pathlib import Path

import msgspec
import pytest

from tests.each import each
from tests.lab.ports import free_port
from tests.unit.cases.samples import NOW, case
from tests.unit.cli.conftest import Run
from tests.unit.pipeline.disclosure.test_recheck import GRANT, opened
from tieback.cases.events import CaseEvent
from tieback.cli.recheck import _round_text, parse_interval, select_cases
from tieback.model.case import RecheckVerdict
from tieback.model.errors import UsageError
from tieback.scope.grant import render_grant


@pytest.fixture
def grant(tmp_path: Path) -> Path:
    path = tmp_path / "grant.toml"
    path.write_text(render_grant(GRANT))
    return path


def test_a_store_closed_in_two_rechecks_is_fixed(run: Run, tmp_path: Path, grant: Path) -> None:
    opened(tmp_path, free_port())
    first = run("recheck", "--grant", grant, "-w", "ws", "--format", "json")
    assert json.loads(first.out)["verdict"] == "closed"
    assert "1 case closed, and not fixed yet: that takes a second re-check after at least 24 hours" in first.err
    (tmp_path / "policy.toml").write_text("[recheck]\nhours = 0\n")
    ended = run("recheck", "--grant", grant, "-w", "ws", "--format", "json", "--policy", "policy.toml")
    (event,) = [json.loads(line) for line in ended.out.splitlines()]
    assert (ended.code, event["verdict"], event["before"], event["state"]) == (0, "fixed", "found", "fixed")
    assert "not fixed yet" not in ended.err
    out = run("recheck", "--grant", grant, "-w", "ws", "--case", event["case"]).out
    assert "fixed" in out
    assert "no cases to check" in run("recheck", "--grant", grant, "-w", "ws", "--state", "notified").err
    assert run("recheck", "--grant", grant, "-w", "ws", "--case", "case-zzz").code == 2


@each("verdict", RecheckVerdict)
def test_help_guide_and_page_name_every_verdict_that_the_command_prints(run: Run, verdict: RecheckVerdict) -> None:
    help_text = " ".join(run("recheck", "--help").out.replace("│", " ").split())
    listed = help_text.partition("The verdict is one of: ")[2].partition(".")[0].split(", ")
    assert verdict.value.replace("_", " ") in listed
    assert len(listed) == len(RecheckVerdict)
    root = Path(__file__).parents[3]
    table = (root / "docs/howto/cases.md").read_text().partition("## Re-checks")[2].partition("\n\nIf")[0]
    assert re.search(rf"^\|[^|]*`{verdict.value}`", table, re.MULTILINE)
    assert f'"{verdict.value}": "' in (root / "src/tieback/web/templates/case.html").read_text()


def test_one_round_of_watching(run: Run, tmp_path: Path, grant: Path) -> None:
    opened(tmp_path, free_port())
    before = signal.getsignal(signal.SIGINT)
    ended = run("watch", "--grant", grant, "-w", "ws", "--once")
    assert signal.getsignal(signal.SIGINT) is before
    assert (ended.code, json.loads(ended.out)["verdict"]) == (0, "closed")
    assert "1 checked, 1 changed" in ended.err
    (tmp_path / "hooks.toml").write_text(f'[[webhook]]\nname = "a"\nurl = "http://127.0.0.1:{free_port()}/"\n')
    ended = run("watch", "--grant", grant, "-w", "ws", "--once", "--webhooks", "hooks.toml")
    assert (ended.code, "0 changed; webhooks: 0 delivered" in ended.err) == (0, True)
    assert run("watch", "--grant", grant, "-w", "ws", "--once", "--every", "often").code == 2
    assert run("watch", "--grant", grant, "-w", "none", "--once").code == 4


def event(case: str, kind: str, *, news: bool) -> CaseEvent:
    fields = {"id": f"{case}-{kind}", "kind": kind, "case": case, "vendor": "v", "store": "s", "news": news}
    more = {"time": NOW, "severity": "high", "state": "found", "before": "found", "places": []}
    return msgspec.convert({**fields, **more}, CaseEvent)


def test_a_case_with_several_events_in_a_round_is_counted_once() -> None:
    lost = [event("a", "state", news=True), event("a", "check", news=False), event("b", "check", news=True)]
    assert _round_text(lost) == "2 checked, 2 changed"
    late = [event("a", "late", news=True), event("a", "check", news=False)]
    assert _round_text(late) == "1 checked, 0 changed, 1 late"
    assert _round_text([]) == "0 checked, 0 changed"


@pytest.mark.parametrize(("text", "seconds"), [("30m", 1800), ("6h", 21_600), ("1d", 86_400)])
def test_interval_texts_are_parsed(text: str, seconds: float) -> None:
    assert parse_interval(text) == seconds


@each("text", ["", "6", "h", "0h", "-1h", "1w"])
def test_no_times(text: str) -> None:
    with pytest.raises(UsageError, match="not an interval"):
        parse_interval(text)


def test_cases_by_beginnings() -> None:
    cases = [case("es-1"), case("es-2"), case("pg-1")]
    assert select_cases(cases, []) == cases
    assert [one.id for one in select_cases(cases, ["es"])] == ["case-es-1", "case-es-2"]
    with pytest.raises(UsageError, match="no such case"):
        select_cases(cases, ["zz"])
