"""Names and answers that try to become a second request: every probe that samples records or reads a ransom note.

A hostile server chooses the names of containers and fields, and what follows. Each send must be declared, and be one
well-formed request of its protocol.
"""

import json
import re
from collections.abc import Callable
from urllib.parse import unquote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.hostile.test_probes import ALL, BY_NAME
from tieback.model.figure import exact
from tieback.model.probe import Container, Field
from tieback.probes import PROBES
from tieback.probes.choose import note_reader, sampler
from tieback.probes.interface import MAX_NOTE, SAMPLED_RECORDS
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.scope.conversation import Target

INJECTIONS = (
    "'", '"', "`", "\\", "''", "\\'", "'; DROP TABLE x; --", '"; DROP TABLE x; --', "`; DROP TABLE x; --",
    "x' OR '1'='1", "x) UNION SELECT 1 --", "/* x */", "-- x", "$$; SELECT 1; $$", "a\r\nFLUSHALL\r\n", "a\nb", "a\rb",
    "a\0b", "\0", "a\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "a HTTP/1.1\r\nX: y", "..", ".", "../..", "a/../b",
    "a/b", "%2e%2e", "%2f", "%0d%0a", "a?b=c", "a#b", "_all", "*", "a,b", "<a>", "{}", '{"$where":"1"}', "$where",
    "$out", "system.js", "a b",
)  # fmt: skip
MORE = (
    "", " ", "\u2028", "\ufeff", "é", "\U0001f600", "\ud800", "\x1b[2J", "\x85", "x" * 64, "x" * 300, "x" * 70_000,
    "*1\r\n$8\r\nFLUSHALL\r\n", "-5", "NaN", str(2**63), "%00", "_search?q=1", "_bulk", "_all_docs", "tokens;", "[x]",
    "pg_read_file('/etc/passwd')", "INTO OUTFILE '/tmp/x'", "0x41", "a\tb", "$cmd", "admin.$cmd", "a.$eval", "${x}",
    "{{x}}", "%s", "%n", "\\u0000", "`id`", "|id", "&& id", "~", "-", "--", "_", "$",
)  # fmt: skip
READERS = tuple(probe.meta.name for probe in PROBES if note_reader(probe.meta.name) or sampler(probe.meta.name))
type Reply = Callable[[bytes], bytes]


def _redis(name: bytes) -> Reply:
    hello = ALL["redis-open"].answers[0]

    def bulk(data: bytes) -> bytes:
        return b"$%d\r\n%b\r\n" % (len(data), data)

    def reply(sent: bytes) -> bytes:
        word = sent.split(b"\r\n")[2]
        keys = (name, b"user:" + name, b"n", b"WARNING")
        match word:
            case b"PING":
                return hello
            case b"SCAN":
                return b"*2\r\n$1\r\n0\r\n*%d\r\n" % len(keys) + b"".join(map(bulk, keys))
            case b"TYPE":
                return b"+hash\r\n" if sent.endswith(b"n\r\n") else b"+string\r\n"
            case b"HSCAN":
                return b"*2\r\n$1\r\n0\r\n*2\r\n" + bulk(name) + bulk(name)
            case b"GETRANGE":
                return bulk(name)
            case b"SELECT":
                return b"+OK\r\n"
            case _:
                return b":1\r\n"

    return reply


def _http(name: bytes) -> Reply:
    text = name.decode("utf-8", "replace")
    hit = {"_source": {text: text}, "_index": text, "_id": text}
    document = {"hits": {"hits": [hit]}, "rows": [{"id": text, "key": text, "doc": {text: text}}], "couchdb": "Welcome"}
    body = json.dumps(document).encode()
    return lambda _: (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b"
        % (
            len(body),
            body,
        )
    )


def _mongodb(_name: bytes) -> Reply:
    return lambda _: ALL["mongodb-open"].answers[0]


def _lenenc(data: bytes) -> bytes:
    return (bytes([len(data)]) if len(data) < 251 else b"\xfd" + len(data).to_bytes(3, "little")) + data


