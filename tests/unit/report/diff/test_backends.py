"""What a newer version of an app names and the older one did not, in each format of a comparison."""

import io
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.console import Console

from tests.each import each
from tests.unit.report.conftest import LANTERN, in_tables, sighting, the_report
from tieback.model.endpoint import Party
from tieback.model.report.apps import AppSighting
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex
from tieback.model.sighting import UnreadCode, UnreadKind
from tieback.report.diff import backends
from tieback.report.diff.backends import BackendChange, backend_changes, named_in_file, named_in_report
from tieback.report.diff.change import Comparison
from tieback.report.diff.compare import compare
from tieback.report.diff.markdown import as_markdown
from tieback.report.diff.page import as_page
from tieback.report.diff.past import past_from_report, read_past
from tieback.report.diff.terminal import print_comparison
from tieback.report.formats.json import JsonRenderer
from tieback.report.formats.ndjson import NdjsonRenderer
from tieback.report.interface import Renderer

NEWER = replace(LANTERN, sha256="f" * 64, version_name="1.1")


def of(app: object, *hosts: str, how: str = "dex-string/url") -> Report:
    """The report with one app of this version, which names these hosts."""
    whole = the_report()
    (summary,) = (one for one in whole.apps.rows() if one.app.sha256 == LANTERN.sha256)
    rows = [sighting(LANTERN, f"https://{host}/", host, Party.UNKNOWN) for host in hosts]
    rows = [
        AppSighting(
            app.sha256,  # type: ignore[attr-defined]
            row.path,
            replace(row.sighting, evidence=replace(row.sighting.evidence, how=how)),
        )
        for row in rows
    ]
    report = in_tables(whole, apps=[replace(summary, app=app, unread=())], exposures=(), findings=())
    return replace(report, sightings=LazyIndex.by(rows, lambda row: row.app_sha256))


def compared(old: Report, new: Report) -> Comparison:
    was, now = named_in_report(old), named_in_report(new)
    assert was is not None
    assert now is not None
    ones, others = past_from_report(old, "old.json"), past_from_report(new, "new.json")
    return replace(compare(ones, others), backends=backend_changes(ones, others, was, now))


OLD, NEW = of(LANTERN, "a.test", "gone.test"), of(NEWER, "a.test", "new.test")


def test_hosts_of_the_newer_and_of_the_older_version() -> None:
    assert compared(OLD, NEW).backends == (
        BackendChange("Lantern 1.1", "1.0", ("new.test",), ("gone.test",), partly_read=False, doubt=""),
    )
    assert compared(OLD, OLD).backends == ()


def test_hosts_that_only_traffic_shows_are_no_change() -> None:
    assert compared(OLD, of(NEWER, "a.test", "gone.test", "seen.test", how="traffic/tls")).backends != ()
    quiet = of(LANTERN, "seen.test", how="traffic/tls")
    assert compared(quiet, of(NEWER)).backends == ()


def test_an_identifier_of_several_packages_is_left_out() -> None:
    twice = of(NEWER, "new.test")
    (one,) = twice.apps.rows()
    twin = replace(one, app=replace(one.app, sha256="9" * 64))
    assert compared(OLD, replace(in_tables(twice, apps=[one, twin]), sightings=twice.sightings)).backends == ()


def test_a_package_that_was_only_partly_read_is_marked() -> None:
    unread = (UnreadCode(UnreadKind.PACKED, "classes.dex", "packed"),)
    (one,) = NEW.apps.rows()
    new = replace(in_tables(NEW, apps=[replace(one, unread=unread)]), sightings=NEW.sightings)
    (change,) = compared(OLD, new).backends or ()
    assert change.partly_read


@each("renderer", [JsonRenderer(), NdjsonRenderer()])
def test_files_have_the_same_names_as_reports_in_memory(tmp_path: Path, renderer: Renderer) -> None:
    path = tmp_path / f"report{renderer.meta.suffix}"
    with path.open("wb") as out:
        renderer.render(NEW, out)
    assert named_in_file(path, read_past(path)) == named_in_report(NEW)


DAMAGED = (
    b'{"sightings": 7}',
    b'{"sightings"',
    b'{"x":"\xff"}',
    b"[" * 5_000,
    b'{"schema":"tieback/report/1"}\n{"schema":',
)


@each("damage", DAMAGED)
def test_a_damaged_report_is_not_compared(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(damage)
    assert not named_in_file(path, past_from_report(OLD, "old"))


def test_a_report_without_names_or_with_too_many_apps_is_not_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.json"
    with path.open("wb") as out:
        JsonRenderer().render(replace(NEW, sightings=LazyIndex.by([], lambda row: row.app_sha256)), out)
    assert named_in_file(path, read_past(path)) is None
    monkeypatch.setattr(backends, "MOST_APPS", 0)
    assert named_in_report(NEW) is None


def test_every_format_shows_them() -> None:
    found = compared(OLD, NEW)
    out = io.StringIO()
    print_comparison(found, Console(file=out, width=120, color_system=None))
    for text in (out.getvalue(), "\n".join(as_markdown(found)), "".join(as_page(found))):
        assert "1 app names other back ends than before." in text
        assert "Apps that name other back ends (1)" in text
        assert "Lantern 1.1 (before: 1.0)" in text
        assert "new: new.test" in text
        assert "no longer named: gone.test" in text
    assert "Apps that name other back ends" not in "\n".join(as_markdown(compared(OLD, OLD)))
