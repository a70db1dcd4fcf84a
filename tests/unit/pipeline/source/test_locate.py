"""Reports with original names and lines of a checkout."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import in_tables, the_report
from tieback.intake.source.checkout import Checkout
from tieback.model.app import Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import UsageError
from tieback.model.report.apps import AppSighting
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Evidence, Sighting
from tieback.pipeline.source.locate import with_source
from tieback.report.formats.json import JsonRenderer
from tieback.report.formats.sarif import SarifRenderer
from tieback.report.source_lines import source_lines

MAPPING = """\
org.example.Api -> a.b:
    java.lang.String host -> c
    1:4:java.lang.String load():12:13 -> d
"""


def report_of(evidence: Evidence) -> Report:
    """The fixed report with one Android app, and one endpoint that its first exposed store leads to."""
    report = the_report()
    store = next(one for one in report.exposed.rows() if one.routes)
    route = replace(store.routes[0], file=evidence.file, offset=evidence.offset, how=evidence.how)
    finding = next(one for one in report.findings.rows() if store.id in one.exposures)
    finding = replace(finding, apps=(route.app_sha256,))
    summary = next(one for one in report.apps.rows() if one.app.sha256 == route.app_sha256)
    app = replace(summary, app=replace(summary.app, platform=Platform.ANDROID))
    endpoint = Endpoint(EndpointKind.URL, route.endpoint, "http", "es.h.test", 9200)
    row = AppSighting(route.app_sha256, "a.apk", Sighting(endpoint, 1, Party.FIRST, evidence))
    return replace(
        report,
        apps=LazyIndex.by([app], lambda one: one.app.sha256),
        exposed=LazyIndex.by([replace(store, routes=(route,))], lambda one: one.id),
        answered=LazyIndex.by([], lambda one: one.id),
        findings=LazyTable.of([finding]),
        sightings=LazyIndex.by([row], lambda one: one.app_sha256),
    )


FLOW = Evidence("classes.dex", 7, "dex-flow/concat", "La/b;->d: http://es.h.test:9200", ("La/b;->d", "La/b;->c"))


def test_every_text_of_the_evidence_is_restored(tmp_path: Path) -> None:
    (tmp_path / "mapping.txt").write_text(MAPPING)
    report = with_source(report_of(FLOW), tmp_path / "mapping.txt", None)
    for rows in (
        report.sightings.rows(),
        report.sightings.pick(["x", *(one.app.sha256 for one in report.apps.rows())]),
    ):
        (row,) = rows
        evidence = row.sighting.evidence
        assert evidence.context == "Lorg/example/Api;->load: http://es.h.test:9200"
        assert evidence.chain == ("Lorg/example/Api;->load", "Lorg/example/Api;->host")
    (finding,) = report.findings.rows()
    assert source_lines(finding) == ["In the package: classes.dex at 0x7, in org.example.Api.load"]
    assert report.problems.count == the_report().problems.count


def test_a_mapping_is_for_one_app(tmp_path: Path) -> None:
    (tmp_path / "mapping.txt").write_text(MAPPING)
    with pytest.raises(UsageError, match=r"a mapping belongs to one app, and these are \d Android apps"):
        with_source(the_report(), tmp_path / "mapping.txt", None)


def test_a_mapping_is_for_an_android_app(tmp_path: Path) -> None:
    mapping = tmp_path / "mapping.txt"
    mapping.write_text(MAPPING)
    ios = [replace(one, app=replace(one.app, platform=Platform.IOS)) for one in the_report().apps.rows()]
    with pytest.raises(UsageError, match="belongs to an Android app, and there is none"):
        with_source(in_tables(the_report(), apps=ios), mapping, None)
    assert with_source(in_tables(the_report(), apps=[]), mapping, None).apps.count == 0


def test_the_method_of_a_store_leads_to_a_line(tmp_path: Path) -> None:
    (tmp_path / "mapping.txt").write_text(MAPPING)
    (tmp_path / "source" / "org" / "example").mkdir(parents=True)
    (tmp_path / "source" / "org" / "example" / "Api.kt").write_text("\n" * 20)
    report = with_source(report_of(FLOW), tmp_path / "mapping.txt", Checkout(tmp_path / "source"))
    (finding,) = report.findings.rows()
    (line,) = source_lines(finding)
    assert line.startswith("Source: org/example/Api.kt:12 (the method that builds it); in the package: classes.dex")
    assert line.endswith("in org.example.Api.load")


def test_the_first_places_are_shown_and_the_others_counted(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.kt").write_text("val url = 1")
    before = report_of(replace(FLOW, how="dex-string/url", context="x"))
    (finding,) = before.findings.rows()
    host = next(one for one in before.exposed.rows()).routes[0].endpoint
    for number in range(9):
        (tmp_path / f"{number}.kt").write_text(f'val url = "{host}"')
    report = with_source(before, None, Checkout(tmp_path))
    (after,) = report.findings.rows()
    assert replace(after, locations=()) == finding
    assert len(after.locations) == 5
    assert [line.split(" ")[1] for line in source_lines(after)[:3]] == ["0.kt:1", "1.kt:1", "2.kt:1"]
    assert source_lines(after)[3] == "and 2 more places in the source"


@pytest.mark.parametrize(("folder", "prefix"), [("android", "android/"), (".", ""), ("../outside", "")])
def test_paths_begin_at_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, prefix: str
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path(folder).mkdir(exist_ok=True)
    before = report_of(FLOW)
    host = next(one for one in before.exposed.rows()).routes[0].endpoint
    Path(folder, "Api.kt").write_text(f'val url = "{host}"')
    for source in (Path(folder), Path(folder).absolute()):
        (finding,) = with_source(before, None, Checkout(source)).findings.rows()
        assert [(one.file, one.line) for one in finding.locations] == [(f"{prefix}Api.kt", 1)]


def test_what_was_not_found_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "mapping.txt").write_text("org.other.App -> z.z:\n")
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "link").symlink_to("/")
    (tmp_path / "source" / "earlier.json").write_text('{"schema":"tieback/report/1"}')
    report = with_source(report_of(FLOW), tmp_path / "mapping.txt", Checkout(tmp_path / "source"))
    problems = [(one.what, Path(one.where).name) for one in report.problems.first(4)]
    assert problems == [
        ("the class in the evidence is not in the mapping; is it from this build?", "mapping.txt"),
        ("1 of 1 finding was not found in this source", "source"),
        ("1 file or folder was not read: links", "source"),
        ("1 document of tieback was not searched: a report is not source code", "source"),
    ]
    (finding,) = report.findings.rows()
    assert [one.file for one in finding.locations] == [""]


def test_an_earlier_report_in_the_checkout_is_no_source(tmp_path: Path) -> None:
    """The layout of the documentation: the baseline is in the checkout, and names every endpoint."""
    (tmp_path / "ci").mkdir()
    before = report_of(FLOW)
    host = next(one for one in before.exposed.rows()).routes[0].endpoint
    for renderer in (JsonRenderer(), SarifRenderer()):
        with (tmp_path / "ci" / f"tieback{renderer.meta.suffix}").open("wb") as file:
            renderer.render(before, file)
    (tmp_path / "main.kt").write_text(f'val url = "{host}"')
    report = with_source(before, None, Checkout(tmp_path))
    (finding,) = report.findings.rows()
    assert [(Path(one.file).name, one.line) for one in finding.locations] == [("main.kt", 1)]
    assert [one.what for one in report.problems.rows()] == [one.what for one in before.problems.rows()]
