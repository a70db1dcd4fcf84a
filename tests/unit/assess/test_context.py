from datetime import date

from msgspec.structs import replace

from tests.each import each
from tests.unit.assess.test_findings import EXPOSURE, way
from tieback.assess.context import MOST_VERSIONS, version_text, with_exposure_window, with_hosting
from tieback.assess.severity import load_severity_table
from tieback.model.app import App, Platform
from tieback.model.backend import Attribution, Backend, Route
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.exposure import ExposureWindow, Severity, SeverityFactor
from tieback.model.probe import Access, Container

TABLE = load_severity_table()
TODAY = date(2026, 11, 26)
APP = App(Platform.ANDROID, "org.one", "aa", version_name="2.1")


def backend(value: str, *claims: tuple[str, str, float], addresses: tuple[str, ...] = ()) -> Backend:
    stated = tuple(Attribution(claim, name, "because", sure) for claim, name, sure in claims)
    return Backend(Endpoint(EndpointKind.HOST_PORT, value, "", value, 9200), addresses, attributions=stated)


def test_the_host_of_a_store_is_that_of_the_back_end_that_resolved_to_it() -> None:
    elsewhere = backend("a.test", ("provider", "aws", 0.9), ("country", "US", 0.9), addresses=("10.9.9.9",))
    here = backend("z.test", ("provider", "hetzner", 0.5), ("provider", "ovh", 0.7), addresses=("127.0.0.1",))
    told = with_hosting(EXPOSURE, [elsewhere, here])
    assert (told.provider, told.region, told.country) == ("ovh", "", "US"), "the most certain statement of each"
    assert with_hosting(EXPOSURE, []) is EXPOSURE
    assert with_hosting(EXPOSURE, [replace(backend("x"), provider="gcp", region="eu")]).provider == "gcp"


def test_a_store_that_is_open_for_the_first_time() -> None:
    told = with_exposure_window(EXPOSURE, None, TODAY, {"aa": version_text(APP)}, 0, TABLE)
    assert told.window == ExposureWindow("2026-11-26", "2026-11-26", "", ("org.one 2.1",))
    assert (told.score, told.severity) == (EXPOSURE.score, EXPOSURE.severity)


@each(
    ("days", "devices", "factors"),
    [
        (0, 0, {}),
        (6, 0, {}),
        (7, 0, {"exposure window": 1}),
        (365, 0, {"exposure window": 5}),
        (0, 1, {"devices": 1}),
        (30, 12_000, {"devices": 6, "exposure window": 3}),
    ],
)
def test_time_and_devices_add_points(days: int, devices: int, factors: dict[str, int]) -> None:
    first = date.fromordinal(TODAY.toordinal() - days)
    told = with_exposure_window(EXPOSURE, (first, first), TODAY, {}, devices, TABLE)
    assert {factor.factor: factor.points for factor in told.factors} == factors
    assert told.score == EXPOSURE.score + sum(factors.values())


def test_only_days_can_raise_the_severity() -> None:
    near = replace(EXPOSURE, score=64, severity=Severity.HIGH)
    assert with_exposure_window(near, (date(2025, 1, 1), TODAY), TODAY, {}, 0, TABLE).severity is Severity.CRITICAL
    widespread = with_exposure_window(near, None, TODAY, {}, 12_000, TABLE)
    assert (widespread.severity, widespread.score) == (Severity.HIGH, 70)
    apps = replace(near, score=74, factors=(SeverityFactor("apps", 10, "100 apps lead to it"),))
    assert with_exposure_window(apps, (TODAY, TODAY), TODAY, {}, 5, TABLE).severity is Severity.HIGH


def test_a_store_that_closed_keeps_its_window_and_gets_no_points() -> None:
    closed = replace(EXPOSURE, access=Access.AUTH_REQUIRED, severity=Severity.INFO, score=0)
    told = with_exposure_window(closed, (date(2025, 1, 1), date(2026, 1, 1)), TODAY, {}, 9, TABLE)
    assert told.window == ExposureWindow("2025-01-01", "2026-01-01")
    assert (told.score, told.factors) == (0, ())
    assert with_exposure_window(closed, None, TODAY, {}, 9, TABLE) is closed


def test_the_earliest_container_dates_it() -> None:
    dated = replace(
        EXPOSURE,
        containers=(
            Container(("b",), "index", created="2019-02-01T00:00:00Z"),
            Container(("a",), "index", created="2017-05-01T00:00:00Z"),
            Container((".kibana",), "index", system=True, created="2014-01-01T00:00:00Z"),
        ),
    )
    window = with_exposure_window(dated, None, TODAY, {}, 0, TABLE).window
    assert window is not None
    assert window.created == "2017-05-01T00:00:00Z"


def test_versions_are_sorted_distinct_and_bounded() -> None:
    many = replace(EXPOSURE, routes=tuple(way(f"k{number}", Route.NAMED) for number in range(MOST_VERSIONS + 9)))
    names = {f"k{number}": f"org.one {number:03}" for number in range(MOST_VERSIONS + 9)}
    window = with_exposure_window(many, None, TODAY, names, 0, TABLE).window
    assert window is not None
    assert window.versions == tuple(f"org.one {number:03}" for number in range(MOST_VERSIONS))
