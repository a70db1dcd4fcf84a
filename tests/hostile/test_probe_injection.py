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

from tests.each import each
from tests.examples import examples, few
from tests.hostile.test_probes import ALL, BY_NAME
from tests.lab.sampled_stores import STORES, SampledStore, answers_of, target_of
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


EMULATED = {store.probe: store for store in STORES}
"""Stores of ``tests.lab.sampled_stores``: their answers have the text in the place of a field, an object or a topic."""
_OBJECTS = re.compile(rb"planted people/a(?=\.csv)|a/b(?=\.json)|a(?=\.json<)|a/1(?=\.jsonl)")


def _emulated(store: SampledStore) -> Callable[[bytes], Reply]:
    def make(name: bytes) -> Reply:
        known = answers_of(store)
        text = json.dumps(name.decode("utf-8", "replace"))[1:-1].encode()

        def reply(sent: bytes) -> bytes:
            told = known(sent) or b""
            head, end, body = told.partition(b"\r\n\r\n")
            if not head.startswith(b"HTTP/"):
                return told
            body = _OBJECTS.sub(lambda _: text, body).replace(b'"mail"', b'"%b"' % text)
            head = re.sub(rb"Content-Length: \d+", b"Content-Length: %d" % len(body), head)
            return head + end + body

        return reply

    return make


