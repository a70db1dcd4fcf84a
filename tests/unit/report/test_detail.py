from msgspec.structs import replace

from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report import detail
from tieback.report.detail import iter_details


def test_findings_come_with_their_apps_and_stores_in_order(report: Report) -> None:
    found = list(iter_details(report))
    assert [one.finding for one in found] == list(report.findings.rows())
    assert [[store.id for store in one.stores] for one in found] == [list(one.finding.exposures) for one in found]
    assert [[summary.app.sha256 for summary in one.apps] for one in found] == [list(one.finding.apps) for one in found]


def test_batches_are_joined_and_unrelated_apps_left_out(report: Report, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(detail, "BATCH", 3)
    monkeypatch.setattr(detail, "STORES", 2)
    first = next(report.findings.rows())
    many = [replace(first, id=str(number), apps=(*first.apps, "no such app")) for number in range(5)]
    found = list(iter_details(replace(report, findings=LazyTable.of(many))))
    assert [one.finding.id for one in found] == ["0", "1", "2", "3", "4"]
    assert all(len(one.apps) == 1 and len(one.stores) == 1 for one in found)
