"""tshark as the child that decrypts: real TLS where it is installed, and what it may hand back otherwise."""

import os
import shutil
import ssl
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import samples
from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tests.unit.intake.traffic.tls_exchange import exchange
from tieback.intake.traffic import decrypt
from tieback.intake.traffic.decrypt import DecryptedStreams, check_keylog, read_tags
from tieback.intake.traffic.interface import SampledFlow
from tieback.intake.traffic.open import open_traffic
from tieback.intake.traffic.problems import CaptureProblems
from tieback.model.errors import UsageError
from tieback.model.sighting import Problem

needs_tshark = pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")

CAPTURES = samples.directory("captures")
BODY = b'{"email":"jane.roe@example.org"}'
HTTP = [
    (
        b"POST /v1/users?id=7 HTTP/1.1\r\nHost: api.test\r\nContent-Length: %d\r\n\r\n" % len(BODY) + BODY,
        b"HTTP/1.1 201 Created\r\nServer: made\r\nContent-Length: 2\r\n\r\nok",
    )
]
REDIS = [(b"*1\r\n$4\r\nPING\r\n", b"+PONG\r\n"), (b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n", b"$1\r\nb\r\n")]


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return len(payload).to_bytes(3) + bytes([kind, flags]) + stream.to_bytes(4) + payload


def literals(*headers: tuple[bytes, bytes]) -> bytes:
    return b"".join(b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in headers)


def get(path: bytes, stream: int) -> bytes:
    asked = ((b":method", b"GET"), (b":scheme", b"https"), (b":authority", b"api.test"), (b":path", path))
    return frame(1, 5, stream, literals(*asked))


HTTP2 = [
    (
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, b"") + get(b"/v2?q=1", 1),
        frame(4, 0, 0, b"") + frame(4, 1, 0, b"") + frame(1, 5, 1, literals((b":status", b"200"))),
    ),
    (get(b"/", 3), frame(1, 5, 3, literals((b":status", b"204")))),
]


def look(path: Path, keylog: Path | None = None) -> tuple[list[SampledFlow], list[Problem]]:
    opened = open_traffic(path, keylog=keylog, decrypt=keylog is None)
    try:
        return list(opened.flows()), opened.problems
    finally:
        opened.close()


@needs_tshark
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=str)
@pytest.mark.parametrize(
    ("messages", "protocol", "detail"),
    [
        (HTTP, "http", "POST /v1/users 201 from made"),
        (HTTP2, "http2", "GET /v2 200"),
        (REDIS, "redis", ""),
    ],
    ids=["HTTP/1", "HTTP/2", "Redis"],
)
def test_real_tls_is_opened_with_its_key_log(
    tmp_path: Path, version: ssl.TLSVersion, messages: list[tuple[bytes, bytes]], protocol: str, detail: str
) -> None:
    packets, keylog = exchange(tmp_path, messages, version=version)
    (tmp_path / "run.pcap").write_bytes(wire.pcap(packets))
    [seen], problems = look(tmp_path / "run.pcap", keylog)
    flow = seen.flow
    assert problems == []
    assert (flow.protocol, flow.detail, flow.server.name, flow.encrypted) == (protocol, detail, "api.test", True)
    assert flow.tls is not None
    assert flow.tls.decrypted
    asked = b"GET /v2?q=1" if protocol == "http2" else messages[0][0][:9]
    assert any(sample.data.startswith(asked) for sample in seen.samples)


@needs_tshark
def test_secrets_in_the_file_open_it(tmp_path: Path) -> None:
    packets, keylog = exchange(tmp_path, HTTP)
    keys = keylog.read_bytes()
    data = wire.section() + wire.interface()
    data += wire.block(10, struct.pack("<II", 0x544C534B, len(keys)) + keys)
    data += b"".join(wire.enhanced(packet, round(when * 1e6)) for when, packet in packets)
    (tmp_path / "run.pcapng").write_bytes(data)
    [seen], problems = look(tmp_path / "run.pcapng")
    assert (seen.flow.protocol, problems) == ("http", [])
    opened = open_traffic(tmp_path / "run.pcapng")
    assert [closed.flow.protocol for closed in opened.flows()] == ["tls"]
    opened.close()
    assert [problem.what for problem in opened.problems] == [
        "the file contains TLS secrets, which were not used; pass --decrypt to use them"
    ]


@needs_tshark
@samples.needs("captures")
def test_a_browsers_capture_with_its_secrets() -> None:
    seen, problems = look(CAPTURES / "ja4__pcap_chrome-cloudflare-quic-with-secrets.pcapng")
    flows = {one.flow.transport: one.flow for one in seen}
    assert problems == []
    assert (flows["tcp"].protocol, flows["tcp"].detail) == ("http2", "GET / 200")
    assert [one.flow.tls.decrypted for one in seen if one.flow.tls] == [True, False], "QUIC stays closed"


@needs_tshark
def test_keys_of_another_connection_open_nothing(tmp_path: Path) -> None:
    packets, keylog = exchange(tmp_path, HTTP)
    (tmp_path / "run.pcap").write_bytes(wire.pcap(packets))
    keylog.write_text("CLIENT_RANDOM " + "00" * 32 + " " + "11" * 48 + "\n")
    [seen], problems = look(tmp_path / "run.pcap", keylog)
    assert (seen.flow.protocol, seen.flow.tls and seen.flow.tls.decrypted, problems) == ("tls", False, [])