def _mysql(name: bytes) -> Reply:
    def packet(sequence: int, payload: bytes) -> bytes:
        return len(payload).to_bytes(3, "little") + bytes([sequence & 255]) + payload

    def reply(sent: bytes) -> bytes:
        if len(sent) == 36:
            return b""  # the request for TLS
        sequence, text = sent[3] + 1, sent[5:].decode("latin-1")
        if sent[3] == 0 and text.startswith("SELECT"):
            values = {"SELECT ENGINE": b"InnoDB"}
            columns = text.count("LEFT(`") or 1
            value = next((one for start, one in values.items() if text.startswith(start)), name)
            rows = [value, b"id", b"email"] if columns == 1 and "COLUMN_NAME" in text else [value]
            out = packet(sequence, bytes([columns]))
            out += b"".join(packet(sequence + 1 + at, b"\x03def") for at in range(columns))
            sequence += columns + 1
            out += packet(sequence, b"\xfe\0\0\2\0")
            for row in rows:
                sequence += 1
                out += packet(sequence, _lenenc(row) * columns)
            return out + packet(sequence + 1, b"\xfe\0\0\2\0")
        return packet(sequence, b"\0\0\0\2\0\0\0")

    return reply


def _postgresql(name: bytes) -> Reply:
    def message(kind: bytes, payload: bytes) -> bytes:
        return kind + (len(payload) + 4).to_bytes(4, "big") + payload

    def row(values: list[bytes]) -> bytes:
        return message(b"D", len(values).to_bytes(2, "big") + b"".join(len(v).to_bytes(4, "big") + v for v in values))

    ready = message(b"Z", b"I")

    def reply(sent: bytes) -> bytes:
        if sent == b"\0\0\0\x08\x04\xd2\x16\x2f":
            return b"N"
        if not sent.startswith(b"Q"):
            return message(b"R", bytes(4)) + message(b"S", b"server_version\x0016.4\0") + ready
        from tieback.probes.stores.postgresql import queries

        text = sent[5:-1].decode("utf-8", "replace")
        if text == queries.IS_GUARDED:
            return row([value.encode() for value in queries.GUARDED]) + message(b"C", b"SELECT 1\0") + ready
        if "pg_attribute" in text:
            return b"".join(row([value]) for value in (name, b"id", b"email")) + message(b"C", b"SELECT 3\0") + ready
        if "pg_catalog.left" in text:
            count = 1 if "concat_ws" in text else text.count("pg_catalog.left(")
            return row([name] * count) + message(b"C", b"SELECT 1\0") + ready
        return message(b"C", b"BEGIN\0") + ready

    return reply


REPLIES: dict[str, Callable[[bytes], Reply]] = {
    "redis": _redis,
    "elasticsearch": _http,
    "couchdb": _http,
    "mongodb": _mongodb,
    "mysql": _mysql,
    "postgresql": _postgresql,
}


def _one_resp(sent: bytes) -> None:
    rest = sent
    commands = 0
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        assert head[:1] == b"*", sent
        for _ in range(int(head[1:])):
            size, _, rest = rest.partition(b"\r\n")
            assert size[:1] == b"$", sent
            length = int(size[1:])
            assert rest[length : length + 2] == b"\r\n", sent
            rest = rest[length + 2 :]
        commands += 1
    assert commands == (2 if b"PING" in sent.split(b"\r\n") else 1), sent


def _one_http(sent: bytes) -> None:
    head, end, body = sent.partition(b"\r\n\r\n")
    assert end, sent
    assert not body, sent
    first, *fields = head.split(b"\r\n")
    assert re.fullmatch(rb"GET /[!-~]* HTTP/1\.1", first), sent
    assert all(re.fullmatch(rb"[A-Za-z-]+: [ -~]*", field) for field in fields), sent
    path = unquote(first.split(b" ")[1].partition(b"?")[0].decode())
    assert not {".", ".."} & set(path.split("/")), sent
    assert path.isprintable(), sent


