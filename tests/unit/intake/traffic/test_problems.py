"""The problems of captures: bounded, each with a kind, and damage in every format."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from tests import samples
from tests.unit.intake.traffic.test_documents import END, LINE
from tests.unit.intake.traffic.test_logs import SQUID, ZEEK_CONN, ZSCALER
from tieback.intake.traffic.open import open_traffic
from tieback.intake.traffic.problems import MAX_PROBLEMS, CaptureProblems
from tieback.model.errors import InputError
from tieback.model.sighting import Problem, UnreadKind

CAPTURES = samples.directory("captures")
needs_captures = samples.needs("captures")


def test_lines_are_kept_once_and_bounded() -> None:
    problems = CaptureProblems()
    for number in range(MAX_PROBLEMS * 2):
        problems.note(f"line {number // 2}", "here", None)
    assert problems[0].what == "line 0"
    assert problems[1].what == "line 1"
    for number in range(MAX_PROBLEMS * 2):
        problems.note(f"other {number}", "x", None)
    assert len(problems) == MAX_PROBLEMS
    assert ("left out" in problems[-1].what, problems[-1].unread) == (True, UnreadKind.LIMIT)


def test_places_are_bounded() -> None:
    problems = CaptureProblems()
    problems.note("what", "x" * 1000, None)
    assert len(problems[0].where) == 300


@pytest.mark.parametrize("before", [MAX_PROBLEMS - 2, MAX_PROBLEMS - 1, MAX_PROBLEMS, MAX_PROBLEMS * 2])
def test_the_first_damage_is_kept_whatever_was_noted_before(before: int) -> None:
    problems = CaptureProblems()
    for number in range(before):
        problems.note(f"entry {number}", "", UnreadKind.UNREADABLE)
    problems.note("cut off", "byte 7", UnreadKind.DAMAGED)
    problems.note("cut off again", "byte 8", UnreadKind.DAMAGED)
    assert len(problems) <= MAX_PROBLEMS
    damage = [one.what for one in problems if one.unread is UnreadKind.DAMAGED]
    assert damage[:1] == ["cut off"]


def zstandard(data: bytes) -> bytes:
    return bytes(pa.compress(data, "zstd", asbytes=True))


def sample(name: str, pack: Callable[[bytes], bytes] = bytes) -> Callable[[], bytes]:
    return lambda: pack((CAPTURES / name).read_bytes())


def text(*lines: str, pack: Callable[[bytes], bytes] = bytes) -> Callable[[], bytes]:
    return lambda: pack("".join(lines).encode())


WHOLE = {
    "pcap": sample("nDPI__pgsql.pcap"),
    "pcap.gz": sample("nDPI__pgsql.pcap", gzip.compress),
    "pcap.zst": sample("nDPI__pgsql.pcap", zstandard),
    "pcapng": sample("nDPI__pgsql2.pcapng"),
    "pcapng.gz": sample("nDPI__pgsql2.pcapng", gzip.compress),
    "har": sample("mitmproxy__test_mitmproxy_data_har_files_firefox.har"),
    "har.gz": sample("mitmproxy__test_mitmproxy_data_har_files_firefox.har", gzip.compress),
    "mitm": sample("mitmproxy__test_mitmproxy_data_dumpfile-7.mitm"),
    "flow documents": lambda: LINE * 20 + END,
    "squid": text(*[SQUID] * 20),
    "squid.gz": text(*[SQUID] * 20, pack=gzip.compress),
    "zscaler": text(*[ZSCALER] * 20),
    "zeek": text(ZEEK_CONN, *[ZEEK_CONN.splitlines(keepends=True)[-1]] * 20),
}
"""Real files of every format, and logs as the documentation of their vendors prints them."""


def cuts(form: str, whole: bytes) -> list[int]:
    """Sizes of the file without its end, none of which is at the end of a record.

    A log ends early in its line: a line that lacks only a few characters can be whole.
    """
    ends = [len(whole) - 60, len(whole) * 3 // 4, len(whole) // 2]
    if form in {"squid", "zscaler", "zeek"}:
        return [whole.rindex(b"\n", 0, end) + 20 for end in ends]
    return [end | 1 for end in ends]


def read(path: Path) -> tuple[int, list[Problem]]:
    opened = open_traffic(path)
    try:
        return sum(1 for _ in opened.flows()), opened.problems
    finally:
        opened.close()


@needs_captures
@pytest.mark.parametrize("form", WHOLE)
def test_a_whole_file_is_not_damaged(form: str, tmp_path: Path) -> None:
    path = tmp_path / "whole"
    path.write_bytes(WHOLE[form]())
    count, problems = read(path)
    assert count > 0
    assert [one for one in problems if one.unread is UnreadKind.DAMAGED] == []


@needs_captures
@pytest.mark.parametrize("form", WHOLE)
def test_a_file_that_is_cut_off_is_damaged_and_what_was_read_is_kept(form: str, tmp_path: Path) -> None:
    whole = WHOLE[form]()
    path = tmp_path / "cut"
    kept = []
    for end in cuts(form, whole):
        path.write_bytes(whole[:end])
        try:
            count, problems = read(path)
        except InputError:  # nothing of a compressed file can be read
            continue
        kept.append(count)
        assert UnreadKind.DAMAGED in {one.unread for one in problems}, (end, problems)
    assert kept[:1] != [0], "what was read before the end is kept"


@needs_captures
@pytest.mark.parametrize("form", [form for form in WHOLE if form != "mitm"])  # it may be in a body there
def test_a_gap_in_a_file_is_not_silent(form: str, tmp_path: Path) -> None:
    """A block of zeros in the middle: a part is lost, so the file is only partly read."""
    whole = bytearray(WHOLE[form]())
    middle = len(whole) // 2
    whole[middle : middle + 400] = bytes(len(whole[middle : middle + 400]))
    path = tmp_path / "gap"
    path.write_bytes(whole)
    try:
        _, problems = read(path)
    except InputError:
        return
    assert [one for one in problems if one.unread is not None] != []
