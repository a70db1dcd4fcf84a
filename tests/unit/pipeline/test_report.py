"""The report of a workspace is the same a second time, and a missing run is one clear error."""

import html
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import fleet_report
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.errors import WorkspaceError
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.report.scope import SkipReason
from tieback.pipeline.graph.run_graph import last_graph
from tieback.pipeline.report import last_report, run_report
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.report import by_name
from tieback.report.texts.about import scope_lines
from tieback.report.texts.headline import headline_text
from tieback.report.texts.unprobed import unprobed_text
from tieback.scope.grant import EXPIRED, render_grant
from tieback.scope.resolver import DNS_NOT_ALLOWED
from tieback.scope.shared_hosts import UNLISTED
from tieback.storage.lake.tables.probes import ProbeWriter, save_backends
from tieback.storage.workspace import Workspace

APPS = Path(__file__).parents[3] / "labs" / "apps"


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def test_the_last_run_can_be_rendered_again(tmp_path: Path) -> None:
    first, second = BytesIO(), BytesIO()
    with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
        by_name("json").render(done.report, first)
    with last_report(tmp_path / "ws") as report:
        by_name("json").render(report, second)
        assert [app.has_api for app in report.apps.rows() if app.app.bundle_id == "com.workhub.mobile"] == [True]
        assert [app.has_api for app in report.apps.rows() if app.app.bundle_id == "org.fieldhand.app"] == [False]
    assert first.getvalue() == second.getvalue()


def test_damaged_parts_are_in_the_headline_or_an_error(tmp_path: Path) -> None:
    with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet):
        pass
    files = sorted((tmp_path / "ws" / "lake" / "parts").glob("*/*.parquet"))
    assert files
    parts = sorted({file.parent for file in files})
    with_apps = [part for part in parts if (part / "apps.parquet").exists()]
    for file in with_apps[0].iterdir():
        file.write_bytes(b"damaged")
    with last_report(tmp_path / "ws") as report:
        text = headline_text(report)
        assert report.headline.damaged_parts == 1
        assert text.startswith("Incomplete: 1 part of the stored results is damaged and ignored")
    for file in files:
        file.write_bytes(b"damaged")
    with pytest.raises(WorkspaceError, match=r"all \d+ parts of the lake are damaged"), last_report(tmp_path / "ws"):
        pass


def test_no_headline_counts_more_affected_apps_than_apps() -> None:
    whole = fleet_report()
    head = replace(whole.headline, apps_analysed=0, apps_affected=31, damaged_parts=2)
    text = headline_text(replace(whole, headline=head))
    assert text.startswith("Incomplete: 2 parts of the stored results are damaged and ignored")
    assert "31 of 0" not in text


def test_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"), last_report(tmp_path / "none"):
        pass
    Workspace.open(tmp_path / "ws").close()
    with pytest.raises(WorkspaceError, match="no finished run"), last_report(tmp_path / "ws"):
        pass


