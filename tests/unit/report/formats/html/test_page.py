from collections.abc import Callable
from io import BytesIO

from msgspec.structs import replace

from tieback.model.exposure import AppRoute
from tieback.model.probe import Container
from tieback.model.report.apps import AppSummary, DroppedName
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report.formats.html.diagram import Tone
from tieback.report.formats.html.page import MOST_CONTAINERS, MOST_SECTIONS, build_page, table_views
from tieback.report.formats.html.renderer import HtmlRenderer

TITLES = {"email": "E-mail addresses"}


def test_sections_come_worst_first_and_a_shared_store_is_shown_in_the_first(report: Report) -> None:
    page = build_page(report, TITLES)
    assert [section.summary.app.name for section in page.sections] == ["Parcello", "Workhub", "Fieldhand", "Tillroll"]
    assert [way.shown_at for way in page.sections[0].ways] == ["", ""]
    (fieldhand,) = page.sections[2].ways
    assert (fieldhand.shown_at, fieldhand.shown_name) == ("app-1", "Parcello")


def test_system_containers_are_left_out_and_the_largest_comes_first(report: Report) -> None:
    page = build_page(report, TITLES)
    assert [item.container.name for item in page.stores["exp-fieldhand"].containers] == ["machines", "operators"]
    assert [item.container.name for item in page.stores["exp-workhub"].containers] == [
        "workhub.employees",
        "workhub.visitors",
        "workhub",
    ]


def test_fields_have_the_title_of_their_class(report: Report) -> None:
    (employees, *_) = build_page(report, TITLES).stores["exp-workhub"].containers
    assert [(field.name, field.title) for field in employees.personal][:2] == [
        ("vpn_pin", "pin_otp, by name"),
        ("email", "E-mail addresses, by name"),
    ]


def test_tone_by_access_state(report: Report) -> None:
    stores = build_page(report, TITLES).stores
    assert {key: store.tone for key, store in stores.items()} == {
        "exp-parcello": Tone.OPEN,
        "exp-workhub": Tone.OPEN,
        "exp-fieldhand": Tone.OPEN,
        "exp-tillroll": Tone.CLOSED,
    }


def test_sections_have_the_data_for_filters(report: Report) -> None:
    page = build_page(report, TITLES)
    assert [(section.severities, section.kinds) for section in page.sections] == [
        ("critical|high", "elasticsearch|opensearch"),
        ("critical", "mongodb"),
        ("high", "opensearch"),
        ("info", "postgresql"),
    ]
    assert page.kinds == ("elasticsearch", "mongodb", "opensearch", "postgresql")


def test_tables_can_be_sorted_by_number(report: Report) -> None:
    kinds, *others = table_views(report)
    assert (kinds.title, kinds.left_out, [table.left_out for table in others]) == ("Kind of store", 0, [0, 4, 1, 1])
    assert "Apps analysed" not in kinds.heads
    name, cells = kinds.rows[1]
    assert (name, dict(zip(kinds.heads, cells, strict=True))["Records"]) == ("mongodb", ("≥2,900", 2900))


def test_a_store_without_an_app_is_kept(report: Report, tabled: Callable[..., Report]) -> None:
    stores = [replace(store, routes=()) if "hub" in store.id else store for store in report.exposures()]
    page = build_page(tabled(report, exposures=stores), TITLES)
    assert [store.exposure.id for store in page.orphans] == ["exp-workhub"]


def test_a_fleet_is_cut_and_counted(report: Report, tabled: Callable[..., Report]) -> None:
    store, first = next(report.exposures()), next(report.apps.rows())
    apps, routes = [], list[AppRoute]()
    for number in range(MOST_SECTIONS + 30):
        app = replace(first.app, sha256=f"{number:064x}", name=f"App {number}")
        apps.append(AppSummary(app, "a.apk", 1, (store.id,), has_api=False))
        routes.append(replace(store.routes[0], app_sha256=app.sha256))
    wide = replace(
        store,
        routes=tuple(routes),
        containers=tuple(Container((f"c{number}",), "index") for number in range(MOST_CONTAINERS + 5)),
    )
    page = build_page(tabled(report, apps=apps, exposures=[wide]), TITLES)
    assert len(page.sections) == MOST_SECTIONS
    assert page.sections_left_out == 30
    assert page.stores[store.id].left_out == 5
    assert len(page.stores[store.id].containers) == MOST_CONTAINERS


def test_names_that_are_no_back_ends_are_counted(report: Report) -> None:
    assert build_page(report, TITLES).dropped == ""
    rows = LazyTable[DroppedName](3, lambda: iter(()))
    counted = replace(report, not_backends=rows, dropped=(("host name without a dot", 3),))
    out = BytesIO()
    HtmlRenderer().render(counted, out)
    assert (
        "3 names in the apps are not back ends: host name without a dot (3). The JSON report" in out.getvalue().decode()
    )
