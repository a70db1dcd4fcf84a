"""Files as they come: packed, in UTF-16, cut off, made to hurt."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.inventory.source import MAX_LINE, MAX_MEMBERS, InventorySource, zip_members
from tieback.model.errors import InputError

TEXT = "name,version\r\nMüller,1\r\n"


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        gzip.compress(TEXT.encode()),
        gzip.compress(TEXT.encode("utf-16")),
        TEXT.encode("cp1252"),
    ],
    ids=["utf8", "bom", "utf16", "utf16be", "gzip", "gzip-utf16", "cp1252"],
)
def test_every_encoding_gives_the_same_rows(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fleet.csv"
    path.write_bytes(content)
    assert list(InventorySource(path).lines()) == ["name,version\n", "Müller,1\n"]


def test_lines_of_mixed_encodings(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv"
    path.write_bytes("Müller\n".encode() + "Größe\n".encode("cp1252"))
    assert list(InventorySource(path).lines()) == ["Müller\n", "Größe\n"]


def test_members_of_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "fleet.zip"
    path.write_bytes(zipped(**{"AppInvRawData.csv": TEXT.encode(), "readme.md": b"x", "a/b.json": b"[]"}))
    assert zip_members(path) == ("AppInvRawData.csv", "a/b.json")
    source = InventorySource(path, "AppInvRawData.csv")
    assert (source.label, source.device) == (f"{path}!AppInvRawData.csv", "AppInvRawData")
    assert next(iter(source.lines())) == "name,version\n"
    (tmp_path / "plain.csv").write_text(TEXT)
    assert zip_members(tmp_path / "plain.csv") == ()


def test_a_half_written_zip_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "fleet.zip"
    path.write_bytes(zipped(**{"a.csv": TEXT.encode() * 999})[:-30])
    with pytest.raises(InputError, match="damaged ZIP file"):
        zip_members(path)


def test_damage_inside_a_zip_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "fleet.zip"
    whole = bytearray(zipped(**{"a.csv": bytes(range(256)) * 400}))
    whole[60:300] = b"\xff" * 240
    path.write_bytes(bytes(whole))
    with pytest.raises(InputError, match="cannot be decompressed"):
        list(InventorySource(path, "a.csv").chunks())


def test_a_cut_gzip_is_one_line(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv.gz"
    path.write_bytes(gzip.compress(TEXT.encode() * 9999)[:-20])
    with pytest.raises(InputError, match="cannot be decompressed"):
        list(InventorySource(path).lines())


def test_a_zip_of_very_many_files_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    path.write_bytes(zipped(**{f"{number}.csv": b"" for number in range(MAX_MEMBERS + 1)}))
    with pytest.raises(InputError, match="more than 1,000 files"):
        zip_members(path)


@pytest.mark.parametrize(
    "members",
    [
        ("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml", "xl/worksheets/sheet1.xml"),
        ("[Content_Types].xml", "_rels/.rels", "xl/workbook.bin"),
        ("mimetype", "content.xml", "META-INF/manifest.xml"),
        ("Index/Document.iwa", "Metadata/Properties.plist"),
    ],
    ids=["xlsx", "xlsb", "ods", "numbers"],
)
def test_a_spreadsheet_is_called_one(tmp_path: Path, members: tuple[str, ...]) -> None:
    path = tmp_path / "fleet.zip"
    path.write_bytes(zipped(**dict.fromkeys(members, b"<x/>")))
    with pytest.raises(InputError, match="a spreadsheet") as found:
        zip_members(path)
    assert "CSV" in found.value.advice
    assert "CSV" in found.value.page_advice


def test_a_zip_without_tables(tmp_path: Path) -> None:
    path = tmp_path / "app.zip"
    path.write_bytes(zipped(**{"classes.dex": b"dex"}))
    with pytest.raises(InputError, match="no inventory in this ZIP file"):
        zip_members(path)


def test_a_line_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fleet.csv"
    path.write_bytes(b"x" * (MAX_LINE * 2))
    with pytest.raises(InputError, match="a line is longer than 1 MiB"):
        list(InventorySource(path).lines())


def test_what_is_longer_than_allowed_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"x" * (2 << 20))
    with pytest.raises(InputError, match="longer than 1 MiB"):
        InventorySource(path).raw(1 << 20)
    with pytest.raises(InputError, match="No such file"):
        InventorySource(tmp_path / "none").head()


def test_the_first_record_left_out_is_remembered(tmp_path: Path) -> None:
    source = InventorySource(tmp_path / "x")
    source.skip(3, "no\nname")
    source.skip(4, "other")
    assert (source.skipped, source.first_skipped) == (2, "record 3: no name")


@given(st.binary(max_size=500))
def test_any_bytes_are_lines_or_one_error(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(data)
    try:
        assert all(isinstance(line, str) for line in InventorySource(path).lines())
        zip_members(path)
    except InputError as error:
        assert str(path) in error.where  # noqa: PT017 - either is right