def _one_mongodb(sent: bytes) -> None:
    assert int.from_bytes(sent[:4], "little") == len(sent), sent
    if int.from_bytes(sent[12:16], "little") == 2013:  # OP_MSG: one section of kind 0, one document
        document = sent[21:]
        assert sent[20] == 0, sent
        assert int.from_bytes(document[:4], "little") == len(document), sent
    for word in (b"$where", b"$out", b"$merge", b"$function", b"$accumulator", b"$lookup", b"$unionWith"):
        assert b"\x03" + word + b"\0" not in sent, sent
        assert b"\x02" + word + b"\0" not in sent, sent


def _one_statement(text: str, quote: str) -> None:
    """Outside of quotes there is no end of a statement, no comment and no quote that stays open."""
    outside = re.sub(rf"'(?:[^']|'')*'|{quote}(?:[^{quote}]|{quote}{quote})*{quote}", "", text)
    # Fixed text of ours may set several things at once; such sends contain no names.
    assert "'" not in outside, text
    assert quote not in outside, text
    assert "--" not in outside, text
    assert "/*" not in outside, text
    if outside != text and re.match("SELECT", text):
        assert ";" not in outside, text


def _one_mysql(sent: bytes) -> None:
    assert int.from_bytes(sent[:3], "little") == len(sent) - 4, sent
    if sent[3] == 0 and sent[4:5] == b"\x03":
        _one_statement(sent[5:].decode("ascii"), "`")


def _one_postgresql(sent: bytes) -> None:
    if sent.startswith(b"Q"):
        assert int.from_bytes(sent[1:5], "big") == len(sent) - 1, sent
        assert sent.endswith(b"\0"), sent
        assert sent.count(b"\0", 5) == 1, sent
        _one_statement(sent[5:-1].decode(), '"')
    elif not sent.startswith(b"X"):
        assert int.from_bytes(sent[:4], "big") == len(sent), sent


ONE: dict[str, Callable[[bytes], None]] = {
    "redis": _one_resp,
    "elasticsearch": _one_http,
    "couchdb": _one_http,
    "mongodb": _one_mongodb,
    "mysql": _one_mysql,
    "postgresql": _one_postgresql,
}
PATHS = {"redis": 1, "elasticsearch": 1, "couchdb": 1, "mongodb": 2, "mysql": 2, "postgresql": 3}
HARMLESS = {"redis": "db0", "elasticsearch": "people", "couchdb": "people"}


def containers(name: str, text: str) -> list[Container]:
    """Containers with the text at each position of the path, as a field, as its type, and as kind."""
    good = HARMLESS.get(name, "people")
    whole = (good,) * PATHS[name]
    fields = (Field("id", "int"), Field(text, "text"), Field("email", text))
    made = [Container(whole, "table", fields=fields), Container(whole, text[:100], fields=fields)]
    made += [Container((*whole[:at], text, *whole[at + 1 :]), "table", fields=fields) for at in range(PATHS[name])]
    made += [Container((*whole, text), "key", fields=fields), Container((text,), "table"), Container((text,) * 5, "")]
    made.append(Container(whole, "table", records=exact(2**63 - 1, text[:20]), fields=(Field(text, text),) * 3))
    return made


def read(name: str, text: str, account: str = "") -> list[bytes]:
    """All sends of samples and notes of such containers; undeclared ones raise ``ValueError``."""
    probe = BY_NAME[name]
    peer = MemoryPeer(
        REPLIES[name](text.encode("utf-8", "replace")),
        greeting=ALL["mysql-open"].greeting if name == "mysql" else b"",
    )
    target = Target("127.0.0.1", probe.meta.ports[0])
    sent: list[bytes] = []
    made = containers(name, text)
    if (by_sample := sampler(name)) is not None:
        for group in (made, *([one] for one in made)):
            samples = play(by_sample.sample(target, group, account), peer, probe.meta.sends)
            assert all(len(column.values) <= SAMPLED_RECORDS + 50 for column in samples.result)
            sent += samples.sent
    if (by_note := note_reader(name)) is not None:
        for one in made:
            note: PlaybackResult[bytes] = play(by_note.note(target, one, account), peer, probe.meta.sends)
            assert len(note.result) <= MAX_NOTE
            sent += note.sent
    return sent


