"""Peers that lie to the probes: noise, mutated answers of real servers, endless ones. Always one report."""

import tracemalloc
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes import PROBES
from tieback.probes.interface import Probe
from tieback.probes.playback import Answer, MemoryPeer, PlaybackResult, play, recorded_answers, server_bytes
from tieback.scope.conversation import Target
from tieback.scope.transcript import read_transcripts

RECORDED = Path(__file__).parents[1] / "unit" / "probes" / "recorded"
WRITTEN = Path(__file__).parents[1] / "unit" / "probes" / "written"
"""Answers written from the vendors' documentation, where no registry gives the server."""
MAX_BYTES = 2 * 1024 * 1024
MIB = 1024 * 1024
BY_NAME: dict[str, Probe] = {probe.meta.name: probe for probe in PROBES}
PASSWORDLESS = ("root", "postgres", "anonymous", "default")


class Recording(msgspec.Struct, frozen=True):
    greeting: bytes
    answers: tuple[bytes, ...]


def recordings() -> dict[str, Recording]:
    real = {
        path.stem: Recording(*server_bytes(next(read_transcripts(path)))) for path in sorted(RECORDED.glob("*.jsonl"))
    }
    written = {
        path.stem: msgspec.json.decode(path.read_bytes(), type=Recording) for path in sorted(WRITTEN.glob("*.json"))
    }
    return {**real, **written}


ALL = recordings()


def ask(probe: Probe, answer: Answer, greeting: bytes = b"", *, tls: bool = False) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", probe.meta.ports[0], passwordless=PASSWORDLESS)
    peer = MemoryPeer(answer, greeting=greeting, tls=tls)
    return play(probe.run(target, Depth.SAMPLE), peer, probe.meta.sends, max_bytes=MAX_BYTES)


def bounded(report: ProbeReport) -> None:
    """What every report keeps to, whatever the peer did."""
    assert isinstance(report, ProbeReport)
    assert len(report.containers) <= 20_000
    assert len(report.version) <= 80
    assert all(len(problem) <= 300 for problem in report.problems)
    assert all(len(proof.answer) <= 200 for proof in report.proofs)
    if report.access is Access.OPEN:
        assert len({proof.asked for proof in report.proofs if proof.supports is Access.OPEN}) >= 2
    assert msgspec.json.decode(msgspec.json.encode(report), type=ProbeReport) == report


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.meta.name)
@given(data=st.lists(st.binary(max_size=200), max_size=6), greeting=st.binary(max_size=100), tls=st.booleans())
@settings(max_examples=examples(60), deadline=None)
def test_random_bytes_give_a_report_and_never_raise(
    probe: Probe, data: list[bytes], greeting: bytes, tls: bool
) -> None:
    bounded(ask(probe, recorded_answers(data), greeting, tls=tls).result)


type Change = tuple[int, int, bytes]

CHANGES = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 40), st.binary(max_size=8)), min_size=1, max_size=4
)
FORMATS = st.sampled_from(
    [b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"999999999", b"-1", b"\r\n", b"[" * 500, b'{"a":' * 200]
)