@needs_tshark
def test_a_child_that_fails_is_one_problem(tmp_path: Path) -> None:
    problems = CaptureProblems()
    (tmp_path / "run.pcap").write_bytes(b"no capture")
    assert len(decrypt.decrypt(tmp_path / "run.pcap", None, problems)) == 0
    assert [problem.what[:33] for problem in problems] == ["tshark did not decrypt everything"]


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ("exec sleep 30", "time limit of 1 s"),
        ("exec yes x > out.pcapng", "ended with status"),
        ("printf 'junk that is no capture' > out.pcapng", ""),
        ("printf '\\033[31mred\\n' >&2; exit 3", "ended with status 3 (\ufffd[31mred)"),
    ],
    ids=["endless", "too much", "no capture", "control characters"],
)
def test_a_hostile_child_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, word: str) -> None:
    program = tmp_path / "tshark"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(decrypt, "PROGRAM", str(program))
    monkeypatch.setattr(decrypt, "SECONDS", 1)
    monkeypatch.setattr(decrypt, "_LIMITED", 'ulimit -f 64 && exec "$@"')
    problems = CaptureProblems()
    assert len(decrypt.decrypt(tmp_path / "run.pcap", None, problems)) == 0
    assert [word in problem.what for problem in problems] == ([True] if word else [])


def test_missing_tshark_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decrypt, "PROGRAM", "no-such-program")
    problems = CaptureProblems()
    assert len(decrypt.decrypt(tmp_path / "run.pcap", None, problems)) == 0
    assert "not installed" in problems[0].what


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (None, "no such file"),
        (b"", "no key log line"),
        (b"\0" * 100, "no key log line"),
        (b"CLIENT_RANDOM 00 11\n", ""),
    ],
    ids=["missing", "empty", "binary", "sound"],
)
def test_key_logs(tmp_path: Path, content: bytes | None, word: str) -> None:
    path = tmp_path / "keys.txt"
    if content is not None:
        path.write_bytes(content)
    if not word:
        check_keylog(path)
        return
    with pytest.raises(UsageError, match=word):
        check_keylog(path)


def tags(*pairs: tuple[int, bytes]) -> bytes:
    return b"".join(
        struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4) for kind, value in (*pairs, (0, b""))
    )


ENDS = ((20, b"\x0a\0\0\x02"), (21, b"\xc0\0\x02\x09"), (25, b"\0\0\x9c\x40"), (26, b"\0\0\x01\xbb"))
KEY = b"\x0a\0\0\x02\xc0\0\x02\x09\x9c\x40\x01\xbb"


@each(
    ("data", "key"),
    [
        (tags((13, b"http_tls"), *ENDS, (24, b"\0\0\0\x02")) + b"data", KEY),
        (tags(*ENDS, (24, b"\0\0\0\x03")) + b"data", b""),
        (tags(*ENDS), b""),
        (tags((24, b"\0\0\0\x02")), b""),
        (tags(*ENDS, (24, b"\0\0\0\x02"))[:20], b""),
        (tags(*[(12, b"x")] * 40), b""),
        (b"", b""),
    ],
    ids=["TCP", "UDP", "no transport", "no ends", "cut", "too many", "empty"],
)
def test_tags_of_exported_messages(data: bytes, key: bytes) -> None:
    found, at = read_tags(data, 0, len(data))
    assert found == key
    assert not key or data[at:] == b"data"


@settings(max_examples=examples(80), deadline=None)
@given(data=st.binary(max_size=120), at=st.integers(0, 60), junk=st.binary(max_size=6))
def test_any_tags(data: bytes, at: int, junk: bytes) -> None:
    whole = tags((13, b"http_tls"), *ENDS, (24, b"\0\0\0\x02")) + data
    whole = whole[:at] + junk + whole[at + len(junk) :]
    key, place = read_tags(whole, 0, len(whole))
    assert len(key) in {0, 12, 36}
    assert place <= len(whole)


def test_ports_that_are_used_again_do_not_mix() -> None:
    cleartext = DecryptedStreams()
    cleartext.add(KEY, 1.0, b"first")
    cleartext.add(KEY, 9.0, b"second")
    found = [[piece.data for piece in cleartext.of(KEY, *when)] for when in ((0.5, 2.0), (8.0, 9.0), (3.0, 4.0))]
    assert found == [[b"first"], [b"second"], []]


def test_cleartext_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decrypt, "MAX_CLEARTEXT", 1000)
    cleartext = DecryptedStreams()
    for number in range(1000):
        cleartext.add(number.to_bytes(12), 1.0, b"x" * 100)
    assert len(cleartext) < 10


def test_a_key_log_that_is_no_file_or_too_large_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="a directory"):
        check_keylog(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        check_keylog(tmp_path / "pipe")
    monkeypatch.setattr(decrypt, "MAX_KEYLOG", 1 << 20)
    (tmp_path / "large").write_bytes(b"CLIENT_RANDOM 00 11\n" + bytes(1 << 20))
    with pytest.raises(UsageError, match="larger than 1 MiB"):
        check_keylog(tmp_path / "large")
