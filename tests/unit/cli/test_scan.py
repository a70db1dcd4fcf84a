"""``tieback scan`` without a network: report files, formats, exit codes, workspaces."""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import time
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.examples import few
from tests.unit.cli.conftest import Run, advice
from tests.unit.intake.traffic import wire
from tests.unit.pipeline.test_traffic import HTTP, capture
from tests.unit.report.conftest import the_report
from tieback.cli.scan import FailOn, _reasons_to_fail
from tieback.model.probe import Outcome, ProbeReport
from tieback.model.report.tables import LazyTable
from tieback.scope.dns_client import DnsClient


def test_without_a_grant_everything_but_the_network(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.html", "--workers", "1")
    assert ended.code == 0
    assert "es.fieldhand.test" in ended.out
    assert ended.err.strip() == "report: report.html"
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_the_error_of_an_expired_grant_names_its_file(run: Run, apps: Path, tmp_path: Path) -> None:
    for name, dates, problem in (
        ("old.toml", "not_after = 2020-01-01", "the grant expired on 2020-01-01"),
        ("new.toml", "not_before = 2098-01-01\nnot_after = 2099-01-01", "the grant is not valid before 2098-01-01"),
    ):
        (tmp_path / name).write_text(f'authorised_by = "Office"\ncontact = "soc@example.org"\n{dates}\n')
        ended = run("scan", apps, "-w", "ws", "--grant", name)
        assert (ended.code, ended.out) == (2, "")
        assert f"{name}: {problem}" in ended.err


def test_without_a_readable_input_only_errors_are_printed(run: Run, apps: Path, tmp_path: Path) -> None:
    """Files and formats for programs have the problems, too."""
    (tmp_path / "a.txt").write_text("words")
    words = ("scan", "a.txt", "none.apk", "-w", "ws")
    ended = run(*words, "--report", "r.json")
    assert (ended.code, ended.out) == (4, "")
    first, second, written, last = ended.err.splitlines()
    assert first.startswith("tieback: a.txt: a text file, not an app package. Pass an APK")
    assert second == "tieback: none.apk: no such file or directory. Check the path"
    assert written == "report: r.json"
    assert last == "no input was read, so the workspace has no new run"
    assert len(json.loads((tmp_path / "r.json").read_text())["problems"]) == 2
    assert len(json.loads(run(*words, "--format", "json").out)["problems"]) == 2
    assert "1 app analysed" in run(*words, apps / "workhub.apk", "--workers", "1").out


def test_json_on_stdout_and_in_a_file_are_the_same(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.json", "--format", "json", "--workers", "1")
    assert json.loads(ended.out) == json.loads((tmp_path / "report.json").read_text())
    assert json.loads(ended.out)["headline"]["apps_analysed"] == 3


def test_partly_read_app_is_in_every_part_of_the_report(run: Run, apps: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(apps / "workhub.apk") as own, zipfile.ZipFile(tmp_path / "packed.apk", "w") as made:
        for name in own.namelist():
            made.writestr(name, own.read(name))
        made.writestr("lib/arm64-v8a/libjiagu.so", b"\x7fELF\x02\x01\x01" + bytes(200))
    ended = run("scan", apps / "fieldhand.apk", "packed.apk", "-w", "ws", "--workers", "1", "--report", "r.html")
    assert "1 app was only partly read. Capture its traffic to see the other back ends" in " ".join(ended.out.split())
    assert "packed with 360 Jiagu" in ended.out
    assert "packed with 360 Jiagu" in (tmp_path / "r.html").read_text()
    assert "## 1 app only partly read" in run("report", "-w", "ws", "--format", "markdown").out
    document = json.loads(run("report", "-w", "ws", "--format", "json").out)
    assert (document["headline"]["apps_partly_read"], document["headline"]["affected_partly_read"]) == (1, 0)
    unread = {one["path"]: [code["kind"] for code in one["unread"]] for one in document["apps"]}
    assert sorted(unread.values()) == [[], ["packed"]]


REASONS = {
    "cut off": "the file ends within this entry",
    "flipped": "the compressed data",
    "overwritten": "the compressed data",
}
"""Why the code was not read; of several reasons for one part the first is shown."""
FORMATS = ("table", "markdown", "html", "json", "ndjson", "sarif", "junit")


def damage(package: Path, target: Path, kind: str) -> None:
    """The package, cut off within its code, or with another content there."""
    data = bytearray(package.read_bytes())
    with zipfile.ZipFile(package) as archive:
        entry = archive.getinfo("classes.dex")
        start = entry.header_offset + 30 + len(entry.filename) + len(entry.extra)
        end = start + entry.compress_size
    if kind == "cut off":
        del data[(start + end) // 2 :]
    elif kind == "flipped":
        data[start + 50 : start + 450] = bytes(byte ^ 0xFF for byte in data[start + 50 : start + 450])
    else:
        data[start : start + 400] = bytes(400)
    target.write_bytes(data)


@pytest.mark.parametrize(
    "kind", ["cut off", *(pytest.param(one, marks=pytest.mark.more) for one in ("flipped", "overwritten"))]
)
def test_a_damaged_package_is_no_package_without_findings(run: Run, apps: Path, tmp_path: Path, kind: str) -> None:
    words = ("-w", "ws", "--workers", "1")
    assert run("scan", apps / "fieldhand.apk", *words, "--report", "old.json").code == 0
    findings = len(json.loads((tmp_path / "old.json").read_text())["findings"])
    damage(apps / "fieldhand.apk", tmp_path / "lost.apk", kind)
    for name in FORMATS:
        ended = run("scan", "lost.apk", *words, "--fail-on", "high", "--baseline", "old.json", "--format", name)
        assert ended.code == 3, name
        line = rf"^tieback: lost\.apk: cut off or damaged: .*{REASONS[kind]}"
        assert re.search(line, ended.err, re.MULTILINE)
        assert all(part in ended.out for part in ("classes.dex", REASONS[kind])), name
        assert "contains no code" not in ended.out, name
        if name == "json":
            document = json.loads(ended.out)
            assert (document["headline"]["apps_partly_read"], document["headline"]["apps_damaged"]) == (1, 1)
            found = document["baseline"]
            assert found["fixed"] == 0
            assert found["unchanged"] + found["updated"] + found["unconfirmed"] == findings > 0
    ended = run("app", "lost.apk")
    assert (ended.code, "The package is cut off or damaged" in " ".join(ended.out.split())) == (3, True)
    assert "lost.apk: cut off or damaged" in ended.err


@pytest.mark.parametrize("name", few((*FORMATS, "csv", "stix"), 4))
def test_an_input_that_could_not_be_read_is_in_every_format(run: Run, apps: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "lost.apk").write_bytes(b"no package " * 100)
    ended = run("scan", apps / "fieldhand.apk", "lost.apk", "-w", "ws", "--workers", "1", "--format", name)
    assert ended.code == 3
    assert "tieback: lost.apk: a text file, not an app package" in ended.err
    if name in ("csv", "stix"):
        assert re.search(r"not in .*1 input that could not be read", ended.err, re.MULTILINE)
    else:
        assert all(part in " ".join(ended.out.split()) for part in ("lost.apk", "a text file, not an app package"))
    if name in ("table", "markdown", "html"):
        assert "1 input could not be read: see the problems." in " ".join(ended.out.split())


def test_copies_of_an_input_are_counted(run: Run, apps: Path, tmp_path: Path) -> None:
    for name in ("a.apk", "b.apk", "c.apk"):
        (tmp_path / name).write_bytes((apps / "fieldhand.apk").read_bytes())
    ended = run("scan", "a.apk", "b.apk", "c.apk", "-w", "ws", "--workers", "1", "--format", "json")
    document = json.loads(ended.out)
    assert (ended.code, document["headline"]["apps_analysed"], document["headline"]["files_skipped"]) == (0, 1, 2)
    said = "inputs: 2 files were not read, such as b.apk: same content as an input before them"
    assert f"tieback: note: {said}. Their results are those of that input." in ended.err.splitlines()
    assert said.removeprefix("inputs: ") in [one["what"] for one in document["problems"]]


def test_a_scan_says_what_it_took_over_from_an_earlier_run(run: Run, apps: Path) -> None:
    words = ("-w", "ws", "--workers", "1", "--format", "json")
    assert "taken over" not in run("scan", apps / "fieldhand.apk", *words).err
    ended = run("scan", apps / "fieldhand.apk", apps / "workhub.apk", *words)
    assert "taken over from an earlier run, and not read again: 1 of 2 apps" in ended.err.splitlines()


def test_a_sample_without_a_grant_is_refused_before_anything_is_read(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps / "fieldhand.apk", "-w", "ws", "--sample-of", "1000")
    assert (ended.code, "nothing can be extrapolated" in ended.err, (tmp_path / "ws").exists()) == (2, True, False)


def test_a_build_that_passes_says_what_its_severity_does_not_count(run: Run, apps: Path) -> None:
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    note = "not probed: there is no grant. Add --grant FILE. --fail-on critical does not count this, --fail-on unprobed"
    ended = run(*words, "--fail-on", "critical")
    assert (ended.code, note in ended.err) == (0, True)
    assert "does not count" not in run(*words, "--fail-on", "critical", "--fail-on", "unprobed").err
    assert "does not count" not in run(*words, "--fail-on", "low").err, "it fails already"
    assert "does not count" not in run(*words).err


def test_a_scan_that_is_stopped_says_what_is_kept(tmp_path: Path, apps: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(200):
        (folder / f"{number}.apk").write_bytes((apps / "fieldhand.apk").read_bytes() + number.to_bytes(4, "big"))
    command = [sys.executable, "-m", "tieback", "scan", str(folder), "-w", str(tmp_path / "ws"), "--workers", "1"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "ws" / "lock").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "stopped by Ctrl-C: what was read is kept, and the same command continues" in errors


def test_fail_on_unread(run: Run, apps: Path, tmp_path: Path) -> None:
    words = ("-w", "ws", "--workers", "1", "--fail-on", "unread")
    assert run("scan", apps / "fieldhand.apk", *words).code == 0
    damage(apps / "fieldhand.apk", tmp_path / "lost.apk", "cut off")
    ended = run("scan", "lost.apk", *words)
    assert ended.code == 1
    assert re.search(r"^exit 1: 1 app only partly read: lost\.apk \(cut off or damaged: .+\)$", ended.err, re.MULTILINE)


def har(*entries: dict[str, Any]) -> str:
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": list(entries)}})


def post(host: str, **body: str) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-11-01T10:00:00Z", "time": 1, "serverIPAddress": "10.0.0.5",
        "request": {
            "method": "POST", "url": f"http://{host}/v1", "headers": [], "bodySize": 40,
            "postData": {"mimeType": "application/json", "text": json.dumps(body)},
        },
        "response": {"status": 200, "headers": [], "content": {"size": 0}, "bodySize": 0},
    }  # fmt: skip


LEAKING = har(post("api.workhub.test"), post("log.workhub.test", email="ada@workhub.test", phone="+49 151 23456789"))


@pytest.mark.parametrize("name", few(FORMATS, 4))
def test_a_capture_that_is_cut_off_is_no_capture_without_leaks(run: Run, tmp_path: Path, name: str) -> None:
    words = ("-w", "ws", "--workers", "1")
    (tmp_path / "run.har").write_text(LEAKING)
    assert run("scan", "run.har", *words, "--report", "old.json").code == 0
    old = json.loads((tmp_path / "old.json").read_text())
    assert (old["headline"]["captures_partly_read"], len(old["findings"])) == (0, 1)
    (tmp_path / "cut.har").write_text(LEAKING[: LEAKING.index("log.workhub.test")])
    ended = run("scan", "cut.har", *words, "--baseline", "old.json", "--format", name)
    assert ended.code == 3
    said = "the archive is truncated or damaged after 1 entry"
    assert re.search(rf"^tieback: cut\.har: cut off or damaged: {said}.*Record or export", ended.err, re.MULTILINE)
    assert all(part in " ".join(ended.out.split()) for part in ("cut.har", said))
    if name == "json":
        document = json.loads(ended.out)
        head, (capture,) = document["headline"], document["captures"]
        assert (head["captures_partly_read"], head["captures_damaged"], capture["flows"]) == (1, 1, 1)
        assert [one["kind"] for one in capture["unread"]] == ["damaged"]
        assert (document["baseline"]["fixed"], document["baseline"]["unconfirmed"]) == (0, 1)
    assert run("scan", "cut.har", *words, "--fail-on", "unread").code == 1


def of_an_app(package: bytes) -> bytes:
    """A capture as PCAPdroid writes it, in which the app sends personal data in cleartext."""
    known = wire.block(0xBAD, struct.pack("<IHBxiBB", 62652, 1, 1, 10123, len(package), 1) + package + b"A")
    body = b'{"email": "ada@workhub.test", "phone": "+49 151 23456789"}'
    asked = b"POST /v1 HTTP/1.1\r\nHost: log.workhub.test\r\nContent-Type: application/json\r\n"
    asked += b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    comment = wire.option(1, b"u-10123") + wire.option(0, b"")
    talk = wire.talk(asked, b"HTTP/1.1 204 No Content\r\n\r\n", port=80)
    packets = (wire.enhanced(data, int(when * 1_000_000), options=comment) for when, data in talk)
    return wire.section() + wire.interface() + known + b"".join(packets)


def test_a_capture_changes_no_finding_of_the_package(run: Run, apps: Path, tmp_path: Path) -> None:
    """The capture names the app and not its platform: the package knows it."""
    words = ("-w", "ws", "--workers", "1")
    run("scan", apps / "fieldhand.apk", *words, "--report", "old.json")
    old = json.loads((tmp_path / "old.json").read_text())
    (tmp_path / "run.pcapng").write_bytes(of_an_app(old["apps"][0]["app"]["bundle_id"].encode()))
    ended = run("scan", apps / "fieldhand.apk", "run.pcapng", *words, "--format", "json", "--baseline", "old.json")
    new = json.loads(ended.out)
    assert [len(one["apps"]) for one in (old, new)] == [1, 1]
    assert 0 < len(old["findings"]) < len(new["findings"])
    assert {one["id"] for one in old["findings"]} < {one["id"] for one in new["findings"]}
    added = len(new["findings"]) - len(old["findings"])
    assert [new["baseline"][key] for key in ("new", "fixed", "unconfirmed")] == [added, 0, 0]


@pytest.mark.more
def test_a_leak_is_fixed_only_if_the_app_was_captured_again(run: Run, apps: Path, tmp_path: Path) -> None:
    words = ("-w", "ws", "--workers", "1", "--format", "json", "--baseline", "old.json")
    package = json.loads(run("app", apps / "fieldhand.apk", "--format", "json").out)["app"]["bundle_id"]
    meta = {"options": {"mode": "allowlist", "apps": [package]}, "device": {"platform": "android"}}

    def capture(*entries: dict[str, Any]) -> str:
        document = json.loads(har(*entries))
        document["log"]["_tweasel"] = meta
        return json.dumps(document)

    leak = post("log.workhub.test", email="ada@workhub.test", phone="+49 151 23456789")
    (tmp_path / "run.har").write_text(capture(leak))
    run("scan", apps / "fieldhand.apk", "run.har", "-w", "ws", "--workers", "1", "--report", "old.json")
    (found,) = [one for one in json.loads((tmp_path / "old.json").read_text())["findings"] if "log.workhub" in str(one)]
    (tmp_path / "clean.har").write_text(capture(post("log.workhub.test")))
    for inputs, fixed in (((), 0), (("clean.har",), 1)):
        baseline = json.loads(run("scan", apps / "fieldhand.apk", *inputs, *words).out)["baseline"]
        assert (baseline["fixed"], baseline["unconfirmed"]) == (fixed, 1 - fixed), found["rule"]


@pytest.mark.more
def test_the_files_that_a_scan_passes_over_are_counted(run: Run, apps: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "__MACOSX").mkdir(parents=True)
    (folder / "a.apk").write_bytes((apps / "fieldhand.apk").read_bytes())
    (folder / "run.har").write_text(LEAKING)
    (folder / "b.hbc").write_bytes(bytes.fromhex("c61fbc03c103191f") + bytes(200))
    (folder / "more.tar.gz").write_bytes(b"\x1f\x8b")
    (folder / "loop").symlink_to(folder, target_is_directory=True)
    (folder / "gone.apk").symlink_to(tmp_path / "no such file")
    for name in ("c.txt", "d.txt"):
        (folder / name).write_text("words")
    with tarfile.open(folder / "e.tar", "w") as shard:
        shard.add(apps / "workhub.apk", "workhub.apk")
        shard.add(folder / "c.txt", "inner.txt")
    reasons = {
        (str(folder), "__MACOSX was not read: attributes in an archive of macOS"),
        (str(folder), "2 files were not read, such as c.txt: not apps, captures or shards"),
        (str(folder), "gone.apk was not read: cannot be opened"),
        (str(folder), "loop was not read: link to a folder"),
        (str(folder), "more.tar.gz was not read: compressed shard, whose members cannot be read one by one"),
        (str(folder), "b.hbc was not read: part of an app beside a whole app"),
        (str(folder / "e.tar"), "inner.txt was not read: not an app, a capture or a shard"),
    }
    for name in FORMATS:
        ended = run("scan", folder, "-w", "ws", "--workers", "1", "--format", name)
        assert ended.code == 0, name
        lines = {line for line in ended.err.splitlines() if " note: " in line}
        assert lines == {f"tieback: note: {where}: {text}. {advice(text)}" for where, text in reasons}
        if name == "json":
            document = json.loads(ended.out)
            assert document["headline"]["files_skipped"] == 8
            told = {(one["where"], one["what"]) for one in document["problems"]}
            assert told >= reasons
        elif name != "table":
            assert "compressed shard, whose members" in ended.out, name


def test_damaged_copies_of_an_app_are_distinguished_by_their_files(run: Run, apps: Path, tmp_path: Path) -> None:
    for kind in ("flipped", "overwritten"):
        damage(apps / "fieldhand.apk", tmp_path / f"{kind}.apk", kind)
    shown = run("scan", "flipped.apk", "overwritten.apk", "-w", "ws", "--workers", "1").out
    for name in ("table", "markdown", "html"):
        text = shown if name == "table" else run("report", "-w", "ws", "--format", name).out
        for file in ("flipped.apk", "overwritten.apk"):
            assert f"Fieldhand 4.0.7 ({file})" in text, name  # only partly read
            assert name != "table" or re.search(rf"^Fieldhand \({file}\) +4\.0\.7 ", text, re.MULTILINE)
            assert name != "markdown" or f"| Fieldhand (Android, {file}) | 4.0.7 |" in text
    assert "Fieldhand (" not in run("scan", apps / "fieldhand.apk", "-w", "one", "--workers", "1").out


def test_a_configuration_that_was_cut_off_has_no_default(run: Run, apps: Path, tmp_path: Path) -> None:
    assert "connections without TLS" in run("app", apps / "fieldhand.apk").out
    damage(apps / "fieldhand.apk", tmp_path / "lost.apk", "cut off")
    text = " ".join(run("app", "lost.apk").out.split())
    assert "connections without TLS" not in text
    assert "network security configuration that it names cannot be read" in text


def test_unknown_report_format_fails_before_any_work(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.docx")
    assert ended.code == 2
    assert "report.docx" in ended.err
    assert not (tmp_path / "ws").exists()


@pytest.mark.parametrize("place", ["none/r.html", "file/r.html", "folder.html"])
def test_a_report_that_cannot_be_written_is_refused_before_any_work(
    run: Run, apps: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.html").mkdir()
    ended = run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--report", "r.json", "--report", place)
    assert (ended.code, f"{place}: the report cannot be written" in ended.err) == (4, True)
    assert ((tmp_path / "ws").exists(), (tmp_path / "r.json").exists()) == (False, False)
    (tmp_path / "grant.toml").write_text("")
    assert run("probe", "127.0.0.1:1", "--grant", "grant.toml", "--report", place).code == 4
    assert "cannot be written" in run("probe", "127.0.0.1:1", "--grant", "grant.toml", "--report", place).err


def test_failed_inputs_exit_3_and_4(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("not an app")
    assert run("scan", apps, "text.apk", "-w", "ws", "--workers", "1").code == 3
    ended = run("scan", "text.apk", "missing.apk", "-w", "ws2", "--workers", "1")
    assert ended.code == 4
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()[:2]] == ["text.apk", "missing.apk"]
    assert ended.err.splitlines()[2:] == ["no input was read, so the workspace has no new run"]


def test_a_mistyped_input_does_not_replace_the_last_run(run: Run, apps: Path, tmp_path: Path) -> None:
    assert run("scan", apps / "workhub.apk", "-w", "ws", "--workers", "1").code == 0
    before = run("workspace", "runs", "-w", "ws", "--format", "json").out
    first = json.loads(before)["id"]
    assert run("scan", "nothere.apk", "-w", "ws", "--workers", "1").code == 4
    assert run("workspace", "runs", "-w", "ws", "--format", "json").out == before
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 1
    assert run("scan", apps / "workhub.apk", apps / "fieldhand.apk", "-w", "ws", "--workers", "1").code == 0
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 2
    older = run("report", "-w", "ws", "--format", "json", "--run", first)
    assert json.loads(older.out)["headline"]["apps_analysed"] == 1
    listed = [line.split()[0] for line in run("workspace", "runs", "-w", "ws").out.splitlines() if line[0] == "2"]
    assert listed[1:] == [first]
    unknown = run("report", "-w", "ws", "--run", "nothing")
    assert unknown.code == 4
    assert "tieback workspace runs" in unknown.err


@pytest.mark.parametrize("version", ["tieback workspace\nschema 9999\n", "something else\n"])
def test_a_workspace_that_this_release_cannot_read(run: Run, apps: Path, tmp_path: Path, version: str) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "VERSION").write_text(version)
    ended = run("scan", apps, "-w", "ws")
    assert ended.code == 4
    assert len(ended.err.splitlines()) == 1
    assert "--workspace" in ended.err or "choose another directory" in ended.err


def test_fail_on_looks_at_what_is_new_where_there_is_a_baseline(run: Run, apps: Path) -> None:
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    ended = run(*words, "--fail-on", "low", "--report", "old.json")
    assert ended.code == 1
    assert re.search(r"^exit 1: \d+ findings? at or above low$", ended.err, re.MULTILINE)
    ended = run(*words, "--fail-on", "low", "--baseline", "old.json")
    assert ended.code == 0
    assert "exit 1" not in ended.err


def test_suppressed_findings_do_not_fail(run: Run, apps: Path, tmp_path: Path) -> None:
    who = 'reason = "known"\nauthor = "jo"\nexpires = 2099-01-01\n'
    (tmp_path / "s.toml").write_text(f'[[suppress]]\napp = "*"\n{who}')
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--fail-on", "low")
    assert run(*words, "--suppressions", "s.toml").code == 0
    assert run(*words, "--suppressions", "none.toml").code == 2


def test_scan_accepts_inputs_of_all_kinds_together(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", "-w", "ws")
    assert ended.code == 2
    assert "missing input" in ended.err
    (tmp_path / "m.csv").write_text(f"path\n{apps / 'workhub.apk'}\nnone.apk\n")
    ended = run("scan", "http://192.0.2.1/a.apk?sig=secret", "--manifest", "m.csv", "-w", "ws", "--workers", "1")
    assert ended.code == 3
    assert [line for line in ended.err.splitlines() if "192.0.2.1" in line or "none.apk" in line] == [
        "tieback: http://192.0.2.1/a.apk: not https. Use https; plain HTTP is allowed only for loopback",
        "tieback: none.apk: no such file or directory. Check the path",
    ]
    assert "Workhub" in ended.out


def test_a_log_is_scanned_like_a_capture(run: Run, tmp_path: Path) -> None:
    (tmp_path / "access.log").write_text(
        "1763812345.123 45 10.0.0.7 TCP_MISS/200 1234 GET http://es.shop.test:9200/users/_search?email=ada%40shop.test"
        " - HIER_DIRECT/203.0.113.9 application/json\n"
    )
    ended = run("scan", "access.log", "-w", "ws", "--workers", "1", "--fail-on", "high")
    assert ended.code == 1
    assert "1 capture read: 1 server, 1 with personal data or credentials in cleartext." in ended.out
    assert "es.shop.test:9200" in ended.out
    (tmp_path / "nginx.log").write_text('10.0.0.7 - - [27/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "x"\n')
    ended = run("scan", "nginx.log", "-w", "ws", "--workers", "1")
    assert ended.code == 4
    assert "nginx.log: a text file, not an app package." in ended.err
    assert "docs/reference/traffic-formats.md" in ended.err


def with_secrets(apps: Path, path: Path) -> Path:
    """A sample app with an access key in one of its assets."""
    shutil.copy(apps / "fieldhand.apk", path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(
            "assets/aws.json", '{"id": "AKIAQ3EGRZ7YTPK5WUNB", "key": "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv/Bq2We"}'
        )
    return path


def test_the_pre_commit_hook_shows_what_fails_it(run: Run, apps: Path, tmp_path: Path) -> None:
    hook = (Path(__file__).parents[3] / ".pre-commit-hooks.yaml").read_text()
    (words,) = re.findall(r"^  entry: ci/pre-commit (.+)$", hook, re.MULTILINE)
    ended = run("scan", *words.split(), with_secrets(apps, tmp_path / "k.apk"))
    assert ended.code == 1
    assert re.search(r"^exit 1: \d+ findings? at or above high$", ended.err, re.MULTILINE)
    titles = re.findall(r"^  (?:high|critical)  (.+)$", ended.out, re.MULTILINE)
    assert "Hard-coded credential in the app" in titles
    assert re.search(r"aws_access_key_id \(\w+\) AK\*+NB .*: assets/aws.json at 0x[0-9a-f]+$", ended.out, re.MULTILINE)
    assert "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv" not in ended.out
    assert "App allows connections without TLS" in ended.out


def test_a_grant_without_dns_is_in_the_headline(run: Run, apps: Path) -> None:
    who = ("--authorised-by", "Me", "--contact", "me@example.org")
    assert run("grant", "new", "g.toml", *who, "--target", "es.fieldhand.test").code == 0
    ended = run("scan", apps / "fieldhand.apk", "--grant", "g.toml", "-w", "ws", "--workers", "1")
    text = " ".join(ended.out.split())
    assert re.search(r"1 app analysed\. 0 of \d+ candidates were probed: .*DNS is not allowed by this grant\.", text)
    assert "Add dns = true." in text
    assert "Endpoints in apps and captures" in text


def test_a_failure_of_dns_is_not_reported_as_its_answer(run: Run, apps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DnsClient, "_configured", lambda _client: None)
    who = ("--authorised-by", "Me", "--contact", "me@example.org")
    assert run("grant", "new", "g.toml", *who, "--target", "es.fieldhand.test", "--dns").code == 0
    ended = run("scan", apps / "fieldhand.apk", "--grant", "g.toml", "-w", "ws", "--workers", "1")
    text = " ".join(ended.out.split())
    assert ("DNS failed or did not answer for the name." in text, "DNS has no address" in text) == (True, False)


@pytest.mark.parametrize(
    ("levels", "code", "reasons"),
    [
        ((), 0, []),
        (("critical",), 0, []),
        (
            ("unprobed",),
            1,
            [r"\d+ of \d+ candidates not probed: .*DNS is not allowed .*Not probed: .*es\.fieldhand\.test.*"],
        ),
        (("low", "unprobed", "high"), 1, [r"\d+ findings? at or above low", r"\d+ of \d+ candidates not probed: .*"]),
    ],
)
def test_fail_on_unprobed(run: Run, apps: Path, levels: tuple[str, ...], code: int, reasons: list[str]) -> None:
    who = ("--authorised-by", "Me", "--contact", "me@example.org")
    assert run("grant", "new", "g.toml", *who, "--target", "es.fieldhand.test").code == 0
    words = [word for level in levels for word in ("--fail-on", level)]
    ended = run("scan", apps / "fieldhand.apk", "--grant", "g.toml", "-w", "ws", "--workers", "1", *words)
    assert ended.code == code
    said = re.findall(r"^exit 1: (.+)$", ended.err, re.MULTILINE)
    assert len(said) == len(reasons)
    assert all(re.fullmatch(reason, line) for reason, line in zip(reasons, said, strict=True)), said


def test_fail_on_undecided(run: Run, apps: Path) -> None:
    report = the_report()
    unsure = replace(report, headline=replace(report.headline, undecided=1))
    assert list(_reasons_to_fail(report, [FailOn.UNDECIDED])) == []
    assert list(_reasons_to_fail(unsure, [FailOn.HIGH])) == list(_reasons_to_fail(report, [FailOn.HIGH]))
    (reason,) = _reasons_to_fail(unsure, [FailOn.UNDECIDED])
    assert reason.startswith("1 data store is not decided")
    silent = replace(report, probes=LazyTable.of([ProbeReport("db.test:5432", Outcome.TIMEOUT)]))
    assert list(_reasons_to_fail(silent, [FailOn.UNPROBED])) == list(_reasons_to_fail(report, [FailOn.UNPROBED]))
    (reason,) = _reasons_to_fail(silent, [FailOn.UNDECIDED])
    assert reason.startswith("1 target without a verdict")
    assert reason.endswith("db.test:5432")
    assert run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--fail-on", "undecided").code == 0


def test_fail_on_unprobed_without_a_grant(run: Run, apps: Path) -> None:
    ended = run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--fail-on", "unprobed")
    assert ended.code == 1
    assert re.search(
        r"^exit 1: \d+ back ends not probed: there is no grant\. Add --grant FILE\. Not probed: .*es\.fieldhand\.test",
        ended.err,
        re.MULTILINE,
    )


def test_dropped_hosts_are_in_the_report_with_the_reason(run: Run, apps: Path, tmp_path: Path) -> None:
    package = shutil.copy(apps / "fieldhand.apk", tmp_path / "dropped.apk")
    Path(package).chmod(0o600)
    with zipfile.ZipFile(package, "a") as archive:
        archive.writestr(
            "assets/dev.json", '{"es": "http://elasticsearch:9200/idx", "dev": "http://10.0.2.2:3000/api"}'
        )
    ended = run("scan", package, "-w", "ws", "--workers", "1")
    text = " ".join(ended.out.split())
    assert re.search(r" \d+ names in the apps are not back ends: .*host name without a dot \(1\)", text)
    (line,) = run("report", "-w", "ws", "--format", "json").out.splitlines()
    dropped = {one["value"]: one["reason"] for one in json.loads(line)["not_backends"]}
    assert "emulator" in dropped["http://10.0.2.2:3000/api"]
    assert "without a dot" in dropped["http://elasticsearch:9200/idx"]
    lines = map(json.loads, run("report", "-w", "ws", "--format", "ndjson").out.splitlines())
    assert {one["value"] for one in lines if one["schema"].startswith("tieback/dropped-name/")} == set(dropped)


def test_fail_on_takes_no_other_word(run: Run, apps: Path) -> None:
    assert "Value error" not in run("scan", apps / "fieldhand.apk", "--fail-on", "bogus").err
    assert run("scan", apps / "fieldhand.apk", "-w", "ws", "--fail-on", "never").code == 2


def test_only_the_user_may_read_what_is_written(run: Run, apps: Path, tmp_path: Path) -> None:
    """Also with an open umask, and in a folder that others may list."""
    (tmp_path / "ws").mkdir(mode=0o755)
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    assert run(*words, "--report", "report.html", "--report", "report.json").code == 0
    written = [path for path in tmp_path.rglob("*") if path != tmp_path / "ws"]
    assert len(written) > 10
    assert {path.name: oct(path.stat().st_mode) for path in written if path.stat().st_mode & 0o077} == {}


def test_a_capture_alone_names_servers_encryption_and_leaks(run: Run, tmp_path: Path) -> None:
    content = capture(HTTP)
    (tmp_path / "run.pcap").write_bytes(content)
    names = ("report.html", "report.md", "report.csv", "report.json")
    ended = run(
        "scan", "run.pcap", "-w", "ws", "--workers", "1", *(word for name in names for word in ("--report", name))
    )
    assert ended.code == 0
    assert "1 capture read: 1 server, 1 with personal data or credentials in cleartext." in " ".join(ended.out.split())
    (row,) = [line for line in ended.out.splitlines() if line.startswith("api.workhub.test:80")]
    assert row.split() == [
        "api.workhub.test:80", "unknown", "http", "cleartext", f"{len(HTTP)}", "B", "0", "B", "e-mail", "addresses",
    ]  # fmt: skip
    page = (tmp_path / "report.html").read_text()
    for text in (ended.out, page, (tmp_path / "report.md").read_text()):
        assert "Servers in the captures" in text
        assert "Traffic in run.pcap" in text
    # The digest of the capture is the key of the traffic, never its name.
    digest = sha256(content).hexdigest()
    for text in (ended.out, re.sub(r"app-\w+", "", page), (tmp_path / "report.md").read_text()):
        assert digest not in text
    document = json.loads((tmp_path / "report.json").read_text())
    (server,) = document["servers"]
    assert (server["host"], server["port"], server["encryption"], server["leaks"]) == (
        "api.workhub.test", 80, "cleartext", ["email"],
    )  # fmt: skip
    assert [one["flows"] for one in document["captures"]] == [1]
    assert "Traffic in run.pcap" in (tmp_path / "report.csv").read_text()


def test_a_capture_without_flows_was_read_and_a_broken_one_was_not(run: Run, tmp_path: Path) -> None:
    head = capture(HTTP)[:24]
    (tmp_path / "empty.pcap").write_bytes(head)
    (tmp_path / "broken.pcap").write_bytes(head + b"\xff" * 40)
    (tmp_path / "broken.har").write_text('{"log": {"entries": [')
    ended = run("scan", "empty.pcap", "-w", "ws", "--workers", "1")
    assert (ended.code, "empty.pcap: read; it contains no flows" in ended.out) == (0, True)
    listed = run("traffic", "empty.pcap")
    assert (listed.code, listed.out, listed.err) == (0, "", "tieback: empty.pcap: read; it contains no flows\n")
    for name in ("broken.pcap", "broken.har"):
        broken = run("scan", name, "-w", f"ws-{name}", "--workers", "1")
        assert (broken.code, f"tieback: {name}: " in broken.err) == (4, True), name
        mixed = run("scan", name, "empty.pcap", "-w", f"ws-{name}", "--workers", "1")
        assert (mixed.code, f"tieback: {name}: " in mixed.err) == (3, True), name


def test_a_closed_pipe_is_no_finding(tmp_path: Path, apps: Path) -> None:
    words = ["scan", str(apps), "-w", str(tmp_path / "ws"), "--workers", "1"]
    ours, theirs = os.pipe()
    os.close(ours)  # as `head` does when it has read enough
    with os.fdopen(theirs, "wb") as closed:
        ended = subprocess.run(
            [sys.executable, "-m", "tieback", *words], stdout=closed, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (ended.returncode, ended.stderr) == (141, ""), "as shells report it of other programs"