def mutated(recording: Recording, changes: list[Change]) -> Recording:
    """The recording with bytes replaced, cut or added; the greeting counts as an answer."""
    parts = [recording.greeting, *recording.answers]
    for where, cut, put in changes:
        part = where % len(parts)
        at = (where // len(parts)) % (len(parts[part]) + 1)
        parts[part] = parts[part][:at] + put + parts[part][at + cut :]
    return Recording(parts[0], tuple(parts[1:]))


@pytest.mark.parametrize("name", ALL)
@given(changes=CHANGES | st.tuples(st.integers(0, 1 << 20), st.integers(0, 4), FORMATS).map(lambda one: [one]))
@settings(max_examples=examples(80), deadline=None)
def test_mutated_answers(name: str, changes: list[Change]) -> None:
    recording = mutated(ALL[name], changes)
    probe = BY_NAME[name.partition("-")[0]]
    bounded(ask(probe, recorded_answers(recording.answers), recording.greeting).result)


@each("name", ALL)
@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_answers_of_another_server(probe: Probe, name: str) -> None:
    report = ask(probe, recorded_answers(ALL[name].answers), ALL[name].greeting).result
    bounded(report)
    if probe.meta.name == "web":
        # The finder may know whose answers these are; it never says what a stranger gets.
        assert report.access is Access.UNKNOWN
    elif not name.startswith(probe.meta.name):
        assert report.outcome is not Outcome.OK
        assert report.access is Access.UNKNOWN


def test_a_recording_cut_anywhere_never_reads_as_more_than_it_is() -> None:
    own = ("amqp-auth", "ldap-auth", "memcached-auth", "mqtt-auth", "nats_client-auth", "zookeeper-auth")
    for name in ("mongodb-auth", "postgresql-auth", "redis-auth", "mysql-auth", *own):
        recording = ALL[name]
        for length in range(sum(map(len, recording.answers))):
            left = length
            answers = []
            for answer in recording.answers:
                answers.append(answer[:left])
                left = max(0, left - len(answer))
            report = ask(BY_NAME[name.partition("-")[0]], recorded_answers(answers), recording.greeting).result
            assert not report.access.exposed


@each("probe", PROBES, ids=lambda probe: probe.meta.name)
def test_an_echo_service_is_no_product(probe: Probe) -> None:
    report = ask(probe, lambda sent: sent).result
    bounded(report)
    assert report.outcome is not Outcome.OK
    assert report.product == ""


@pytest.mark.parametrize("name", [name for name in ALL if name.endswith("-open")])
def test_a_server_that_closes_anywhere_is_one_report(name: str) -> None:
    recording = ALL[name]
    whole = b"".join(recording.answers)
    for length in range(0, len(whole), max(1, len(whole) // 150)):
        left = length
        answers: list[bytes | None] = []
        for answer in recording.answers:
            answers.append(answer[:left])
            left -= len(answer)
            if left < 0:
                break
        bounded(ask(BY_NAME[name.partition("-")[0]], recorded_answers(answers), recording.greeting).result)


ELSEWHERE = b"HTTP/1.1 %d x\r\nLocation: http://169.254.169.254/latest/meta-data/\r\nContent-Length: 0\r\n\r\n"


@each("probe", [one for one in PROBES if one.meta.web or one.meta.name == "web"], ids=lambda one: one.meta.name)
@each("status", [301, 302, 303, 307, 308])
def test_a_redirection_is_not_followed(probe: Probe, status: int) -> None:
    played = ask(probe, lambda _: ELSEWHERE % status)
    bounded(played.result)
    assert played.result.access is Access.UNKNOWN
    assert not any(b"meta-data" in data or b"169.254" in data for data in played.sent)


HEAD = b"HTTP/1.1 200 OK\r\n"
ROOT_BODY = b'{"version":{"number":"8.0.0","lucene_version":"9"}}'
ROOT = HEAD + b"Content-Length: %d\r\n\r\n%b" % (len(ROOT_BODY), ROOT_BODY)
PONG = b"+PONG\r\n$22\r\nredis_version:7.2.5\r\n\r\n"

SUPPORTED = b"\x84\0\0\0\6\0\0\0\2\0\0"
CQL_ROWS = (
    b"\x84\0\0\0\x08\0\x0f\x00\x00"
    b"\0\0\0\2\0\0\0\1\0\0\0\3\0\1k\0\1t" + b"\0\1c\0\x0d" * 3 + b"\0\0\x13\x88" + bytes(MIB)
)
HELLO_BACK = b"\0\x16\xb1\x70\xa1\x86server\x8bNeo4j/4.4.0\0\0"
REFUSED = b"\2\4\2\0\0\x0dDB::Exception\1x\1x\0"
CLICKHOUSE = b"\0\x0aClickHouse\x17\x08\xc4\xa9\3\3UTC\1h\1"
CLICKHOUSE_ROWS = b"\1\0\1\0\2\xff\xff\xff\xff\0\1\x80\x20\1c\6String" + bytes(4096)

KAFKA = b"\0\0\0\x1c\0\0\0\1\0\0\0\0\0\3\0\x12\0\0\0\3\0\3\0\0\0\x0c\0\x11\0\0\0\1"
KAFKA_NO_LOGIN = b"\0\0\0\x0a\0\0\0\1\0\x22\0\0\0\0"
KAFKA_ARRAY = b"\0\x0f\0\0\0\0\0\2\0\0\0\0\0\0\0\0\xff\xff\0\0\0\0\x7f\xff\xff\xff"

FLOODS: list[tuple[str, str, list[bytes], bytes]] = [
    # what, probe, answers (the last again and again), greeting
    ("endless header", "elasticsearch", [HEAD + b"a: b\r\n" * 300_000], b""),
    ("endless body", "elasticsearch", [HEAD + b"\r\n" + b"x" * 4 * MIB], b""),
    ("a length of a terabyte", "elasticsearch", [HEAD + b"Content-Length: 999999999999\r\n\r\n" + b"x" * 4 * MIB], b""),
    (
        "chunks of nothing much",
        "elasticsearch",
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 90_000],
        b"",
    ),
    ("a gzip bomb", "elasticsearch", [HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"\x1f\x8b" + b"x" * MIB], b""),
    ("a million tiny rows", "elasticsearch", [ROOT, HEAD + b"\r\n[" + b'{"index":""},' * 80_000], b""),
    ("deep JSON", "elasticsearch", [ROOT, HEAD + b"\r\n" + b"[" * MIB], b""),
    ("an endless simple string", "redis", [b"+" + b"x" * MIB], b""),
    ("a bulk of a gigabyte", "redis", [b"+PONG\r\n$1000000000\r\n"], b""),
    ("nested arrays", "redis", [PONG, b"*1\r\n" * 100_000], b""),
    ("a long array", "redis", [PONG, b"*1000000\r\n"], b""),
    ("a message of 2 GiB", "mongodb", [b"\xff\xff\xff\x7f\1\0\0\0\1\0\0\0\xdd\x07\0\0"], b""),
    ("an error of 900 MB", "postgresql", [b"N", b"E" + (900 * MIB).to_bytes(4, "big") + b"x" * MIB], b""),
    ("notices without end", "postgresql", [b"N", b"N\0\0\0\4" * 100_000], b""),
    ("packets of 16 MB", "mysql", [b"\xff\xff\xff\2" + b"x" * MIB], ALL["mysql-auth"].greeting),
    ("a greeting of 16 MB", "mysql", [], b"\xff\xff\xff\0\x0a" + b"x" * MIB),
    ("statistics without end", "memcached", [b"VERSION 1\r\n" * 3, b"STAT a 1\r\n" * 200_000], b""),
    ("a binary packet of 4 GB", "memcached", [b"", b"\x81\x0b" + b"\xff" * MIB], b""),
    ("a word without end", "zookeeper", [b"Zookeeper version: 3.9.3\n" + b"x" * MIB], b""),
    ("a session of 2 GB", "zookeeper", [b"Zookeeper version: 3.9.3\n", b"", b"\x7f\xff\xff\xff" + b"x" * MIB], b""),
    ("an answer of 2 GB", "kafka", [b"\x7f\xff\xff\xff\0\0\0\1" + b"x" * MIB], b""),
    ("an array of 2,000,000,000 topics", "kafka", [KAFKA, KAFKA_NO_LOGIN, KAFKA_ARRAY + b"\0" * MIB], b""),
    ("a packet of 256 MB", "mqtt", [b"\x20\xff\xff\xff\x7f" + b"x" * MIB], b""),
    ("messages without end", "mqtt", [b"\x20\2\0\0", b"\x31\x13\0\x11$SYS/broker/uptime" * 50_000], b""),
    ("a frame of 4 GB", "amqp", [b"\1\0\0\xff\xff\xff\xff" + b"x" * MIB], b""),
    ("heartbeats without end", "amqp", [ALL["amqp-open"].answers[0], b"\x08\0\0\0\0\0\0\xce" * 100_000], b""),
    ("a greeting without end", "nats_client", [], b"INFO {" + b" " * 4 * MIB),
    ("pings without end", "nats_client", [b"PING\r\n" * 100_000], ALL["nats_client-open"].greeting),
    ("a message of 4 GB", "ldap", [b"0\x84\xff\xff\xff\xff" + b"x" * MIB], b""),
    ("entries without end", "ldap", [ALL["ldap-open"].answers[0], b"0\x0b\2\1\4d\6\4\2cn0\0" * 100_000], b""),
    ("references without end", "ldap", [ALL["ldap-open"].answers[0], b"0\7\2\1\4s\2\4\0" * 100_000], b""),
    ("auth switches without end", "mysql", [b"\x17\0\0\2\xfemysql_native_password\0"], ALL["mysql-auth"].greeting),
    ("a CQL answer of 256 MB", "cassandra", [b"\x84\0\0\0\6\x10\0\0\0" + b"x" * MIB], b""),
    ("CQL rows without end", "cassandra", [SUPPORTED, b"\x84\0\0\0\2\0\0\0\0", CQL_ROWS], b""),
    ("a list of 65535 capabilities", "cassandra", [b"\x84\0\0\0\6\0\0\xff\xff\xff\xff" + bytes(65533)], b""),
    ("Bolt chunks without end", "bolt", [b"\0\0\4\4", b"\0\1\x91" * 300_000], b""),
    ("Bolt lists of nothing", "bolt", [b"\0\0\4\4", HELLO_BACK, b"\x3f\xff\xb1\x71" + b"\xc0" * 16381], b""),
    ("a string of a terabyte", "clickhouse_native", [b"\2\4\2\0\0\x0dDB::Exception\xff\xff\xff\xff\xff\x1f"], b""),
    ("rows of nothing", "clickhouse_native", [REFUSED, CLICKHOUSE, CLICKHOUSE_ROWS * 300], b""),
    ("an FTP greeting without end", "ftp", [], b"220-\r\n" * 300_000),
    ("an FTP line without end", "ftp", [], b"220 " + b"x" * 3 * MIB),
    ("an FTP listing without end", "ftp", [b"230 in\r\n", b"213-x\r\n" * 300_000], b"220 (vsFTPd 3.0.5)\r\n"),
    ("rsync modules without end", "rsync", [b"m\tx\n" * 300_000], b"@RSYNCD: 31.0\n"),
    ("a TDS answer of 64 KB", "mssql", [b"\4\1\xff\xff\0\0\1\0" + b"x" * MIB], b""),
    ("TNS asks again without end", "oracle", [b"\0\x08\0\0\x0b\0\0\0" * 1000], b""),
    ("a DRDA answer of 64 KB", "drda", [b"\xff\xff\xd0\2\0\1\xff\xf9\x14\x43" + b"x" * MIB], b""),
    ("an SMB answer of 4 GB", "smb", [b"\xff\xff\xff\xff\xfeSMB" + b"x" * MIB], b""),
]


@each(("what", "name", "answers", "greeting"), FLOODS, ids=[flood[0] for flood in FLOODS])
def test_floods_cost_little_and_end(what: str, name: str, answers: list[bytes], greeting: bytes) -> None:
    left = iter(answers)
    last = answers[-1] if answers else b""
    tracemalloc.start()
    try:
        played = ask(BY_NAME[name], lambda _: next(left, last), greeting)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    bounded(played.result)
    assert played.bytes_read <= MAX_BYTES
    assert not played.result.access.exposed or played.result.access is Access.PARTIAL
    # The peer's own pending bytes are part of the peak: at most 4 MiB, held twice while a piece is cut off.
    assert peak < 16 * MIB + 2 * (len(last) + len(greeting))
