import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.mysql import queries
from tieback.probes.stores.mysql.session import SENDS, MysqlGreeting, MysqlRefusal, MysqlSession, valid_account
from tieback.probes.wire.frames import mysql_frame
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, Fault

SSL, PLUGIN_AUTH = 0x800, 0x80000


def greeting(version: str = "8.0.36", capabilities: int = PLUGIN_AUTH, plugin: str = "caching_sha2_password") -> bytes:
    low, high = capabilities & 0xFFFF, capabilities >> 16
    body = b"\x0a" + version.encode() + b"\0" + struct.pack("<I8sxHBHHB10x", 1, b"a" * 8, low, 255, 2, high, 21)
    return mysql_frame(0, body + b"b" * 12 + b"\0" + plugin.encode() + b"\0")


def error(code: int, text: str, sequence: int = 2, state: bytes = b"#28000") -> bytes:
    return mysql_frame(sequence, b"\xff" + struct.pack("<H", code) + state + text.encode())


GREETINGS = [
    # greeting, product, version, TLS, plugin
    (greeting(), "mysql", "8.0.36", False, "caching_sha2_password"),
    (
        greeting("5.5.5-10.11.6-MariaDB-1", SSL | PLUGIN_AUTH, "mysql_native_password"),
        "mariadb",
        "10.11.6",
        True,
        "mysql_native_password",
    ),
    (greeting("11.8.9-MariaDB"), "mariadb", "11.8.9", False, "caching_sha2_password"),
    (greeting("5.5.5"), "mysql", "5.5.5", False, "caching_sha2_password"),
]


@pytest.mark.parametrize(("data", "product", "version", "tls", "plugin"), GREETINGS)
def test_greetings(data: bytes, product: str, version: str, tls: bool, plugin: str) -> None:
    found = play(MysqlSession().read_greeting(None), MemoryPeer(recorded_answers([]), greeting=data), SENDS).result
    assert isinstance(found, MysqlGreeting)
    assert (found.known.name, found.known.version, found.tls, found.plugin) == (product, version, tls, plugin)


def test_a_host_that_is_turned_away_hears_it_first() -> None:
    data = error(1130, "Host is not allowed", 0, b"")
    found = play(MysqlSession().read_greeting(None), MemoryPeer(recorded_answers([]), greeting=data), SENDS).result
    assert found == MysqlRefusal(1130, "Host is not allowed")


OTHERS = [
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"220 mail ESMTP\r\n",
    b"\xff\xff\xff\x00\x0a",
    mysql_frame(0, b"\x0a5.7\0"),
    b"\x05\0\0\0\x0b\x08\x05\x1a",
]


@pytest.mark.parametrize("data", OTHERS)
def test_other_protocols(data: bytes) -> None:
    with pytest.raises(NotThisProtocol):
        play(MysqlSession().read_greeting(1.0), MemoryPeer(recorded_answers([]), greeting=data), SENDS)


OK = mysql_frame(2, b"\0\0\0\2\0\0\0")


def switch(plugin: bytes) -> bytes:
    return mysql_frame(2, b"\xfe" + plugin + b"\0" + b"s" * 20 + b"\0")


LOGINS = [
    # answers, refusal's code (None: let in), sends
    ([OK], None, 1),
    ([error(1045, "Access denied")], 1045, 1),
    ([switch(b"mysql_native_password"), OK], None, 2),
    ([switch(b"caching_sha2_password"), error(1045, "no", 4)], 1045, 2),
    ([switch(b"sha256_password"), error(1045, "no", 4)], 1045, 2),
    ([switch(b"auth_gssapi_client")], 0, 1),
    ([mysql_frame(2, b"\xfe")], 0, 1),
    ([mysql_frame(2, b"\x01\x03") + OK], None, 1),
    ([mysql_frame(2, b"\x01\x04")], 0, 1),
]


@each(("answers", "code", "sends"), LOGINS)
def test_logins(answers: list[bytes], code: int | None, sends: int) -> None:
    played = play(
        MysqlSession().log_in("tieback_probe"), MemoryPeer(recorded_answers(answers), greeting=greeting()), SENDS
    )
    assert (played.result.code if played.result else None) == code
    assert len(played.sent) == sends
    assert played.sent[0][36:] == b"tieback_probe\0\0caching_sha2_password\0"


