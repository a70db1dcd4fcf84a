"""Names of processes in captures: they identify an app only if exactly one iOS app of the run has them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.flow import FlowApp
from tieback.model.report.captures import AppMatch
from tieback.pipeline.mapping.process_names import COMMON, ProcessNames, process_name

LONG = "Wetterkarte für Berlin"
APPS = (
    ("Shop", "test.shop.app", "a" * 64),
    ("Twin", "test.one.app", "b" * 64),
    ("Twin", "test.two.app", "c" * 64),
    (LONG, "test.weather.app", "d" * 64),
    ("Wetterkarte 2026 Nord", "test.north.app", "e" * 64),
    ("Wetterkarte 2026 Süd", "test.south.app", "f" * 64),
    ("Runner", "test.flutter.app", "0" * 64),
)
NAMES = ProcessNames(APPS)


@each(
    ("app", "match", "bundle_id"),
    [
        (None, AppMatch.UNKNOWN, None),
        (FlowApp("Shop", source="pktap"), AppMatch.PROCESS_NAME, "test.shop.app"),
        (FlowApp("Shop", source="comment"), AppMatch.PROCESS_NAME, "test.shop.app"),
        (FlowApp("shop", source="pktap"), AppMatch.UNKNOWN, ""),
        (FlowApp("Shop Two", source="pktap"), AppMatch.UNKNOWN, ""),
        (FlowApp("Shop", "test.other.app", source="pktap"), AppMatch.IDENTIFIER, "test.other.app"),
        (FlowApp("Shop", uid=10_123, source="comment"), AppMatch.UNKNOWN, ""),
        (FlowApp("Shop", uid=10_123, source="pcapdroid-trailer"), AppMatch.UNKNOWN, ""),
        (FlowApp("Twin", source="pktap"), AppMatch.SEVERAL_APPS, ""),
        (FlowApp(LONG, source="comment"), AppMatch.PROCESS_NAME, "test.weather.app"),
        (FlowApp("Wetterkarte f\u00fcr", source="pktap"), AppMatch.PROCESS_NAME, "test.weather.app"),
        (FlowApp("Wetterkarte 2026", source="pktap"), AppMatch.SEVERAL_APPS, ""),
        (FlowApp("Runner", source="pktap"), AppMatch.COMMON_NAME, ""),
        (FlowApp("App", source="pktap"), AppMatch.UNKNOWN, ""),
    ],
)
def test_the_app_of_a_process(app: FlowApp | None, match: AppMatch, bundle_id: str | None) -> None:
    found = NAMES.of(app)
    assert (found.match, found.app.bundle_id if found.app else None) == (match, bundle_id)
    assert bool(found.key) == (match is AppMatch.PROCESS_NAME)
    assert NAMES.of(app) is found


@pytest.mark.parametrize(
    ("bundle_id", "can"),
    [("test.shop.app", True), ("test.one.app", False), ("test.flutter.app", False), ("test.none.app", False)],
)
def test_which_apps_a_process_can_identify(bundle_id: str, can: bool) -> None:
    assert NAMES.identify(bundle_id) == can


def test_versions_of_one_app_are_one_app() -> None:
    names = ProcessNames([("Shop", "test.shop.app", "a" * 64), ("Shop", "test.shop.app", "b" * 64)])
    assert names.of(FlowApp("Shop", source="pktap")).key == "b" * 64


def test_without_apps_no_process_is_matched() -> None:
    assert {ProcessNames().of(FlowApp(name, source="pktap")).match for name in COMMON} == {AppMatch.UNKNOWN}


@given(st.text())
def test_a_cut_name_has_at_most_the_bytes_of_a_header(name: str) -> None:
    cut = process_name(name)
    assert len(cut.replace("\ufffd", "").encode("utf-8", "replace")) <= 16
    ProcessNames([(name, "test.app", "a" * 64)]).of(FlowApp(cut, source="pktap"))
