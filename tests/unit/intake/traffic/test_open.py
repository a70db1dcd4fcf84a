import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.model.errors import InputError
from tieback.model.sighting import Problem

type Read = Callable[..., tuple[list[SampledFlow], list[Problem]]]
TALK = wire.talk(b"GET / HTTP/1.1\r\nHost: api.test\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", port=80)
PCAPNG = wire.section() + wire.interface() + b"".join(wire.enhanced(data) for _, data in TALK)


@pytest.mark.parametrize(
    "data",
    [wire.pcap(TALK), PCAPNG, gzip.compress(wire.pcap(TALK)), gzip.compress(PCAPNG)],
    ids=["pcap", "pcapng", "pcap.gz", "pcapng.gz"],
)
def test_by_content_whatever_the_name(read: Read, data: bytes) -> None:
    flows, problems = read(data)
    assert [(seen.flow.protocol, seen.flow.server.name) for seen in flows] == [("http", "api.test")]
    assert problems == []


def test_a_large_packed_capture_is_read_over_windows(read: Read) -> None:
    many = [packet for source in range(2000, 2400) for packet in wire.talk(b"x" * 8000, source=source)]
    data = wire.pcap(many)
    assert len(data) > 3_000_000
    flows, problems = read(gzip.compress(data, 1))
    assert len(flows) == 400
    assert {seen.flow.bytes_out for seen in flows} == {8000}
    assert problems == []


def test_a_cut_packed_capture_keeps_what_was_read(read: Read) -> None:
    flows, problems = read(gzip.compress(wire.pcap(TALK))[:-12])
    assert len(flows) <= 1
    assert any("truncated" in problem.what for problem in problems)


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "empty"),
        (b"hello world, this is no capture\n", "not a capture, archive or log"),
        (b"\x34\xcd\xb2\xa1" + bytes(40), "modified pcap"),
        (b"snoop\0\0\0" + bytes(40), "snoop"),
        (b"PK\x03\x04" + bytes(40), "ZIP"),
        (b"PK\x03\x04" + bytes(26) + b"raw/1_c.txt", r"Fiddler \(SAZ\)"),
        (b"PK\x03\x04" + bytes(26) + b"12-meta.json", "session of Charles"),
        (b"BZh9" + bytes(40), "bzip2"),
        (gzip.compress(b"plain text"), "the content is not a capture"),
        (b"\x1f\x8b" + bytes(40), "damaged"),
        (b"\x0a\x0d\x0d\x0a" + bytes(40), "header is damaged"),
        (b"\x28\xb5\x2f\xfd" + bytes(40), "damaged|truncated|not a capture"),
    ],
    ids=[
        "empty",
        "text",
        "modified pcap",
        "snoop",
        "zip",
        "fiddler",
        "charles",
        "bzip2",
        "packed text",
        "damaged gzip",
        "damaged pcapng",
        "zstd",
    ],
)
def test_other_files_get_an_error_with_their_type(tmp_path: Path, data: bytes, word: str) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(data)
    with pytest.raises(InputError, match=word) as raised:
        open_traffic(path)
    assert raised.value.where == str(path)
    assert raised.value.advice


def test_path_that_is_not_a_file_is_rejected(tmp_path: Path) -> None:
    for path, word in ((tmp_path / "none", "no such file"), (tmp_path, "directory"), (Path("/dev/null"), "regular")):
        with pytest.raises(InputError, match=word):
            open_traffic(path)


@each("first", [b"raw/", b"1-meta.json", b"photo.jpg"])
def test_sessions_of_other_tools_are_to_be_exported_as_har(tmp_path: Path, first: bytes) -> None:
    (tmp_path / "a.saz").write_bytes(b"PK\x03\x04" + bytes(26) + first + bytes(20))
    with pytest.raises(InputError) as raised:
        open_traffic(tmp_path / "a.saz")
    assert "as HAR" in raised.value.advice
    assert "Unpack" not in raised.value.advice


def test_an_app_package_leads_to_the_command_for_apps(tmp_path: Path) -> None:
    path = tmp_path / "a.apk"
    path.write_bytes(b"PK\3\4" + b"\0" * 26 + b"AndroidManifest.xml")
    with pytest.raises(InputError) as refused:
        open_traffic(path)
    assert "Pass an app package to tieback app" in str(refused.value.diagnostics())
