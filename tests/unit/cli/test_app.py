"""``tieback app``: endpoints for people and machines; bad inputs named, exit codes by the contract."""

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.cli.conftest import Run, advice
from tieback.model.sighting import AppDocument, UnreadCode, UnreadKind
from tieback.pipeline.app import describe_apps


def test_json_is_one_document_an_app(run: Run, apps: Path) -> None:
    ended = run("app", apps, "--format", "json")
    assert (ended.code, ended.err) == (0, "")
    documents = [json.loads(line) for line in ended.out.splitlines()]
    assert {document["app"]["bundle_id"] for document in documents} == {
        "org.fieldhand.app", "com.workhub.mobile", "com.tillroll.pos",
    }  # fmt: skip
    for document in documents:
        assert {"path", "app", "sightings", "credentials", "not_backends", "problems"} <= document.keys()
        assert {"platform", "bundle_id", "name", "version_name", "version_code", "sha256", "signer"} <= document[
            "app"
        ].keys()
        for sighting in document["sightings"]:
            assert {"kind", "value", "scheme", "host", "port", "path", "service"} <= sighting["endpoint"].keys()
            assert {"file", "offset", "how", "context"} <= sighting["evidence"].keys()


def test_a_table_names_file_and_offset(run: Run, apps: Path) -> None:
    ended = run("app", apps / "fieldhand.apk")
    assert ended.code == 0
    assert "http://es.fieldhand.test:9200/machines/_search" in ended.out
    assert "classes.dex+0x" in ended.out


def test_all_shows_what_is_not_a_back_end(run: Run, apps: Path) -> None:
    short, whole = run("app", apps / "fieldhand.apk").out, run("app", apps / "fieldhand.apk", "--all").out
    documents = json.loads(run("app", apps / "fieldhand.apk", "--format", "json").out)["not_backends"]
    assert f"{len(documents)} texts are not back ends (--all lists them with the reason)" in short
    for one in documents:
        assert one["value"] in whole
        assert one["reason"] in whole


def test_some_failed_and_nothing_done(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("not an app")
    ended = run("app", apps / "fieldhand.apk", tmp_path / "text.apk")
    assert ended.code == 3
    assert "text.apk" in ended.err
    assert len(ended.err.splitlines()) == 1
    assert run("app", tmp_path / "text.apk").code == 4


def test_an_address_is_not_called_a_missing_file(run: Run) -> None:
    ended = run("app", "https://apps.example.test/a.apk")
    assert (
        ended.code,
        "https://apps.example.test/a.apk: an address, not a file. Download the package, or pass the address to tie"
        in ended.err,
    ) == (
        2,
        True,
    )


def test_an_error_of_tieback_in_a_part_of_an_app_ends_with_code_3(
    run: Run, apps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = apps / "fieldhand.apk"
    (found,) = (one for one in describe_apps([path]) if isinstance(one, AppDocument))
    what = "an error of tieback ended the search of this part"
    broken = replace(found, unread=(UnreadCode(UnreadKind.FAILED, what, "classes.dex"),))
    monkeypatch.setattr("tieback.pipeline.app.describe_apps", lambda *_, **__: iter([broken]))
    ended = run("app", path)
    assert (ended.code, ended.err.splitlines()) == (3, [f"tieback: {found.path}: {what} (classes.dex)"])
    assert "tieback failed: report this error" in " ".join(ended.out.split())


def test_names_from_an_app_cannot_write_to_the_terminal(run: Run, apps: Path) -> None:
    assert "\x1b" not in run("app", apps).out


def test_documents_come_in_the_order_of_the_arguments(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("not an app")
    names = ["workhub.apk", "fieldhand.apk", "tillroll.apk"]
    packages = {path.name: path for path in apps.iterdir() if path.suffix == ".apk"}
    chosen = [packages[name] for name in names if name in packages]
    assert len(chosen) > 1
    for order in (chosen, chosen[::-1]):
        ended = run("app", *order, "--format", "json", "--workers", "2")
        assert [json.loads(line)["path"] for line in ended.out.splitlines()] == [str(path) for path in order]


def test_files_of_a_folder_that_are_not_read_are_counted(run: Run, apps: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "a.apk").write_bytes((apps / "fieldhand.apk").read_bytes())
    (folder / "b.hbc").write_bytes(bytes.fromhex("c61fbc03c103191f") + bytes(200))
    (folder / "c.txt").write_text("words")
    ended = run("app", folder, "--format", "json")
    assert (ended.code, len(ended.out.splitlines())) == (0, 1)
    assert ended.err.splitlines() == [
        f"tieback: note: {folder}: {text}. {advice(text)}"
        for text in (
            "c.txt was not read: not an app package",
            "b.hbc was not read: part of an app beside a whole app",
        )
    ]
    captures = run("traffic", folder)
    assert "no capture in this directory" in captures.err


def test_source_in_which_nothing_matches_is_a_problem(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "Other.java").write_text("class Other {}")
    ended = run("app", apps / "fieldhand.apk", "--source", tmp_path / "src", "--format", "json")
    problems = [one["what"] for one in json.loads(ended.out)["problems"]]
    assert any("was found in this source; is it the source of the app?" in what for what in problems)
