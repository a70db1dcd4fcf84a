"""``tieback report``: the last run again, in any format, whole or not at all."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.examples import few
from tests.unit.cases.samples import exposure
from tests.unit.cli.conftest import APPS, Run
from tests.unit.pipeline.workspaces import make
from tests.unit.report.conftest import in_tables, the_report
from tieback.cli.report import FORMATS, writing
from tieback.model.count_text import count_text
from tieback.report import by_name, renderers
from tieback.report.files import SHOWN_FINDINGS, write_all
from tieback.report.formats.html.page import MOST_ROWS
from tieback.storage.accept import accept_workspace


def test_formats(run: Run, apps: Path, tmp_path: Path) -> None:
    run("scan", apps, "-w", "ws", "--workers", "1")
    assert "Workhub" in run("report", "-w", "ws").out
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 3
    ended = run("report", "-w", "ws", "--format", "html", "-o", "page.html")
    assert (ended.code, ended.out) == (0, "")
    assert "Workhub" in (tmp_path / "page.html").read_text()


def test_help_names_every_format() -> None:
    names = [renderer.meta.name for renderer in renderers()]
    assert [{"table": "terminal"}.get(name, name) for name in FORMATS] == names


def test_only_a_format_that_takes_seconds_shows_that_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    @contextmanager
    def bar(description: str) -> Iterator[None]:
        shown.append(description)
        yield

    monkeypatch.setattr("tieback.cli.report.progress_bar", bar)
    for renderer in renderers():
        with writing(renderer):
            pass
    assert shown == ["writing PDF"]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the workspace ``ws`` of one scan, and its report in each format that can be had here."""
    folder = tmp_path_factory.mktemp("scanned")
    names = [name for one in renderers() if (name := one.meta.name) != "pdf" or find_spec("weasyprint")]
    reports = [word for name in names for word in ("--report", str(folder / f"report{by_name(name).meta.suffix}"))]
    words = ["scan", str(APPS / "workhub.apk"), "-w", str(folder / "ws"), "--workers", "1", *reports]
    done = subprocess.run([sys.executable, "-m", "tieback", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    shutil.copy(folder / "report.html", folder / "page.html")
    return folder


@pytest.mark.parametrize("name", few([renderer.meta.name for renderer in renderers()], 3))
def test_each_format_of_a_scan_and_of_a_workspace(run: Run, scanned: Path, tmp_path: Path, name: str) -> None:
    if name == "pdf":
        pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    assert (scanned / f"report{by_name(name).meta.suffix}").exists()
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    assert run("report", "-w", "ws", "--format", name, "-o", "again").code == 0
    assert not list(tmp_path.glob(".*.part"))


def test_what_a_format_does_not_contain_is_on_stderr(run: Run, apps: Path, tmp_path: Path) -> None:
    files = ("--report", "a.stix.json", "--report", "a.html")
    ended = run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", *files)
    found = json.loads(run("report", "-w", "ws", "--format", "json").out)["findings"]
    assert found
    count = f"{len(found)} finding{'s'[: len(found) > 1]}, because STIX describes stores"
    notes = [line for line in ended.err.splitlines() if line.startswith("not in ")]
    assert notes == [f"not in a.stix.json: {count} and the apps that lead to them"]
    assert f"not in the format stix: {count}" in run("report", "-w", "ws", "--format", "stix").err
    assert f"not in b.json: {count}" in run("report", "-w", "ws", "--format", "stix", "-o", "b.json").err
    assert "not in" not in run("report", "-w", "ws", "--format", "json").err


BEGINNINGS = {
    "r.html": b"<!DOCTYPE html>",
    "r.pdf": b"%PDF-",
    "r.json": b"{",
    "r.stix.json": b'{"type":"bundle",',
    "r.sarif": b'{"$schema":',
    "r.md": b"# ",
    "r.csv": b"\xef\xbb\xbf",
}


@pytest.mark.parametrize("name", few(BEGINNINGS, 3))
def test_a_file_has_the_format_of_its_suffix(run: Run, scanned: Path, tmp_path: Path, name: str) -> None:
    if name == "r.pdf":
        pytest.importorskip("weasyprint", reason="the extra pdf is not installed")
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    assert run("report", "-w", "ws", "-o", name).code == 0
    assert (tmp_path / name).read_bytes().startswith(BEGINNINGS[name])


def test_a_suffix_of_no_format_is_refused_and_a_typed_format_counts(run: Run, scanned: Path, tmp_path: Path) -> None:
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    refused = run("report", "-w", "ws", "-o", "r.xlsx")
    assert (refused.code, "no format has this suffix" in refused.err, (tmp_path / "r.xlsx").exists()) == (
        2,
        True,
        False,
    )
    assert run("report", "-w", "ws", "-o", "r.txt").code == run("report", "-w", "ws", "-o", "plain").code == 0
    assert (tmp_path / "r.txt").read_bytes() == (tmp_path / "plain").read_bytes()
    assert run("report", "-w", "ws", "--format", "json", "-o", "r.html").code == 0
    assert json.loads((tmp_path / "r.html").read_bytes())["schema"]
    (tmp_path / "tieback.toml").write_text('[report]\nformat = "json"\n')
    assert run("report", "-w", "ws", "-o", "r.md").code == 0
    assert (tmp_path / "r.md").read_text().startswith("# ")
    for name, begins in (("d.md", "# What"), ("d.html", "<!DOCTYPE html>"), ("d.json", '{"backends":')):
        assert run("report", "diff", "ws", "ws", "-o", name).code == 0
        assert (tmp_path / name).read_text().startswith(begins)
    assert run("report", "diff", "ws", "ws", "-o", "d.pdf").code == 2


def test_the_note_about_the_workspace_is_printed_once_by_the_command_that_has_one(
    run: Run, scanned: Path, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    note = "is a checkout)"
    assert note in run("report").err
    assert run("report", "explain", "records").err.count(note) == 1
    for words in (("diff", "a.json", "b.json"), ("diff", "--help"), ("explain", "--help"), ("schema",)):
        assert note not in run("report", *words).err, words
    assert note not in run("capture", "verify-device", "--help").err
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    for words in (("-w", "ws", "explain"), ("explain", "-w", "ws")):
        ended = run("report", *words)
        assert (ended.code, note in ended.err) == (0, False), words


def test_errors_have_advice(run: Run, scanned: Path, tmp_path: Path) -> None:
    ended = run("report", "-w", "none")
    assert (ended.code, "no workspace here" in ended.err) == (4, True)
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    ended = run("report", "-w", "ws", "--format", "docx")
    assert (ended.code, "Choose one of" in ended.err) == (2, True)
    ended = run("report", "-w", "ws", "--format", "json", "-o", "none/page.json")
    assert (ended.code, "cannot be written" in ended.err) == (4, True)
    assert not list(tmp_path.glob("none*"))


def test_diff(run: Run, apps: Path, tmp_path: Path) -> None:
    run("scan", apps / "workhub.apk", "-w", "ws", "--workers", "1", "--report", "old.json")
    run("scan", apps / "workhub.apk", apps / "tillroll.apk", "-w", "ws", "--workers", "1", "--report", "new.ndjson")
    ended = run("report", "diff", "old.json", "new.ndjson")
    assert (ended.code, "What changed since old.json" in ended.out) == (0, True)
    assert "apps analysed" in ended.out
    for name, begins in (("markdown", "# What"), ("html", "<!DOCTYPE html>"), ("json", '{"backends":')):
        assert run("report", "diff", "old.json", "ws", "--format", name).out.startswith(begins)
    assert run("report", "diff", "old.json", "ws", "--format", "terminal", "-o", "diff.txt").code == 0
    assert "apps analysed" in (tmp_path / "diff.txt").read_text()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("diff", "none.json", "none.json"), 4, "cannot be read"),
        (("diff", "page.html", "page.html"), 4, "is not a tieback report"),
        (("diff", "ws", "ws", "--format", "docx"), 2, "Choose one of table, markdown, html, json"),
        (("diff", "ws", "ws", "-o", "none/diff.txt"), 4, "cannot be written"),
        (("explain", "colour", "-w", "ws"), 2, "Choose one of apps-analysed"),
        (("explain", "records", "-w", "none"), 4, "no workspace here"),
        (("-w", "ws", "--suppressions", "none.toml"), 2, "none.toml: cannot be read"),
        (("-w", "ws", "--baseline", "page.html"), 4, "is not a tieback report"),
    ],
)
def test_errors_are_one_line(
    run: Run, scanned: Path, tmp_path: Path, words: tuple[str, ...], code: int, says: str
) -> None:
    shutil.copytree(scanned, tmp_path, dirs_exist_ok=True)
    accept_workspace(tmp_path / "ws")
    ended = run("report", *words)
    assert (ended.code, says in ended.err) == (code, True), ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_explain(run: Run, scanned: Path, tmp_path: Path) -> None:
    shutil.copytree(scanned / "ws", tmp_path / "ws")
    accept_workspace(tmp_path / "ws")
    assert "SELECT count(*) FROM inputs" in run("report", "explain", "apps-analysed", "-w", "ws").out
    assert "stores-exposed" in run("report", "explain", "-w", "ws").out.splitlines()
    assert "SELECT count(*) FROM inputs" in run("report", "-w", "ws", "explain", "apps-analysed").out
    head = json.loads(run("report", "explain", "records", "-w", "ws", "--format", "json").out)
    assert head["figure"] is None, "without a grant, the number is unknown"
    assert "records: not probed" in run("report", "explain", "records", "-w", "ws").out