def test_every_reader_has_an_emulation() -> None:
    assert set(READERS) == set(REPLIES)
    assert len(set(INJECTIONS)) == 41


@pytest.mark.parametrize("name", READERS)
def test_a_harmless_name_is_read(name: str) -> None:
    """The control: without an injection, the emulation gets as far as the request for records."""
    sent = read(name, "people")
    values = [one for one in BY_NAME[name].meta.sends if one.values]
    reached = {one.name for one in values if any(one.matches(data) for data in sent)}
    assert reached, name
    missing = {one.name for one in values} - reached
    assert not missing, missing


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize("text", [*INJECTIONS, *MORE], ids=lambda text: ascii(text[:20]))
def test_no_name_becomes_another_request(name: str, text: str) -> None:
    for sent in read(name, text):
        ONE[name](sent)


@pytest.mark.parametrize("name", READERS)
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from((*INJECTIONS, "people", "id")), max_size=4).map("".join)
    | st.binary(max_size=40).map(lambda data: data.decode("latin-1"))
)
@settings(max_examples=60, deadline=None)
def test_no_text_becomes_another_request(name: str, text: str) -> None:
    for sent in read(name, text):
        ONE[name](sent)


NUMBERS = (-5, -1, 0, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**400)
WORDS = ("-5", "NaN", "nan", "Infinity", "-0", "1e308", "9223372036854775808", "0x10", "\u0665")
ODD = (*NUMBERS, *WORDS, float("nan"), float("inf"), 1e308, None, True, [], {}, [[]])


@pytest.mark.parametrize("name", ["elasticsearch", "couchdb"])
@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_odd_values_in_documents_never_raise(name: str, value: object) -> None:
    document = {"hits": {"hits": [{"_source": {"id": value, "deep": {"x": [value]}}}, value, {"_source": value}]}}
    body = json.dumps({**document, "rows": [{"doc": {"id": value}}, value], "couchdb": "Welcome"}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    _answered(name, lambda _: head + body)


@pytest.mark.parametrize("name", READERS)
@given(st.data())
@settings(max_examples=40, deadline=None)
def test_mutated_answers_to_samples_and_notes_never_raise(name: str, data: st.DataObject) -> None:
    """Any exception of the conversation fails here; so does an undeclared send."""
    reply = REPLIES[name](b"people")
    where, put = data.draw(st.integers(0, 400)), data.draw(st.binary(max_size=6))
    only = data.draw(st.integers(0, 12))
    count = 0

    def answer(sent: bytes) -> bytes:
        nonlocal count
        whole, count = reply(sent), count + 1
        at = where % (len(whole) + 1)
        return whole if count % 13 < only else whole[:at] + put + whole[at + len(put) :]

    for sent in _answered(name, answer):
        ONE[name](sent)


@pytest.mark.parametrize("name", READERS)
@given(st.lists(st.binary(max_size=120), max_size=8), st.binary(max_size=60))
@settings(max_examples=40, deadline=None)
def test_random_answers_to_samples_and_notes_never_raise(name: str, answers: list[bytes], greeting: bytes) -> None:
    left = iter(answers)
    _answered(name, lambda _: next(left, b""), greeting)


def _answered(name: str, answer: Callable[[bytes], bytes], greeting: bytes | None = None) -> list[bytes]:
    probe = BY_NAME[name]
    if greeting is None:
        greeting = ALL["mysql-open"].greeting if name == "mysql" else b""
    peer = MemoryPeer(answer, greeting=greeting)
    target = Target("127.0.0.1", probe.meta.ports[0])
    made = containers(name, "people")[:2]
    sent: list[bytes] = []
    if (by_sample := sampler(name)) is not None:
        played = play(by_sample.sample(target, made, ""), peer, probe.meta.sends)
        assert all(isinstance(value, str) for column in played.result for value in column.values)
        assert msgspec.json.encode([column.field for column in played.result])
        sent += played.sent
    if (by_note := note_reader(name)) is not None:
        note = play(by_note.note(target, made[0], ""), peer, probe.meta.sends)
        assert isinstance(note.result, bytes)
        sent += note.sent
    return sent
