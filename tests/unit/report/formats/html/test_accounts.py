"""The section on the owner's accounts: there where exports were imported, and nowhere else."""

from msgspec.structs import replace

from tieback.model.report.document import Report
from tieback.report.formats.html.accounts import accounts_view


def test_with_and_without_accounts(report: Report) -> None:
    view = accounts_view(report)
    assert view is not None
    assert view.chart is not None
    assert [table.title for table in view.tables] == ["Hosted databases", "Snapshots"]
    assert [part.left_out for part in view.joined] == [0, 0, 0]
    assert (view.figure_2017, view.method) == (82, "The method.")
    assert accounts_view(replace(report, posture=None)) is None