@pytest.mark.more
def test_suppressed_findings_are_counted_separately(run: Run, apps: Path, tmp_path: Path) -> None:
    run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    found = json.loads(run("report", "-w", "ws", "--format", "json").out)["findings"]
    assert found, "the sample app has findings of its own"
    who = 'reason = "known"\nauthor = "jo"\nexpires = 2099-01-01\n'
    (tmp_path / "s.toml").write_text(f'[[suppress]]\nfinding = "{found[0]["id"]}"\n{who}')
    judged = json.loads(run("report", "-w", "ws", "--format", "json", "--suppressions", "s.toml").out)
    assert [one["finding"]["id"] for one in judged["suppressed"]] == [found[0]["id"]]
    assert found[0]["id"] not in [one["id"] for one in judged["findings"]]
    (tmp_path / "s.toml").rename(tmp_path / "ws" / "suppressions.toml")
    new = run("report", "-w", "ws")
    assert "1 finding, listed separately" not in new.out
    assert "ws/suppressions.toml is new or has changed, and was not applied" in new.err
    assert "1 finding, listed separately" in run("report", "-w", "ws", "--suppressions", "ws/suppressions.toml").out
    accepted = run("report", "-w", "ws")
    assert ("1 finding, listed separately" in accepted.out, accepted.err) == (True, "")
    with (tmp_path / "ws" / "suppressions.toml").open("a") as file:
        file.write("# changed\n")
    assert "1 finding, listed separately" not in run("report", "-w", "ws").out


