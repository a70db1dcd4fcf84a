"""``tieback data``: import, list and verify what the operator brings."""

import json
from pathlib import Path

import pytest

from tests.unit.backends.mmdb_file import mmdb
from tests.unit.backends.test_rdap import DOMAIN, NETWORK
from tests.unit.backends.test_rdap import data as rdap
from tests.unit.cli.conftest import Run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TIEBACK_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def given(folder: Path) -> None:
    (folder / "fastly.json").write_text(json.dumps({"addresses": ["192.0.2.0/24"], "ipv6_addresses": []}))
    (folder / "asn.mmdb").write_bytes(mmdb("ASN", {"192.0.2.0/24": {"autonomous_system_number": 64496}}))


def test_without_data_each_command_says_so(run: Run) -> None:
    for command in ("list", "verify"):
        for form in ("table", "json"):
            ended = run("data", command, "--format", form)
            assert (ended.code, ended.out, "nothing imported into" in ended.err) == (0, "", True), (command, form)


def test_import_list_verify(run: Run, tmp_path: Path, folder: Path) -> None:
    given(tmp_path)
    ended = run("data", "import", "fastly.json", "asn.mmdb")
    assert (ended.code, ended.out) == (0, "")
    assert "fastly.json: fastly undated, imported" in ended.err.replace("\n", " ")
    listed = [json.loads(line) for line in run("data", "list", "--format", "json").out.splitlines()]
    assert [(one["schema"], one["name"], one["entries"]) for one in listed] == [
        ("tieback/dataset/1", "fastly", 1),
        ("tieback/dataset/1", "mmdb-asn:ASN", 0),
    ]
    assert "fastly" in run("data", "list").out
    assert "unchanged" in run("data", "verify").out
    (folder / f"{listed[0]['sha256']}.data").write_bytes(b"x")
    ended = run("data", "verify", "--format", "json")
    assert ended.code == 3
    assert [json.loads(line)["problem"] for line in ended.out.splitlines()] == [
        "the file does not match the hash from its import",
        "",
    ]


def test_bad_files_are_one_line_each(run: Run, tmp_path: Path) -> None:
    given(tmp_path)
    (tmp_path / "city.mmdb").write_bytes(mmdb("City", {"192.0.2.0/24": {"city": "X"}}))
    ended = run("data", "import", "fastly.json", "city.mmdb")
    assert ended.code == 3
    assert len([line for line in ended.err.splitlines() if line.startswith("tieback: city.mmdb")]) == 1
    ended = run("data", "import", "missing")
    assert (ended.code, len(ended.err.splitlines())) == (4, 1)


def test_rdap_documents_give_contacts(run: Run, tmp_path: Path) -> None:
    (tmp_path / "rdap.json").write_bytes(rdap(NETWORK, DOMAIN, {"objectClassName": "help"}))
    ended = run("data", "import", "rdap.json")
    said = " ".join(ended.err.split())
    assert (ended.code, "2 documents, 1 entry ignored: not a document" in said) == (0, True)
    assert "rdap:several" in run("data", "list").out
    assert "unchanged" in run("data", "verify").out
    found = json.loads(run("backend", "why", "203.0.113.7", "--format", "json").out)
    assert found["contacts"] == ["abuse@hoster.example", "noc@hoster.example"]
    told = run("backend", "why", "api.shop.example").out
    assert "it@shop.example" in told
    assert "Shop AG" in told
    (tmp_path / "bad.json").write_text('{"objectClassName": "ip network"')
    ended = run("data", "import", "bad.json")
    assert (ended.code, len(ended.err.splitlines())) == (4, 1)


def test_nothing_was_imported(run: Run) -> None:
    ended = run("data", "list")
    assert (ended.code, ended.out) == (0, "")
    assert "nothing imported" in ended.err
    assert run("data", "verify").code == 0