REPLIES: dict[str, Callable[[bytes], Reply]] = {
    **{name: _emulated(store) for name, store in EMULATED.items()},
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


def _one_request(sent: bytes) -> None:
    """As ``_one_http``, or a POST of one JSON document."""
    head, _, body = sent.partition(b"\r\n\r\n")
    if not sent.startswith(b"POST "):
        _one_http(sent)
        return
    assert b"Content-Length: %d\r\n" % len(body) in head + b"\r\n", sent
    assert isinstance(json.loads(body), dict), sent
    _one_http(b"GET" + head.removeprefix(b"POST") + b"\r\n\r\n")


def _one_ldap(sent: bytes) -> None:
    """One BER element: its length is that of the rest."""
    long = sent[1] & 0x80
    start = 2 + (sent[1] & 0x7F if long else 0)
    assert (int.from_bytes(sent[2:start], "big") if long else sent[1]) == len(sent) - start, sent


def _one_kafka(sent: bytes) -> None:
    assert int.from_bytes(sent[:4], "big") == len(sent) - 4, sent


def _one_cassandra(sent: bytes) -> None:
    assert int.from_bytes(sent[5:9], "big") == len(sent) - 9, sent
    if sent[4] == 7:
        size = int.from_bytes(sent[9:13], "big")
        _one_statement(sent[13 : 13 + size].decode("ascii"), '"')


def _one_native(sent: bytes) -> None:
    statement = re.search(rb"SELECT .*(?=\x02\x00\x01\x00\x02)", sent, re.DOTALL)
    if statement is not None:
        _one_statement(statement[0].decode("ascii"), "`")


def _one_fixed(sent: bytes) -> None:
    """No part of it varies; that it is declared is enough."""
    assert sent


ONE: dict[str, Callable[[bytes], None]] = {
    **dict.fromkeys(EMULATED, _one_request),
    "ldap": _one_ldap,
    "kafka": _one_kafka,
    "cassandra": _one_cassandra,
    "clickhouse_native": _one_native,
    "bolt": _one_fixed,
    "mqtt": _one_fixed,
    "redis": _one_resp,
    "elasticsearch": _one_http,
    "couchdb": _one_http,
    "mongodb": _one_mongodb,
    "mysql": _one_mysql,
    "postgresql": _one_postgresql,
}
PATHS = {"redis": 1, "elasticsearch": 1, "couchdb": 1, "mongodb": 2, "mysql": 2, "postgresql": 3}
HARMLESS = {"redis": "db0", "elasticsearch": "people", "couchdb": "people"}


WHOLE: dict[str, tuple[str, ...]] = {
    "arangodb": ("hr", "people"),
    "clickhouse": ("hr", "people"),
    "clickhouse_native": ("hr", "people"),
    "cassandra": ("hr", "people"),
    "weaviate": ("People",),
    "neo4j": ("neo4j", "nodes"),
    "bolt": ("neo4j", "nodes"),
    "influxdb": ("hr", "machines"),
    "parse": ("Order",),
    "firestore": ("orders",),
    "appwrite": ("main", "orders"),
    "chroma": ("default_database", "people"),
    "azure_blob": ("devstoreaccount1/people",),
    "firebase_storage": ("shop-1.appspot.com",),
    "ldap": ("dc=hr,dc=test", "ou=people"),
}
"""Paths of the emulations."""
KINDS = {"influxdb": "measurement"}
OTHER_WAYS = re.compile(
    r"\(5 records\)|\(transaction\)|/classes/|<object> \(64|/api/v[13]/|SHOW TAG VALUES|\(version 5\)"
    r"|/v1/vector/query"
)
"""Requests that other versions, other mounts and larger documents need."""


def containers(name: str, text: str) -> list[Container]:
    """Containers with the text at each position of the path, as a field, as its type, as kind and as identifier."""
    good = HARMLESS.get(name, "people")
    whole = WHOLE.get(name) or (good,) * PATHS.get(name, 1)
    kind = KINDS.get(name, "table")
    fields = (Field("id", "int"), Field(text, "text"), Field("email", text))
    made = [Container(whole, kind, fields=fields, uid="1f"), Container(whole, text[:100], fields=fields, uid=text)]
    made += [
        Container((*whole[:at], text, *whole[at + 1 :]), kind, fields=fields, uid="1f") for at in range(len(whole))
    ]
    made += [Container((*whole, text), "key", fields=fields), Container((text,), "table"), Container((text,) * 5, "")]
    made.append(Container(whole, "table", records=exact(2**63 - 1, text[:20]), fields=(Field(text, text),) * 3))
    return made


def _target(name: str) -> Target:
    return target_of(EMULATED[name]) if name in EMULATED else Target("127.0.0.1", BY_NAME[name].meta.ports[0])


def read(name: str, text: str, account: str = "") -> list[bytes]:
    """All sends of samples and notes of such containers; undeclared ones raise ``ValueError``."""
    probe = BY_NAME[name]
    peer = MemoryPeer(
        REPLIES[name](text.encode("utf-8", "replace")),
        greeting=ALL["mysql-open"].greeting if name == "mysql" else b"",
    )
    target = _target(name)
    account = account or next(iter(target.passwordless), "")
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


@each("name", READERS)
def test_a_harmless_name_is_read(name: str) -> None:
    """The control: without an injection, the emulation gets as far as the request for records."""
    sent = read(name, "people")
    values = [one for one in BY_NAME[name].meta.sends if one.values]
    reached = {one.name for one in values if any(one.matches(data) for data in sent)}
    assert reached, name
    missing = {one.name for one in values} - reached
    assert not [one for one in missing if not (name in EMULATED and OTHER_WAYS.search(one))], missing


@pytest.mark.parametrize("name", few(READERS, 3))
@each("text", [*INJECTIONS, *MORE], ids=lambda text: ascii(text[:20]))
def test_no_name_becomes_another_request(name: str, text: str) -> None:
    for sent in read(name, text):
        ONE[name](sent)


@pytest.mark.parametrize("name", few(READERS, 3))
@given(
    st.text(max_size=80)
    | st.lists(st.sampled_from((*INJECTIONS, "people", "id")), max_size=4).map("".join)
    | st.binary(max_size=40).map(lambda data: data.decode("latin-1"))
)
@settings(max_examples=examples(60), deadline=None)
def test_no_text_becomes_another_request(name: str, text: str) -> None:
    for sent in read(name, text):
        ONE[name](sent)


NUMBERS = (-5, -1, 0, 2**31, 2**53 + 1, 2**63 - 1, 2**63, 2**64, 10**400)
WORDS = ("-5", "NaN", "nan", "Infinity", "-0", "1e308", "9223372036854775808", "0x10", "\u0665")
ODD: tuple[object, ...] = (*NUMBERS, *WORDS, float("nan"), float("inf"), 1e308, None, True, [], {}, [[]])


@each("name", ["elasticsearch", "couchdb"])
@each("value", ODD, ids=lambda value: repr(value)[:20])
def test_odd_values_in_documents_never_raise(name: str, value: object) -> None:
    document = {"hits": {"hits": [{"_source": {"id": value, "deep": {"x": [value]}}}, value, {"_source": value}]}}
    body = json.dumps({**document, "rows": [{"doc": {"id": value}}, value], "couchdb": "Welcome"}).encode()
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    _answered(name, lambda _: head + body)


@pytest.mark.parametrize("name", READERS)
@given(st.data())
@settings(max_examples=examples(40), deadline=None)
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
@settings(max_examples=examples(40), deadline=None)
def test_random_answers_to_samples_and_notes_never_raise(name: str, answers: list[bytes], greeting: bytes) -> None:
    left = iter(answers)
    _answered(name, lambda _: next(left, b""), greeting)


def _answered(name: str, answer: Callable[[bytes], bytes], greeting: bytes | None = None) -> list[bytes]:
    probe = BY_NAME[name]
    if greeting is None:
        greeting = ALL["mysql-open"].greeting if name == "mysql" else b""
    peer = MemoryPeer(answer, greeting=greeting)
    target = _target(name)
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
