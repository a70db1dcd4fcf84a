"""Which outputs are written in place, because they are no files, and what a format does not contain."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import LANTERN, of_accounts
from tieback.assess.conditions import load_conditions
from tieback.model.exposure import Severity
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem, UnreadCode, UnreadKind
from tieback.report import by_name, renderers
from tieback.report.files import is_device, left_out_text

TEXTS = [renderer.meta.name for renderer in renderers() if renderer.meta.name != "pdf"]
"""Every format with a text. A PDF file is the HTML page."""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/dev/null", True),
        ("/dev/no-such-device", True),
        ("/proc/self/fd/1", True),
        ("/dev/shm/report.json", False),
        ("/dev/shm/../null", True),
        ("/no-such-folder/report.json", False),
    ],
)
def test_devices(path: str, expected: bool) -> None:
    assert is_device(Path(path)) is expected


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue().decode()


def without_grant(report: Report, tabled: Callable[..., Report]) -> Report:
    """A finding in an app, and no store."""
    whole = next(report.findings.rows())
    one = replace(
        whole, id="fnd-key", rule="superuser-key-in-app", title="Live key in the app", severity=Severity.CRITICAL,
        exposures=(), apps=(LANTERN.sha256,), evidence=("sk***e4 (42): assets/config.json at 0x130",),
    )  # fmt: skip
    apps = [replace(summary, exposures=()) for summary in report.apps.rows()]
    return tabled(report, scope=None, exposures=(), apps=apps, findings=[one])


def without_app(report: Report, tabled: Callable[..., Report]) -> Report:
    """A store that the user named."""
    store = next(report.exposed.rows())
    found = replace(next(report.findings.rows()), id="fnd-named", title="Named store is open", apps=())
    found = replace(found, exposures=(store.id,))
    return tabled(report, apps=(), exposures=[replace(store, routes=())], findings=[found], without_inputs=True)


def with_suppressed(report: Report, tabled: Callable[..., Report]) -> Report:
    first, *rest = report.findings.rows()
    by = Suppression("test system", "jo@example.org", str(date(2027, 3, 31)))
    apart = LazyTable.of([SuppressedFinding(replace(first, title="Set apart"), by)])
    return tabled(report, findings=rest, suppressed=apart)


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("change", [without_grant, without_app, with_suppressed])
def test_a_finding_is_in_the_output_or_the_user_sees_that_it_is_not(
    name: str, change: Callable[..., Report], report: Report, tabled: Callable[..., Report]
) -> None:
    changed = change(report, tabled)
    text, note = rendered(changed, name), left_out_text(changed, by_name(name), "x")
    findings = [*changed.findings.rows(), *(one.finding for one in changed.suppressed.rows())]
    missing = [one for one in findings if one.title not in text]
    # A terminal only gets the number of suppressed findings.
    ways = (f"not in x: {len(missing)} finding", f"not in x: {len(missing)} suppressed finding")
    counted = f"Suppressed: {len(missing)} finding"
    assert not missing or note.startswith(ways) or (name == "terminal" and counted in text)


def test_findings_about_own_accounts_are_for_no_advisory(report: Report, tabled: Callable[..., Report]) -> None:
    whole = tabled(report, findings=[of_accounts()])
    assert left_out_text(whole, by_name("csaf"), "a.csaf.json") == (
        "not in a.csaf.json: products and vulnerabilities, because it has no finding (profile csaf_base); "
        "1 finding about your own accounts, because an advisory is for others; what was not read of 1 app"
    )


def test_a_format_with_everything_has_no_note(report: Report, tabled: Callable[..., Report]) -> None:
    whole = replace(report, partly_read=LazyTable.of([]))
    silent = {name for name in TEXTS if not left_out_text(whole, by_name(name), "x")}
    assert silent == set(TEXTS) - {"stix", "recipients-csv"}


CUT = CaptureSummary(
    "runs/shop.pcap", "0" * 64, 2, 1, 0, (), problems=(Problem("cut here", "byte 7", UnreadKind.DAMAGED),),
    unread=(UnreadCode(UnreadKind.DAMAGED, "cut here", "byte 7"),),
)  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_not_read_of_the_inputs_is_in_the_output_or_the_user_sees_that_it_is_not(
    name: str, report: Report
) -> None:
    head = replace(report.headline, captures_partly_read=1, captures_damaged=1, files_skipped=3, inputs_failed=1)
    failed = Problem("not a ZIP archive", "lost.apk", UnreadKind.WHOLE)
    skipped = Problem("3 files were not read, such as a.txt: not captures", "runs")
    changed = replace(
        report,
        headline=head,
        captures=LazyTable.of([CUT]),
        problems=LazyTable.of([*report.problems.rows(), skipped, failed]),
    )
    text, note = " ".join(rendered(changed, name).split()), left_out_text(changed, by_name(name), "x")
    assert ("shop.pcap" in text and "cut here" in text) or "what was not read of 1 app and 1 capture" in note
    assert "3 files were not read, such as a.txt: not captures" in text or "3 files of the inputs passed over" in note
    assert ("lost.apk" in text and "not a ZIP archive" in text) or "1 input that could not be read" in note


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("named", [True, False], ids=["named by the user", "of an app"])
def test_content_that_was_not_counted_is_in_the_output_or_the_user_sees_that_it_is_not(
    name: str, named: bool, report: Report, tabled: Callable[..., Report]
) -> None:
    whole = next(report.exposed.rows())
    store = replace(whole, unlisted=("78 databases; only the first 64 were probed",))
    found = replace(
        next(report.findings.rows()), exposures=(store.id,), evidence=load_conditions()["open-store"](store)
    )
    changed = tabled(report, exposures=[store], findings=[found])
    if named:
        store = replace(store, routes=())
        found = replace(found, apps=())
        changed = tabled(report, apps=(), exposures=[store], findings=[found], without_inputs=True)
    text, note = " ".join(rendered(changed, name).split()), left_out_text(changed, by_name(name), "x")
    assert "only the first 64 were probed" in text or "1 finding" in note


def of_closed_store(report: Report, tabled: Callable[..., Report], figure: Figure) -> Report:
    store = next(one for one in report.answered.rows() if one.id == "exp-tillroll")
    store = replace(store, records=figure, bytes=figure)
    found = replace(next(report.findings.rows()), rule="tls-version-old", exposures=(store.id,))
    return tabled(report, exposures=[store], findings=[found])


@pytest.mark.parametrize("figure", [exact(0, ""), lower_bound(0, "")], ids=["older run", "this release"])
def test_what_is_not_known_is_no_zero(figure: Figure, report: Report, tabled: Callable[..., Report]) -> None:
    """Nothing in the store was read, because it requires a login."""
    whole = of_closed_store(report, tabled, figure)
    (row,) = csv.DictReader(io.StringIO(rendered(whole, "csv").removeprefix("\ufeff")))
    assert [row[name] for name in ("records", "records_quality", "bytes", "bytes_quality")] == [""] * 4
    event = json.loads(rendered(whole, "ocsf").splitlines()[0])
    (data,) = [one["data"] for one in event["resources"] if "data" in one]
    assert not {"records", "records_quality", "bytes"} & set(data)
    assert "tieback:records" not in rendered(whole, "cyclonedx")
    for name in ("stix", "defectdojo"):
        assert "records not measured, size not measured" in rendered(whole, name).replace("\\", "")