def test_tls_where_it_is_offered_and_plain_where_it_fails() -> None:
    offers = greeting(capabilities=SSL | PLUGIN_AUTH)
    played = play(MysqlSession().log_in("u"), MemoryPeer(recorded_answers([b"", OK]), greeting=offers), SENDS)
    assert (len(played.sent), played.connections) == (2, 1)
    played = play(
        MysqlSession().log_in("u"), MemoryPeer(recorded_answers([b"", OK]), greeting=offers, starttls=False), SENDS
    )
    assert (len(played.sent), played.connections) == (2, 2)


def test_the_connection_of_a_greeting_is_used_for_the_login() -> None:
    session = MysqlSession()

    def talk() -> Conversation[object]:
        yield from session.read_greeting(None)
        yield from session.log_in("a")
        return (yield from session.log_in("b"))

    assert (
        play(talk(), MemoryPeer(recorded_answers([error(1045, "no"), OK]), greeting=greeting()), SENDS).connections == 2
    )


def rows(*values: bytes, columns: int = 2) -> bytes:
    column = b"".join(mysql_frame(i, b"\x03def") for i in range(columns))
    eof = mysql_frame(9, b"\xfe\0\0\2\0")
    return mysql_frame(1, bytes((columns,))) + column + eof + b"".join(mysql_frame(9, v) for v in values) + eof


def query(answer: bytes, columns: int = 2) -> list[list[str | None]] | MysqlRefusal:
    session = MysqlSession()

    def talk() -> Conversation[list[list[str | None]] | MysqlRefusal]:
        yield Connect()
        return (yield from session.query(queries.TABLES, columns))

    return play(talk(), MemoryPeer(recorded_answers([answer])), SENDS).result


def test_result_rows_are_decoded() -> None:
    assert query(rows(b"\x01a\xfb", b"\xfc\x03\0abc\0")) == [["a", None], ["abc", ""]]
    assert query(rows()) == []
    assert query(error(1142, "denied", 1)) == MysqlRefusal(1142, "denied")


HOSTILE = [
    mysql_frame(1, b"\xfb/etc/passwd"),
    rows(b"\x01a\xfb", columns=3),
    rows(b"\x01a"),
    rows(b"\x09a\xfb"),
    rows(b"\x01a\xfbx"),
    rows(b"\xfe\0\0\0\0\0\0\0\0\x01"),
    mysql_frame(1, b""),
    b"\xff\xff\xff\x01",
]


@each("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_answers(answer: bytes) -> None:
    with pytest.raises(HostileAnswer):
        query(answer)


def test_a_request_for_a_file_is_hostile_during_a_login_too() -> None:
    peer = MemoryPeer(recorded_answers([mysql_frame(2, b"\xfb/etc/passwd")]), greeting=greeting())
    with pytest.raises(HostileAnswer, match="LOCAL INFILE"):
        play(MysqlSession().log_in("u"), peer, SENDS)


UNDECLARED = [
    b"DROP DATABASE hr",
    b"SELECT * FROM hr.employees",
    queries.TABLES.encode() + b";DROP TABLE x",
    b"SELECT 1",
]


@pytest.mark.parametrize("sql", UNDECLARED)
def test_undeclared_sql(sql: bytes) -> None:
    assert not any(send.matches(mysql_frame(0, b"\x03" + sql)) for send in SENDS)


def test_a_password_is_undeclared() -> None:
    played = play(MysqlSession().log_in("u"), MemoryPeer(recorded_answers([OK]), greeting=greeting()), SENDS)
    login = played.sent[0]
    with_password = login.replace(b"u\0\0", b"u\0\x14" + b"p" * 20)
    for data in (with_password, mysql_frame(3, b"p" * 20), mysql_frame(3, b"secret\0")):
        assert not any(send.matches(data) for send in SENDS)


@pytest.mark.parametrize(
    ("name", "valid"), [("root", True), ("a.b-c_1", True), ("a\0b", False), ("", False), ("x" * 33, False)]
)
def test_accounts(name: str, valid: bool) -> None:
    assert valid_account(name) is valid


@given(st.binary(max_size=120))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_never_raises_another_fault(data: bytes) -> None:
    for peer in (
        MemoryPeer(recorded_answers([]), greeting=data),
        MemoryPeer(recorded_answers([data] * 3), greeting=greeting()),
    ):
        try:
            play(MysqlSession().log_in("u"), peer, SENDS)
        except (HostileAnswer, NotThisProtocol, Fault):
            continue
    for answer in (data, rows(data)):
        try:
            query(answer)
        except (HostileAnswer, Fault):
            continue
