"""The rows of a vendor's report; what must not be in it is searched for in ``test_audience.py``."""

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import FIELDHAND, PARCELLO, REGISTER, in_tables, the_report
from tieback.model.exposure import Severity, SeverityFactor
from tieback.model.report.apps import DroppedName
from tieback.model.report.captures import CaptureSummary, ContactedServer, Encryption
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem, UnreadCode, UnreadKind
from tieback.model.source import SourceLocation, SourceMatch
from tieback.report.vendor import vendor_report


def test_rows_are_those_of_the_whole_report_in_its_order(report: Report) -> None:
    cut = vendor_report(report, PARCELLO.vendor, REGISTER)
    assert [store.id for store in cut.exposed.rows()] == ["exp-parcello"]
    assert cut.exposed.count == 1
    assert [store.id for store in cut.exposed.pick({"exp-fieldhand", "exp-parcello"})] == ["exp-parcello"]
    assert [summary.app for summary in cut.apps.pick({PARCELLO.sha256, FIELDHAND.sha256})] == [PARCELLO]
    assert list(cut.sightings.pick({FIELDHAND.sha256})) == []
    assert cut.ways == (1, 0)
    assert [finding.id for finding in cut.findings.rows()] == ["open-store:exp-parcello"]


def test_tables_can_be_read_again(report: Report) -> None:
    cut = vendor_report(report, FIELDHAND.vendor, REGISTER)
    for table in (cut.apps, cut.exposed, cut.findings, cut.probes, cut.sightings):
        assert len(list(table.rows())) == len(list(table.rows())) == table.count


def test_severity_is_recomputed_without_apps_of_other_vendors() -> None:
    whole = the_report()
    first, *rest = [store for store in whole.exposures() if store.id != "exp-fieldhand"]
    (shared,) = [store for store in whole.exposures() if store.id == "exp-fieldhand"]
    factors = (
        SeverityFactor("access", 12, "records are readable without authentication"),
        SeverityFactor("apps", 60, "900 apps"),
    )
    shared = replace(shared, factors=factors, score=72, severity=Severity.CRITICAL)
    findings = [
        replace(one, severity=Severity.CRITICAL) if shared.id in one.exposures else one for one in whole.findings.rows()
    ]
    cut = vendor_report(
        in_tables(whole, exposures=(shared, first, *rest), findings=findings), FIELDHAND.vendor, REGISTER
    )
    (store,) = cut.exposed.rows()
    assert store.score == 12
    assert store.severity.rank < Severity.CRITICAL.rank
    assert [finding.severity for finding in cut.findings.rows()] == [store.severity]


@pytest.mark.parametrize("folder", ["/home/someone/apps/", "C-drive/"])
def test_folders_of_the_user_are_left_out(report: Report, folder: str) -> None:
    apps = [replace(summary, path=folder + summary.path) for summary in report.apps.rows()]
    cut = vendor_report(in_tables(report, apps=apps), FIELDHAND.vendor, REGISTER)
    assert [summary.path for summary in cut.apps.rows()] == ["fieldhand.apk"]


def test_lines_of_the_source_are_left_out(report: Report) -> None:
    place = SourceLocation("internal/Api.kt", 1, SourceMatch.ENDPOINT, "classes.dex")
    findings = [replace(one, locations=(place,)) for one in report.findings.rows()]
    cut = vendor_report(in_tables(report, findings=findings), FIELDHAND.vendor, REGISTER)
    assert [one.locations for one in cut.findings.rows()] == [()]


def test_a_vendor_sees_only_the_dropped_names_of_its_apps(report: Report) -> None:
    ours = DroppedName(PARCELLO.sha256, "http://localhost:3000", "this device itself")
    rows = [ours, replace(ours, app_sha256=FIELDHAND.sha256), replace(ours, value="http://es:9200")]
    whole = replace(report, not_backends=LazyTable.of(rows), dropped=(("this device itself", 3),))
    cut = vendor_report(whole, PARCELLO.vendor)
    assert list(cut.not_backends.rows()) == [rows[0], rows[2]]
    assert (cut.not_backends.count, cut.dropped) == (2, (("this device itself", 2),))


def test_a_vendor_sees_only_the_servers_of_its_apps(report: Report) -> None:
    ours = ContactedServer(
        "/home/anna/run.pcap", PARCELLO.sha256, "Parcello", PARCELLO.bundle_id, "api.parcello.test", 443, (), ("tls",),
        Encryption.ENCRYPTED, ("TLSv1.3",), 1, 10, 10, (),
    )  # fmt: skip
    others = [replace(ours, app_sha256=FIELDHAND.sha256), replace(ours, app_sha256="f" * 64, app="", bundle_id="")]
    cut = vendor_report(replace(report, servers=LazyTable.of([ours, *others])), PARCELLO.vendor)
    assert list(cut.servers.rows()) == [replace(ours, capture="run.pcap")]
    assert cut.captures.count == 0


def test_a_vendor_sees_that_a_capture_of_its_apps_was_only_partly_read(report: Report) -> None:
    ours = ContactedServer(
        "/home/anna/run.pcap", PARCELLO.sha256, "Parcello", PARCELLO.bundle_id, "api.parcello.test", 443, (), ("tls",),
        Encryption.ENCRYPTED, ("TLSv1.3",), 1, None, None, (),
    )  # fmt: skip
    parts = (UnreadCode(UnreadKind.DAMAGED, "the last record is truncated", "/home/anna/run.pcap: byte 80"),)
    known = CaptureSummary(ours.capture, "0" * 64, 9, 9, 0, ("Other",), unread=parts)
    captures = [known, replace(known, path="/home/anna/b.pcap")]
    head = replace(report.headline, files_skipped=7)
    whole = replace(report, headline=head, servers=LazyTable.of([ours]), captures=LazyTable.of(captures))
    cut = vendor_report(whole, PARCELLO.vendor)
    told = [one for one in cut.problems.rows() if "partly read" in one.what]
    assert told == [Problem("only partly read: the last record is truncated", "run.pcap", UnreadKind.DAMAGED)]
    assert cut.problems.count == len(list(cut.problems.rows()))
    assert (cut.headline.captures_partly_read, cut.headline.captures_damaged) == (1, 1)
    assert cut.headline.files_skipped is None
