"""Lines of logs as rows, bounded."""

import gzip
import io
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.traffic.log_rows import MAX_LINE, READERS, LineFaults, head_lines, lines, open_lines, reader_of

ZEEK = [
    "#separator \\x09", "#set_separator\t,", "#empty_field\t(empty)", "#unset_field\t-", "#path\tconn",
    "#fields\tts\tid.orig_h\tproto\tservice\tconn_state", "#types\ttime\taddr\tenum\tstring\tstring",
    "1700000000.5\t10.0.0.9\ttcp\t-\tSF", "too\tfew",
]  # fmt: skip


@each(
    ("reader", "text", "rows"),
    [
        (
            "zeek",
            ZEEK,
            [{"ts": "1700000000.5", "id.orig_h": "10.0.0.9", "proto": "tcp", "service": "", "conn_state": "SF"}, None],
        ),
        (
            "json",
            ['{"a":{"b":1,"c":[1,2]},"d":[{"e":"f"}],"g":null,"h":true,"i":1.5}', "[1]", "{"],
            [{"a.b": "1", "a.c": "1,2", "d.0.e": "f", "h": "true", "i": "1.5"}, None, None],
        ),
        (
            "pairs",
            ['date=2026-01-02 time=03:04:05 srcip=1.2.3.4 msg="a b"', "nothing"],
            [{"date": "2026-01-02 03:04:05", "time": "03:04:05", "srcip": "1.2.3.4", "msg": "a b"}, None],
        ),
        (
            "pairs",
            ["2026-01-02 03:04:05\treason=Not allowed\turl=a.test/x=1\thostname=a.test"],
            [{"time": "2026-01-02 03:04:05", "reason": "Not allowed", "url": "a.test/x=1", "hostname": "a.test"}],
        ),
        ("csv", ["a;b", '"1;2";3', "4"], [{"a": "1;2", "b": "3"}, None]),
        ("squid", ["nothing of the kind"], [None]),
        ("umbrella", ['"a","b"'], [None]),
    ],
)
def test_log_lines_become_rows(reader: str, text: list[str], rows: list[dict[str, str] | None]) -> None:
    assert list(READERS[reader](text)) == rows


def test_lines_are_bounded_and_those_left_out_are_counted() -> None:
    long = b"x" * (3 * MAX_LINE) + b"\nshort\r\n"
    faults = LineFaults()
    assert list(lines(io.BytesIO(b"\xef\xbb\xbfa\n" + long), faults)) == ["a", "short"]
    assert faults == LineFaults("", read=2, too_long=1)


@each(
    ("packed", "damage"),
    [
        (gzip.compress(b"one\ntwo\n")[:-6], "truncated"),
        (gzip.compress(b"one\ntwo\n")[:-8] + b"\1" * 8, "damaged"),
        (gzip.compress(b"one\ntwo\n") + b"\x1f\x8b\x07" + b"junk" * 4, "damaged"),
        (gzip.compress(b"x" * (3 * MAX_LINE), 1)[:-6], "truncated"),
    ],
)
def test_damage_ends_the_lines_with_its_reason(tmp_path: Path, packed: bytes, damage: str) -> None:
    (tmp_path / "a.gz").write_bytes(packed)
    faults = LineFaults()
    with open_lines(tmp_path / "a.gz") as file:
        assert list(lines(file, faults)) in ([], ["one", "two"])
    assert damage in faults.damage


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "conn.log.gz"
    path.write_bytes(gzip.compress("\n".join(ZEEK).encode()))
    assert reader_of(path.read_bytes()) == "zeek"
    with open_lines(path) as file:
        assert next(lines(file, LineFaults())) == ZEEK[0]


@each("head", [b"", b"\x1f\x8b\x08junk", b"\0\1\2", b"hello\nworld\n", b"name,email\nada,a@b.test\n", b"{}\n"])
def test_other_files(head: bytes) -> None:
    assert reader_of(head) == ""


def test_head_lines() -> None:
    assert head_lines(b"\xef\xbb\xbfa\n\nb\n") == ["a", "b"]


@settings(max_examples=examples(80), deadline=None)
@given(st.lists(st.text(max_size=120), max_size=6))
def test_reading_any_log_never_raises(text: list[str]) -> None:
    for reader in READERS.values():
        list(reader(text))
    reader_of("\n".join(text).encode())