def test_unfinished_run_is_reported(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.ledger.start_run(["x"])
    with (
        pytest.raises(WorkspaceError, match=r"has not ended.*it resumes where it stopped"),
        last_report(tmp_path / "ws"),
    ):
        pass


def test_a_later_run_that_has_not_ended_is_a_problem_of_the_report(tmp_path: Path) -> None:
    with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
        before = done.report.problems.count
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.ledger.start_run(["another"])
    with last_report(tmp_path / "ws") as report:
        assert report.problems.count == before + 1 == len(list(report.problems.rows()))
        assert "has not finished and is not part of this report" in next(report.problems.rows()).what


def test_tables_and_history(tmp_path: Path) -> None:
    for runs in (0, 1):
        with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
            by = {table.by: [(group.name, group.analysed) for group in table.groups] for table in done.report.tables}
            assert by["platform"] == [("android", 3)]
            assert done.report.closer is None
            found = done.report.history
            assert (found.runs if found else 0) == runs


RULE = TargetRule("a.test", "any", Depth.DESCRIBE)
GRANT = Grant(authorised_by="x", contact="y@example.org", not_after=date(2999, 1, 1), target=(RULE,))
NOT_PROBED = (
    (Outcome.BUDGET_SPENT, "budget_spent: 12 connections were made", SkipReason.OVER_BUDGET),
    (Outcome.OUT_OF_SCOPE, f"{EXPIRED} 2026-01-01", SkipReason.EXPIRED),
    (Outcome.OUT_OF_SCOPE, f"a.test is not in [hosts], and {DNS_NOT_ALLOWED}", SkipReason.DNS_NOT_ALLOWED),
    (Outcome.OUT_OF_SCOPE, "no target of the grant covers it", SkipReason.OUTSIDE),
    (Outcome.OUT_OF_SCOPE, f"{UNLISTED} the project 'club' of Cloud Firestore", SkipReason.RESOURCE),
)


def test_several_endpoints_of_a_host_are_one_back_end(tmp_path: Path) -> None:
    urls = [Endpoint(EndpointKind.URL, f"https://a.test/{at}", "https", "a.test", 443, f"/{at}") for at in range(3)]
    shared = [Endpoint(EndpointKind.CLOUD, f"firestore:{name}", "https", "firestore.test", 443) for name in "xy"]
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.start_run(["a.apk"])
        save_backends(workspace.lake, run, [Backend(one, resolved_by="no grant") for one in (*urls, *shared)])
        workspace.ledger.end_run(run)
    with last_graph(tmp_path / "ws", tmp_path) as graph:
        lines = list(graph.lines())
    with run_report(tmp_path / "ws") as report:
        assert report.backends.count == 5
        assert report.backends_named == len(lines) == 3
        assert unprobed_text(report).startswith("3 back ends not probed: there is no grant.")


@pytest.mark.parametrize("probed", [0, 2])
def test_hosts_without_an_address_are_not_contacted_in_every_figure(tmp_path: Path, probed: int) -> None:
    """A name outside the grant gives no candidate, and counts in the key as in the texts."""
    endpoints = [Endpoint(EndpointKind.URL, f"https://{name}.test", "https", f"{name}.test", 443) for name in "bcd"]
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.start_run(["a.apk"], render_grant(GRANT))
        save_backends(workspace.lake, run, [Backend(one, resolved_by="no target of the grant") for one in endpoints])
        with ProbeWriter(workspace.lake, run) as writer:
            for port in range(probed):
                writer.add(ProbeReport(f"a.test:{port + 1}", Outcome.OUT_OF_SCOPE, problems=("no target covers it",)))
        workspace.ledger.end_run(run)
    with run_report(tmp_path / "ws") as report:
        scope = report.scope
        assert scope is not None
        assert dict(scope.skipped) == {SkipReason.OUTSIDE: 3 + probed}
        assert scope.targets_out_of_scope == 3 + probed
        assert scope.candidates == scope.targets_asked + scope.targets_out_of_scope
        assert f"{3 + probed} outside the grant" in dict(scope_lines(scope))["Probed"]


def test_candidates_that_were_not_probed_are_counted_by_reason(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        run = workspace.ledger.start_run(["a.apk"], render_grant(GRANT))
        with ProbeWriter(workspace.lake, run) as writer:
            for number, (outcome, problem, _) in enumerate(NOT_PROBED, start=1):
                for port in range(number):
                    writer.add(ProbeReport(f"a.test:{port + 1}", outcome, Access.UNKNOWN, problems=(problem,)))
        workspace.ledger.end_run(run)
    with run_report(tmp_path / "ws") as report:
        assert report.scope is not None
        counts = {reason: number for number, (_, _, reason) in enumerate(NOT_PROBED, start=1)}
        assert report.scope.unprobed == counts
        assert (report.scope.candidates, report.scope.probed) == (15, 0)
        assert (report.scope.targets_asked, report.scope.targets_out_of_scope) == (1, 14)
        headline = headline_text(report)
        assert headline.startswith("0 apps analysed. 0 of 15 candidates were probed: ")
        assert [count for count in counts.values() if f"{count} because " in headline] == [1, 2, 3, 4, 5]
        for name in ("terminal", "html", "markdown"):
            out = BytesIO()
            by_name(name).render(report, out)
            text = " ".join(re.sub("<[^>]*>", "", html.unescape(out.getvalue().decode())).replace("\\", "").split())
            assert "0 of 15 candidates were probed" in text, name
            assert "1 because the limits of the grant ended the probe. Raise [limits]." in text, name
        out = BytesIO()
        by_name("json").render(report, out)
        assert dict(json.loads(out.getvalue())["scope"]["skipped"]) == counts