def test_findings_of_one_standard_are_listed(run: Run, apps: Path) -> None:
    run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    whole = json.loads(run("report", "-w", "ws", "--format", "json").out)["findings"]
    assert whole
    assert all(one["references"] for one in whole)
    chosen = whole[0]["references"][0]
    some = json.loads(run("report", "-w", "ws", "--format", "json", "--reference", chosen).out)
    expected = [one["id"] for one in whole if chosen in one["references"]]
    assert [one["id"] for one in some["findings"]] == expected
    note = f"only the {len(expected)} of {count_text(len(whole), 'finding')} to which"
    assert any(one["what"].startswith(note) for one in some["problems"])
    assert note in " ".join(run("report", "-w", "ws", "--reference", chosen).out.split())
    ended = run("report", "-w", "ws", "--reference", "gdpr")
    assert (ended.code, "unknown reference" in ended.err) == (2, True)


def test_baseline_marks_new_findings(run: Run, apps: Path) -> None:
    run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--report", "old.json")
    sarif = json.loads(run("report", "-w", "ws", "--format", "sarif", "--baseline", "old.json").out)
    states = {result["baselineState"] for result in sarif["runs"][0]["results"]}
    assert states == {"unchanged"}
    assert "0 new, 0 fixed" in run("report", "-w", "ws", "--baseline", "old.json").out


@pytest.mark.parametrize(("name", "title"), [("json", "tieback/report/1"), ("ndjson", "A line of a report, version 1")])
def test_schema(run: Run, name: str, title: str) -> None:
    assert json.loads(run("report", "schema", "--format", name).out)["title"] == title


def test_schema_of_what_has_none(run: Run) -> None:
    ended = run("report", "schema", "--format", "html")
    assert (ended.code, "Choose one of json, ndjson" in ended.err) == (2, True)


def test_several_reports_of_one_scan(run: Run, apps: Path, tmp_path: Path) -> None:
    words = ("scan", apps / "workhub.apk", "-w", "ws", "--workers", "1", "--report", "a.json", "--report", "b.sarif")
    assert run(*words).err.strip().splitlines() == ["report: a.json", "report: b.sarif"]
    assert (tmp_path / "a.json").exists()
    assert (tmp_path / "b.sarif").exists()


def test_truncated_html_report_comes_with_a_csv_of_all_findings(tmp_path: Path) -> None:
    whole = the_report()
    first = next(whole.findings.rows())
    many = in_tables(whole, findings=[replace(first, id=f"fnd-{n:04}") for n in range(SHOWN_FINDINGS + 3)])
    assert write_all(whole, by_name("html"), tmp_path / "few.html") == [tmp_path / "few.html"]
    written = write_all(many, by_name("html"), tmp_path / "many.html")
    assert [path.name for path in written] == ["many.html", "many.findings.csv"]
    assert len(written[1].read_text().splitlines()) == SHOWN_FINDINGS + 4
    page = written[0].read_text()
    assert "3 more findings not shown" in page
    assert page.count('id="fnd-') == 0
    assert MOST_ROWS == SHOWN_FINDINGS


def test_the_register_decides_whose_report_has_the_details_of_a_store(run: Run, tmp_path: Path) -> None:
    make(tmp_path, stores=(exposure(),))
    words = ("report", "-w", "ws", "--audience", "vendor", "--format", "json", "--vendor")
    own = run(*words, "Fieldhand Ltd")
    assert (own.code, "es.fieldhand.test" in own.out, own.err) == (0, True, "")
    run("vendor", "list", "-w", "ws")
    assert run("vendor", "edit", "com.never", "--domain", "fieldhand.test", "-w", "ws").code == 0
    others = run(*words, "Fieldhand Ltd")
    assert (others.code, "es.fieldhand.test" in others.out) == (0, False)
    assert "not described: 1 data store that the apps lead to, but another party answers for" in others.err
