"""What else differs between two reports: audience, version, rules, plug-ins."""

import io
import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import the_report
from tieback.console import open_console
from tieback.model.report.document import Report
from tieback.model.report.used import PluginUsed, RulesUsed
from tieback.report import by_name
from tieback.report.diff.basis import basis_notes
from tieback.report.diff.compare import baseline_of, compare
from tieback.report.diff.markdown import as_markdown
from tieback.report.diff.page import as_page
from tieback.report.diff.past import PastReport, past_from_report, read_past
from tieback.report.diff.terminal import print_comparison

OLD = the_report()
WHY = "a finding may be new, changed or missing only because of that"


def rules(*files: tuple[str, str]) -> tuple[RulesUsed, ...]:
    return tuple(RulesUsed(name, "option", digest, 1) for name, digest in files)


def plugins(*known: tuple[str, str]) -> tuple[PluginUsed, ...]:
    return tuple(PluginUsed(name, "reader", version, "made-up") for name, version in known)


CASES = [
    # older, newer, notes
    ({}, {}, ()),
    ({"audience": "public"}, {}, ("The two reports are for different audiences: ",)),
    ({"tool_version": "0.2.0"}, {"tool_version": "0.3.0"},
     ("tieback 0.2.0 made the older report, and 0.3.0 the newer",)),
    ({"tool_version": ""}, {"tool_version": "0.3.0"}, ()),
    ({"rules": rules(("a.toml", "1"))}, {"rules": rules(("a.toml", "1"))}, ()),
    ({}, {"rules": rules(("b.toml", "1"), ("a.toml", "1"))},
     ("Rules of users differ (only in the newer report: a.toml, b.toml)",)),
    ({"rules": rules(("a.toml", "1"), ("c.toml", "1"))}, {"rules": rules(("c.toml", "2"))},
     ("Rules of users differ (only in the older report: a.toml; changed: c.toml)",)),
    ({"plugins": plugins(("p", "1"))}, {"plugins": plugins(("p", "2"))}, ("Plug-ins differ (changed: p)",)),
]  # fmt: skip


@pytest.mark.parametrize(("older", "newer", "notes"), CASES)
@pytest.mark.parametrize("name", ["", "json", "ndjson"])
def test_notes(
    tmp_path: Path, name: str, older: dict[str, object], newer: dict[str, object], notes: tuple[str]
) -> None:
    def past(report: Report, stem: str) -> PastReport:
        if not name:
            return past_from_report(report, stem)
        with (tmp_path / stem).open("wb") as out:
            by_name(name).render(report, out)
        return read_past(tmp_path / stem)

    found = basis_notes(past(replace(OLD, **older), "old"), past(replace(OLD, **newer), "new"))
    assert len(found) == len(notes)
    for note, begin in zip(found, notes, strict=True):
        assert note.startswith(begin)
        assert WHY in note or "audiences" in note


@pytest.mark.parametrize("form", ["terminal", "markdown", "html"])
def test_each_output_of_a_comparison_has_the_notes(form: str) -> None:
    hostile = "\x1b[31m<b>.toml"
    old = past_from_report(replace(OLD, tool_version="0.0.9"), "old.json")
    new = past_from_report(replace(OLD, rules=rules((hostile, "1"))), "new.json")
    found, text = compare(old, new), io.StringIO()
    if form == "terminal":
        print_comparison(found, open_console(width=400, file=text, color_system=None))
    else:
        text.writelines(as_markdown(found) if form == "markdown" else as_page(found))
    assert "tieback 0.0.9 made the older report" in text.getvalue()
    assert "only in the newer report: " in text.getvalue()
    assert "\x1b" not in text.getvalue()
    assert form == "terminal" or "<b>" not in text.getvalue()


def test_a_report_with_a_baseline_has_the_notes() -> None:
    old = past_from_report(replace(OLD, tool_version="0.0.9"), "old.json")
    report = replace(OLD, baseline=baseline_of(compare(old, past_from_report(OLD, "this run"))))
    out = io.BytesIO()
    for name in ("terminal", "markdown", "html", "json"):
        out = io.BytesIO()
        by_name(name).render(report, out)
        assert "tieback 0.0.9 made the older report" in " ".join(out.getvalue().decode().split()), name
    assert json.loads(out.getvalue())["baseline"]["notes"] == list(report.baseline.notes if report.baseline else ())
