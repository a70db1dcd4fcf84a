"""What the operator imports is kept, dated, hashed, and checked."""

import json
from pathlib import Path

import pytest

from tests.unit.backends.mmdb_file import mmdb
from tieback.backends.datasets import Datasets, default_folder
from tieback.model.errors import InputError

FASTLY = json.dumps({"addresses": ["192.0.2.0/24"], "ipv6_addresses": ["2001:db8::/32"]})


def given_file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_import_list_verify(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path / "data")
    assert datasets.all() == ()
    fastly = datasets.add(given_file(tmp_path, "fastly.json", FASTLY), today="2026-06-17")
    country = datasets.add(given_file(tmp_path, "c.mmdb", mmdb("Country", {"192.0.2.0/24": {"country_code": "NL"}})))
    plain = datasets.add(given_file(tmp_path, "ours.txt", "192.0.2.0/28\nx\n"), provider="hetzner")
    assert [one.name for one in datasets.all()] == ["fastly", "hetzner-ipv4", "mmdb-country:Country"]
    assert (fastly.entries, plain.entries, plain.skipped, country.date) == (2, 1, 1, "2025-06-15")
    assert fastly.cited == f"fastly undated, imported 2026-06-17 (sha256 {fastly.sha256[:12]})"
    assert [wrong for _, wrong in datasets.verify()] == ["", "", ""]


def test_a_newer_file_takes_the_older_ones_place(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path / "data")
    old = datasets.add(given_file(tmp_path, "a.json", FASTLY))
    new = datasets.add(given_file(tmp_path, "b.json", FASTLY.replace("192.0.2.0", "198.51.100.0")))
    assert datasets.all() == (new,)
    assert not list(datasets.folder.glob(f"{old.sha256}*"))


@pytest.mark.parametrize("rows", ["{0},{0},64496,Example\n", "{0}\n"], ids=["asn", "plain"])
def test_lists_that_come_in_two_files_do_not_take_each_others_place(tmp_path: Path, rows: str) -> None:
    datasets = Datasets(tmp_path / "data")
    for name, address in (("a", "192.0.2.1"), ("b", "2001:db8::1"), ("c", "192.0.2.2")):
        datasets.add(given_file(tmp_path, name, rows.format(address)), provider="hetzner")
    assert [(one.name.rpartition("-")[2], one.file) for one in datasets.all()] == [("ipv4", "c"), ("ipv6", "b")]
    assert [wrong for _, wrong in datasets.verify()] == ["", ""]


@pytest.mark.parametrize(
    ("ending", "says"),
    [
        ("data", "the file does not match the hash from its import"),
        ("table", "the compiled table does not match the file"),
    ],
)
def test_changed_file_is_reported(tmp_path: Path, ending: str, says: str) -> None:
    datasets = Datasets(tmp_path / "data")
    one = datasets.add(given_file(tmp_path, "a.json", FASTLY))
    (datasets.folder / f"{one.sha256}.{ending}").write_bytes(b"other")
    ((_, wrong),) = datasets.verify()
    assert says in wrong


def test_missing_and_damaged(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path / "data")
    one = datasets.add(given_file(tmp_path, "a.json", FASTLY))
    (datasets.folder / f"{one.sha256}.data").unlink()
    (datasets.folder / f"{one.sha256}.table").unlink()
    ((_, wrong),) = datasets.verify()
    assert "cannot be read" in wrong
    with pytest.raises(InputError, match="missing or damaged"):
        datasets.table(one)
    (datasets.folder / "manifest.json").write_text("{")
    with pytest.raises(InputError, match="damaged"):
        datasets.all()


def test_invalid_data_file_is_not_imported(tmp_path: Path) -> None:
    datasets = Datasets(tmp_path / "data")
    with pytest.raises(InputError, match="neither AS numbers nor countries"):
        datasets.add(given_file(tmp_path, "city.mmdb", mmdb("City", {"192.0.2.0/24": {"city": "X"}})))
    with pytest.raises(InputError, match=r"nothing\.txt.*the list does not name its provider"):
        datasets.add(given_file(tmp_path, "nothing.txt", "hello"))
    with pytest.raises(InputError, match="cannot be read"):
        datasets.add(tmp_path / "missing")
    assert not datasets.folder.exists()


def test_the_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_DATA", "/x/data")
    assert default_folder() == Path("/x/data")
    monkeypatch.delenv("TIEBACK_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", "/x")
    assert default_folder() == Path("/x/tieback")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/u")
    assert default_folder() == Path("/home/u/.local/share/tieback")
