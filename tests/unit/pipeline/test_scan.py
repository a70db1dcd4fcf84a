"""The main job without a grant: everything but the network, resumable, each bad input one line."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tieback.engine.interface import Unit, UnitEnd, UnitState
from tieback.model.errors import GrantError
from tieback.model.grant import Grant
from tieback.pipeline.inputs import scan_units
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.storage.workspace import Workspace

APPS = Path(__file__).parents[3] / "labs" / "apps"


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def request(tmp_path: Path, *inputs: Path) -> ScanRequest:
    return ScanRequest(inputs, grant=None, workspace=tmp_path / "ws", workers=1)


def test_apps_are_listed_and_nothing_is_asked(tmp_path: Path) -> None:
    with run_scan(request(tmp_path, APPS), quiet) as done:
        report = done.report
        assert report.scope is None
        assert report.headline.apps_analysed == 3
        assert report.probes.count == 0
        assert {seen.sighting.endpoint.value for seen in report.sightings.rows()} >= {"https://api.workhub.test"}
        assert {backend.resolved_by for backend in report.backends.rows()} == {"no grant"}
        assert done.failed == ()
    assert not (tmp_path / "ws" / "audit.jsonl").exists()


def test_bad_inputs_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    text, cut = tmp_path / "text.apk", tmp_path / "cut.apk"
    text.write_text("not an app")
    cut.write_bytes((APPS / "workhub.apk").read_bytes()[:20])
    empty = tmp_path / "empty"
    empty.mkdir()
    inputs = (text, cut, empty, tmp_path / "missing.apk", APPS / "fieldhand.apk")
    with run_scan(request(tmp_path, *inputs), quiet) as done:
        assert [Path(error.where).name for error in done.failed] == ["text.apk", "cut.apk", "empty", "missing.apk"]
        assert all(error.what and error.advice for error in done.failed)
        assert [app.app.bundle_id for app in done.report.apps.rows()] == ["org.fieldhand.app"]
        assert done.report.problems.count == 4


def test_a_second_run_reads_no_app_again(tmp_path: Path) -> None:
    for _ in range(2):
        with run_scan(request(tmp_path, APPS), quiet) as done:
            assert done.report.headline.apps_analysed == 3
    with Workspace.open(tmp_path / "ws") as workspace:
        attempts = workspace.lake.query("SELECT count(*) AS n FROM apps").to_pylist()
        assert attempts == [{"n": 3}]


def test_the_same_content_at_two_places_is_one_app(tmp_path: Path) -> None:
    copy = tmp_path / "copy.apk"
    copy.write_bytes((APPS / "workhub.apk").read_bytes())
    with run_scan(request(tmp_path, APPS / "workhub.apk", copy), quiet) as done:
        assert done.report.headline.apps_analysed == 1
        assert [app.path for app in done.report.apps.rows()] == [str(APPS / "workhub.apk")]


def test_an_expired_grant_stops_before_anything_is_done(tmp_path: Path) -> None:
    expired = Grant("Security office", "security@example.org", date(2020, 1, 1))
    with (
        pytest.raises(GrantError, match="2020-01-01"),
        run_scan(ScanRequest((APPS,), expired, tmp_path / "ws"), quiet),
    ):
        pass
    assert not (tmp_path / "ws").exists()


def test_what_was_set_aside_is_named_until_it_is_tried_again(tmp_path: Path) -> None:
    app = APPS / "workhub.apk"
    (unit,) = [unit for unit in scan_units([app]) if isinstance(unit, Unit)]
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.ledger.finish([UnitEnd(unit, UnitState.POISON, problem="took more than 120 s")])
    with run_scan(request(tmp_path, app), quiet) as done:
        assert [(error.where, error.what) for error in done.failed] == [(str(app), "took more than 120 s")]
    with run_scan(replace(request(tmp_path, app), retry=True), quiet) as done:
        assert done.failed == ()
        assert done.report.headline.apps_analysed == 1
