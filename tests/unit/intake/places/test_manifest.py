"""Manifests in each form say the same; rows that make no sense are named and cost no other."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.places.manifest import MAX_LINE, ManifestRow, read_lines, read_manifest
from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE

SHA = "ab" * 32
ROWS = [
    ManifestRow("s3://corpus/a, b.apk", SHA, 10, "app", 512),
    ManifestRow("run.pcap", "", UNKNOWN_SIZE, "traffic", 0),
    ManifestRow("https://h.example/x?sig=1", "", 7, "", 0),
]
CSV = f'sha256,size,path,kind,offset,team\n{SHA.upper()},10,"s3://corpus/a, b.apk",app,512,red\n,,run.pcap,traffic,,\n,7,https://h.example/x?sig=1,,0,\n'
TSV = f"path\tsha256\tbytes\tkind\toffset\ns3://corpus/a, b.apk\t{SHA}\t10\tapp\t512\nrun.pcap\t\t\ttraffic\nhttps://h.example/x?sig=1\t\t7\n"
JSON = f"""{{"path":"s3://corpus/a, b.apk","sha256":"{SHA}","size":10,"kind":"app","offset":512,"x":[1]}}

{{"Path":"run.pcap","kind":"traffic","sha256":null}}
{{"url":"https://h.example/x?sig=1","size":"7"}}
"""


@pytest.mark.parametrize(
    ("name", "text"), [("m.csv", CSV), ("m", CSV), ("m.tsv", TSV), ("m", TSV), ("m.jsonl", JSON), ("m", JSON)]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_form(tmp_path: Path, name: str, text: str, end: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", end).encode())
    assert list(read_manifest(path)) == ROWS


def test_parquet(tmp_path: Path) -> None:
    columns = {
        "PATH": [row.path for row in ROWS],
        "sha256": [row.sha256 or None for row in ROWS],
        "size": pa.array([10, None, 7], pa.int64()),
        "kind": ["app", "traffic", None],
        "offset": pa.array([512, None, 0], pa.uint64()),
        "other": [b"x"] * 3,
    }
    pq.write_table(pa.table(columns), tmp_path / "m.parquet")
    assert list(read_manifest(tmp_path / "m.parquet")) == ROWS
    whole = (tmp_path / "m.parquet").read_bytes()
    (tmp_path / "m.parquet").write_bytes(whole[:-40])
    (error,) = read_manifest(tmp_path / "m.parquet")
    assert isinstance(error, InputError)
    assert error.what.startswith("the manifest is damaged after row 0")


def test_a_list() -> None:
    text = b"# the corpus\ns3://corpus/a.apk\n\n  https://h.example/b,c.apk \r\nrun.pcap"
    assert list(read_lines([text], "list.txt")) == [
        ManifestRow("s3://corpus/a.apk"),
        ManifestRow("https://h.example/b,c.apk"),
        ManifestRow("run.pcap"),
    ]


@each(
    ("line", "said"),
    [
        (b"a.apk,abc,", "sha256 is not 64 hexadecimal digits"),
        (b"a.apk,,-1", "size or offset is not a number of bytes"),
        (b"a.apk,,1e9", "size or offset is not a number of bytes"),
        (b"a.apk,,,film", "kind is neither app nor traffic"),
        (b",,10", "the row has no path"),
        (b'"a.apk,,10', "the line is not a valid table row"),
        (b"\xff\xfe,,", "the line is not UTF-8"),
        (b"a" * (MAX_LINE + 1), "the line is longer than 64 KiB"),
        (b"a\x07.apk,,", "the row has no path"),
    ],
)
def test_a_row_that_makes_no_sense(line: bytes, said: str) -> None:
    found = list(read_lines([b"path,sha256,size,kind\nfirst.apk\n" + line + b"\nlast.apk\n"], "m.csv", ".csv"))
    assert [one.path for one in found if isinstance(one, ManifestRow)] == ["first.apk", "last.apk"]
    (error,) = (one for one in found if isinstance(one, InputError))
    assert str(error) == f"m.csv, row 3: {said}. Correct the manifest; the other rows are read"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("m.csv", b"", "the manifest is empty"),
        ("m.csv", b"name,hash\na,b\n", "the manifest has no path column"),
        ("m.jsonl", b"[1]\n", "the line is not a JSON object"),
        ("m.jsonl", b"[" * 60_000, "the line is not a JSON object"),
        ("m.parquet", b"PAR1" + b"x" * 100, "the manifest is damaged after row 0"),
        ("none.csv", None, "the manifest cannot be read (No such file or directory)"),
    ],
)
def test_a_manifest_that_makes_no_sense(tmp_path: Path, name: str, content: bytes | None, said: str) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    (error,) = read_manifest(tmp_path / name)
    assert isinstance(error, InputError)
    assert error.what.startswith(said)


@given(st.binary(max_size=400), st.sampled_from([".csv", ".tsv", ".jsonl", ".parquet", ""]), st.booleans())
def test_any_bytes(tmp_path: Path, content: bytes, suffix: str, table: bool) -> None:
    path = tmp_path / f"m{suffix}"
    path.write_bytes((b"path,sha256,size\n" if table else b"") + content)
    assert all(isinstance(one, ManifestRow | InputError) for one in read_manifest(path))
