"""The main job without a grant: everything but the network, resumable, each bad input one line."""

import base64
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tieback.backends.probe_hints import ProbeHints
from tieback.model.backend import Candidate
from tieback.model.errors import GrantError
from tieback.model.figure import lower_bound
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.document import Report
from tieback.model.unit import Unit, UnitEnd, UnitState
from tieback.pipeline.inputs.units import scan_units
from tieback.pipeline.probing import probe_run
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.report.vendor import vendor_report
from tieback.storage.workspace import Workspace

pytestmark = pytest.mark.usefixtures("worker_processes")

APPS = Path(__file__).parents[3] / "labs" / "apps"


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def request(tmp_path: Path, *inputs: Path) -> ScanRequest:
    return ScanRequest(inputs, grant=None, workspace=tmp_path / "ws", workers=1)


def test_scan_without_a_grant_lists_apps_and_probes_nothing(tmp_path: Path) -> None:
    with run_scan(request(tmp_path, APPS), quiet) as done:
        report = done.report
        assert report.scope is None
        assert report.headline.apps_analysed == 3
        assert report.probes.count == 0
        assert {seen.sighting.endpoint.value for seen in report.sightings.rows()} >= {"https://api.workhub.test"}
        assert {backend.resolved_by for backend in report.backends.rows()} == {"no grant"}
        assert done.failed == ()
        groups = [group for table in report.tables for group in table.groups]
        heads = (report.headline, vendor_report(report, report_vendor(report)).headline)
        figures = [figure for head in heads for figure in (head.records, head.bytes)]
        figures += [figure for group in groups for figure in (group.records, group.bytes)]
        assert set(figures) == {lower_bound(0, "nothing was probed")}, "an unknown figure is no exact zero"
        assert groups
    assert not (tmp_path / "ws" / "audit.jsonl").exists()


def report_vendor(report: Report) -> str:
    return next(summary.app.vendor for summary in report.apps.rows())


def test_bad_inputs_are_reported_and_the_rest_is_scanned(tmp_path: Path) -> None:
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
    expired = Grant("Security office", "security@example.org", date(2020, 1, 1), limits=Limits(connects_per_second=0.0))
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
        workspace.ledger.finish([UnitEnd(unit, UnitState.QUARANTINED, problem="took more than 120 s")])
    with run_scan(request(tmp_path, app), quiet) as done:
        assert [(error.where, error.what) for error in done.failed] == [(str(app), "took more than 120 s")]
    with run_scan(replace(request(tmp_path, app), retry=True), quiet) as done:
        assert done.failed == ()
        assert done.report.headline.apps_analysed == 1


REF = "abcdefghijklmnopqrst"


def token(role: str) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "supabase", "ref": REF, "role": role})
    head, body = (base64.urlsafe_b64encode(msgspec.json.encode(part)).rstrip(b"=").decode() for part in parts)
    return f"{head}.{body}.c2lnbmF0dXJlLW1hZGUtdXA"


def test_what_an_app_names_reaches_the_probe_and_its_secrets_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the app through the lake to what a probe is given; nothing is connected to."""
    anon, service = token("anon"), token("service_role")
    script = f"""
        const supabase = createClient("https://{REF}.supabase.co", "{anon}");
        supabase.from("orders").select(); supabase.storage.from("avatars").list(); supabase.rpc("total");
        fetch("https://db.eu.fauna.com/");
        const admin = createClient("https://{REF}.supabase.co", "{service}");
        fetch("https://s3.eu-west-1.amazonaws.com/shop-photos/a.jpg");
        fetch("https://firestore.googleapis.com/v1/projects/shop-1234/databases/(default)/documents/carts");
    """
    with zipfile.ZipFile(tmp_path / "shop.apk", "w") as archive:
        archive.writestr("assets/www/app.js", script)
        archive.writestr("classes.dex", b"")
    given: dict[str, tuple[Candidate, ProbeHints | None]] = {}

    async def instead(candidates: list[Candidate], *rest: Any) -> AsyncIterator[tuple[Candidate, ProbeReport]]:
        (along,) = (one for one in rest if isinstance(one, dict))
        for one in candidates:
            given[f"{one.host}{one.path}/{one.resource}"] = one, along.get(one)
            yield one, ProbeReport(one.host, Outcome.REFUSED)

    monkeypatch.setattr(probe_run, "probe_all", instead)
    hosts = (f"{REF}.supabase.co", "shop-photos.s3.eu-west-1.amazonaws.com", "firestore.googleapis.com")
    grant = Grant(
        "Security office",
        "security@example.org",
        date(2999, 1, 1),
        target=(TargetRule("127.0.0.0/8", "any", Depth.DESCRIBE),),
        hosts=dict.fromkeys((*hosts, "db.eu.fauna.com"), "127.0.0.1"),
        limits=Limits(connects_per_second=0.0),
    )
    asked = ScanRequest((tmp_path / "shop.apk",), grant, tmp_path / "ws", workers=1)
    with run_scan(asked, quiet) as done:
        assert done.failed == ()
    named = {place: (one.service, what) for place, (one, what) in given.items() if what is not None}
    assert {place: (service, what.names_for((service or "",))) for place, (service, what) in named.items()} == {
        f"{REF}.supabase.co/": ("supabase", ("orders",)),
        f"{REF}.supabase.co/storage/v1/": ("supabase-storage", ("avatars",)),
        "shop-photos.s3.eu-west-1.amazonaws.com/": ("s3", ("shop-photos",)),
        "firestore.googleapis.com/shop-1234": ("firestore", ("carts",)),
    }
    assert not [place for place in given if "fauna" in place]
    assert [key.value for key in named[f"{REF}.supabase.co/storage/v1/"][1].keys_for(("supabase-storage",))] == [anon]
    keys = {key.value for _, what in named.values() for key in what.keys}
    assert keys == {anon}
    kept = b"".join(path.read_bytes() for path in (tmp_path / "ws").rglob("*") if path.is_file())
    assert service.rpartition(".")[0].encode() not in kept
