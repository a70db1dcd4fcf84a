import io
from collections.abc import Callable

import pytest
from msgspec.structs import replace
from rich.console import Console

from tieback.model.app import Platform
from tieback.model.figure import exact
from tieback.model.report import AppSummary, Report
from tieback.report.formats.terminal import MOST_ROWS, TerminalRenderer, print_report


def rendered(report: Report) -> str:
    out = io.BytesIO()
    TerminalRenderer().render(report, out)
    return out.getvalue().decode()


def printed(report: Report, width: int) -> str:
    out = io.StringIO()
    print_report(report, Console(file=out, width=width, color_system=None, highlight=False))
    return out.getvalue()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.txt", rendered(report).encode())


@pytest.mark.parametrize("width", [80, 100, 140])
def test_it_fits_and_nothing_is_lost(report: Report, width: int) -> None:
    text = printed(report, width)
    assert max(len(line) for line in text.splitlines()) <= width
    for word in (
        "Fieldhand", "Workhub", "Tillroll", "critical", "≥2,900", "≈901 kB", "1,350", ":27017", "behind", "ransom",
        "Android", "iOS", "login required", "Security office", "2,610 B sent",
    ):  # fmt: skip
        assert word in text, word


def test_figures_and_names_stay_whole_at_100_columns(report: Report, tabled: Callable[..., Report]) -> None:
    first, second, *others = report.exposures()
    huge = replace(second, records=exact(280_000_000, ""), bytes=exact(163_000_000_000, ""))
    text = rendered(tabled(report, exposures=[first, huge, *others]))
    assert "280,000,000" in text
    assert "163 GB" in text
    assert "elasticsearch" in text


def test_without_a_grant_it_lists_what_the_apps_name(report: Report, tabled: Callable[..., Report]) -> None:
    text = rendered(tabled(report, scope=None, exposures=(), findings=()))
    assert "There was no grant" in text
    assert "Back ends named in the apps" in text
    assert "api.lantern.test, telemetry.vendor-sdk.test" in " ".join(text.split())
    assert "Apps with an exposed data store" not in text


def test_hostile_text_cannot_move_the_cursor(hostile_report: Report) -> None:
    text = rendered(hostile_report)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\x00" not in text
    assert max(len(line) for line in text.splitlines()) <= 100


def test_markup_of_the_terminal_library_is_text(report: Report, tabled: Callable[..., Report]) -> None:
    first, *others = report.apps.rows()
    app = replace(first.app, name="[red]Field[/red][link=x]")
    text = printed(tabled(report, apps=[replace(first, app=app), *others]), 140)
    assert "[red]Field[/red]" in text.replace("\n", "")


def test_a_fleet_is_cut_and_counted(report: Report, tabled: Callable[..., Report]) -> None:
    template, store = next(report.apps.rows()).app, next(report.exposures())
    fleet = [
        AppSummary(replace(template, name=f"App {n}", sha256=f"{n:064x}", platform=Platform.IOS), "a", 1, (store.id,),
                   has_api=False)
        for n in range(MOST_ROWS + 1200)
    ]  # fmt: skip
    routes = tuple(replace(store.routes[0], app_sha256=summary.app.sha256) for summary in fleet)
    text = rendered(tabled(report, apps=fleet, exposures=[replace(store, routes=routes)]))
    assert "and 1,200 more; the HTML and JSON reports list them all" in text
    assert text.count("iOS") == MOST_ROWS
