"""Facts of app stores: the latest day counts, and the report shows them beside the app."""

import io
from datetime import date
from pathlib import Path

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.model.device import AppStoreFact, AppStoreState, AppStoreSummary, InventoryRow
from tieback.pipeline.report import run_report
from tieback.report.formats.html.renderer import HtmlRenderer
from tieback.storage.workspace import Workspace

OCT, NOV = date(2026, 10, 1), date(2026, 11, 1)


def fact(day: date, state: AppStoreState, **more: object) -> AppStoreFact:
    return AppStoreFact(P.ANDROID, "org.fieldhand.app", "de", state, seen_on=day, **more)  # type: ignore[arg-type]


def test_the_latest_look_counts_and_the_last_day_in_the_store_is_kept(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        facts = workspace.ledger.store_facts
        facts.save([fact(NOV, AppStoreState.REMOVED), fact(OCT, AppStoreState.AVAILABLE, downloads=5)])
        (kept,) = facts.facts()
        assert (kept.state, kept.seen_on, kept.last_available) == (AppStoreState.REMOVED, NOV, None)
        facts.save([fact(OCT, AppStoreState.AVAILABLE)])
        (kept,) = facts.facts()
        assert (kept.state, kept.seen_on, kept.last_available) == (AppStoreState.REMOVED, NOV, OCT)
        facts.save([fact(NOV, AppStoreState.AVAILABLE, category="Business")])
        (kept,) = facts.facts()
        assert (kept.state, kept.last_available, kept.category) == (AppStoreState.AVAILABLE, NOV, "Business")


def test_an_app_is_gone_only_if_no_storefront_offers_it() -> None:
    gone, here, unknown = (
        fact(NOV, state) for state in (AppStoreState.REMOVED, AppStoreState.AVAILABLE, AppStoreState.UNKNOWN)
    )
    assert AppStoreSummary.of([gone, here]).state is AppStoreState.AVAILABLE
    assert AppStoreSummary.of([gone, gone]).state is AppStoreState.REMOVED
    assert AppStoreSummary.of([gone, unknown]).state is AppStoreState.UNKNOWN
    assert AppStoreSummary.of([]).state is AppStoreState.UNKNOWN


def test_the_report_shows_downloads_and_category(tmp_path: Path) -> None:
    directory = make(tmp_path, InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"), stores=(exposure(),))
    with Workspace.open(directory) as workspace:
        workspace.ledger.store_facts.save([fact(NOV, AppStoreState.REMOVED, downloads=10_000, category="Business")])
    with run_report(directory) as report:
        stores = {summary.app.bundle_id: summary.store for summary in report.apps.rows()}
        assert stores["org.fieldhand.app"] == AppStoreSummary(AppStoreState.REMOVED, 10_000, "Business")
        assert stores["com.never"] is None
        out = io.BytesIO()
        HtmlRenderer().render(report, out)
    assert "gone from the store, 10,000+ downloads, Business" in out.getvalue().decode()
