import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.session import SENDS, PostgresRefusal, PostgresSession, StartedSession, valid_name
from tieback.probes.wire.frames import postgres_frame
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, Fault

type Answer = StartedSession | PostgresRefusal


def authentication(code: int) -> bytes:
    return postgres_frame(b"R", code.to_bytes(4, "big"))


def error(code: str, text: str, routine: str) -> bytes:
    return postgres_frame(b"E", f"SFATAL\0C{code}\0M{text}\0R{routine}\0\0".encode())


READY = postgres_frame(b"S", b"server_version\x0018.6\0") + postgres_frame(b"K", bytes(8)) + postgres_frame(b"Z", b"I")


def start(*answers: bytes | None, starttls: bool = True) -> PlaybackResult[Answer]:
    return play(PostgresSession().start("r", "d"), MemoryPeer(recorded_answers(answers), starttls=starttls), SENDS)


STARTS: list[tuple[bytes, Answer]] = [
    (authentication(0) + READY, StartedSession("18.6")),
    (authentication(13), PostgresRefusal("", "requires a Redshift digest", product="redshift")),
    (authentication(10) + b"", PostgresRefusal("", "requires SASL")),
    (authentication(5), PostgresRefusal("", "requires MD5 password")),
    (authentication(3), PostgresRefusal("", "requires clear-text password")),
    (
        authentication(0) + error("28000", "role does not exist", "InitializeSessionUserId"),
        PostgresRefusal("28000", "role does not exist", "InitializeSessionUserId", trusted=True),
    ),
    (error("28000", "no entry", "ClientAuthentication"), PostgresRefusal("28000", "no entry", "ClientAuthentication")),
]


# Parameters as the makers document them; not yet verified against the real servers.
KIN: list[tuple[dict[str, str], StartedSession]] = [
    ({"server_version": "16.4 (Debian 16.4-1)"}, StartedSession("16.4 (Debian 16.4-1)")),
    (
        {"server_version": "13.0.0", "crdb_version": "CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu, built 2023)"},
        StartedSession("23.1.11", "cockroachdb"),
    ),
    ({"server_version": "13.0.0", "crdb_version": "?"}, StartedSession("", "cockroachdb")),
    ({"server_version": "8.0.2", "padb_version": "1.0.12345"}, StartedSession("1.0.12345", "redshift")),
    ({"server_version": "11.2-YB-2.18.0.0-b0"}, StartedSession("2.18.0.0", "yugabytedb")),
    ({"padb_version": ""}, StartedSession("")),
]


@each(("told", "result"), KIN)
def test_variants_identify_themselves(told: dict[str, str], result: StartedSession) -> None:
    parameters = b"".join(postgres_frame(b"S", f"{name}\0{value}\0".encode()) for name, value in told.items())
    assert start(b"N", authentication(0) + parameters + postgres_frame(b"Z", b"I")).result == result


@pytest.mark.parametrize("payload", [b"crdb_version", b"crdb_version\0", b"\0", b"", b"padb_version\0\xff\0x"])
def test_parameters_that_end_early(payload: bytes) -> None:
    answer = authentication(0) + postgres_frame(b"S", payload) + postgres_frame(b"Z", b"I")
    assert isinstance(start(b"N", answer).result, StartedSession)


@each(("answer", "result"), STARTS)
def test_start_behind_a_tls_proxy_is_decoded(answer: bytes, result: Answer) -> None:
    peer = MemoryPeer(recorded_answers([answer]), tls=True)
    played = play(PostgresSession().start("r", "d"), peer, SENDS)
    assert (played.result, played.connections) == (result, 2)
    # SSLRequest is sent only without TLS.
    assert [len(sent) == 8 for sent in played.sent] == [True, False]


def test_second_start_behind_a_tls_proxy_needs_one_connection() -> None:
    def twice() -> Conversation[Answer]:
        session = PostgresSession()
        yield from session.start("r", "d")
        return (yield from session.start("r", "d"))

    peer = MemoryPeer(recorded_answers([authentication(0) + READY] * 2), tls=True)
    played = play(twice(), peer, SENDS)
    assert (played.result, played.connections) == (StartedSession("18.6"), 3)


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"R\xff\0\0\0", b"\0" * 8, b"", None])
def test_other_server_with_tls_is_not_postgresql(answer: bytes | None) -> None:
    with pytest.raises((NotThisProtocol, Fault)):
        play(PostgresSession().start("r", "d", 1.0), MemoryPeer(recorded_answers([answer]), tls=True), SENDS)


@each(("answer", "result"), STARTS)
def test_start_answers_are_decoded(answer: bytes, result: Answer) -> None:
    for offer in (b"N", b"S"):
        assert start(offer, answer).result == result


def test_plain_where_tls_fails() -> None:
    played = start(b"S", authentication(0) + READY, starttls=False)
    assert (played.result, played.connections) == (StartedSession("18.6"), 2)


def test_a_start_has_only_parameters_that_poolers_accept() -> None:
    sent = start(b"N", authentication(0) + READY).sent[1]
    assert sent[8:].split(b"\0")[::2][:-1] == [b"user", b"database", b"client_encoding", b"application_name"]


@pytest.mark.parametrize("answer", [b"H", b"SSH-2.0", b"Sinjected", b"J\0\0\0", None])
def test_other_protocols(answer: bytes | None) -> None:
    with pytest.raises(NotThisProtocol):
        start(answer)


HOSTILE = [
    authentication(99),
    READY,
    postgres_frame(b"D", b"\0\0"),
    b"E\xff\xff\xff\xff",
    b"E\x7f\xff\xff\xff",
    postgres_frame(b"N", b"") * 300,
]


@each("answer", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_starts(answer: bytes) -> None:
    with pytest.raises(HostileAnswer):
        start(b"N", answer)


def query(answer: bytes, columns: int = 2) -> list[list[str | None]] | PostgresRefusal:
    session = PostgresSession()

    def talk() -> Conversation[list[list[str | None]] | PostgresRefusal]:
        yield Connect()
        return (yield from session.query(queries.DATABASES, columns))

    return play(talk(), MemoryPeer(recorded_answers([END, GUARDED, answer])), SENDS).result


def row(*values: bytes | None) -> bytes:
    cells = [b"\xff\xff\xff\xff" if v is None else len(v).to_bytes(4, "big") + v for v in values]
    return postgres_frame(b"D", len(values).to_bytes(2, "big") + b"".join(cells))


END = postgres_frame(b"C", b"SELECT 1\0") + postgres_frame(b"Z", b"I")
GUARDED = row(b"on", b"pg_catalog, pg_temp") + END


def test_query_that_ends_the_connection_costs_only_itself() -> None:
    def answer(sent: bytes) -> bytes | None:
        if len(sent) == 8:
            return b"N"
        if sent[:1] != b"Q":
            return authentication(0) + READY
        if b"transaction_read_only" in sent:
            return GUARDED
        if b"pg_control_system" in sent:
            return None
        return row(b"shop", b"7") + END if b"FROM pg_catalog.pg_database" in sent else END

    def talk() -> Conversation[list[list[list[str | None]] | PostgresRefusal]]:
        session = PostgresSession()
        assert isinstance((yield from session.start("r", "d")), StartedSession)
        found = []
        for sql, columns in ((queries.SYSTEM_IDENTIFIER, 1), (queries.DATABASES, 2), (queries.SYSTEM_IDENTIFIER, 1)):
            one = yield from session.query(sql, columns)
            found.append(one)
        yield from session.stop()
        return found

    played = play(talk(), MemoryPeer(answer), SENDS)
    refused, rows, again = played.result
    assert isinstance(refused, PostgresRefusal)
    assert isinstance(again, PostgresRefusal)
    assert rows == [["shop", "7"]]
    # The second connection is guarded before its first query, and the refused query is sent once.
    begins = [at for at, sent in enumerate(played.sent) if b"BEGIN" in sent]
    asked = [at for at, sent in enumerate(played.sent) if b"pg_control_system" in sent or b"pg_database" in sent]
    assert len(asked) == 2
    assert begins[0] < asked[0] < begins[1] < asked[1]


def test_result_rows_are_decoded() -> None:
    assert query(postgres_frame(b"T", b"") + row(b"hr", None) + row(b"", b"7") + END) == [["hr", None], ["", "7"]]
    refusal = query(error("42501", "permission denied", "aclcheck_error") + postgres_frame(b"Z", b"I"))
    assert isinstance(refusal, PostgresRefusal)
    assert refusal.code == "42501"


LIES = [
    row(b"a") + END,
    postgres_frame(b"D", b"\0\2\0\0\0\x09a") + END,
    postgres_frame(b"D", b"\0\2\xff\xff\xff\xfe") + END,
    postgres_frame(b"D", b"") + END,
    postgres_frame(b"G", b"") + END,
    row(b"a", b"b") * 9000,
]


@each("answer", LIES, ids=range(len(LIES)))
def test_false_lengths_are_rejected(answer: bytes) -> None:
    with pytest.raises(HostileAnswer):
        query(answer)


@each(
    "data",
    [
        postgres_frame(b"Q", b"DROP TABLE x\0"),
        postgres_frame(b"Q", queries.TABLES.encode() + b"; DROP TABLE x\0"),
        postgres_frame(b"Q", queries.GUARDS[0].encode() + b"; DROP TABLE x\0"),
        postgres_frame(b"Q", queries.GUARDS[0].replace("pg_catalog, pg_temp", "public").encode() + b"\0"),
        postgres_frame(b"Q", b"SELECT * FROM employees\0"),
        postgres_frame(b"p", b"secret\0"),
        postgres_frame(b"P", b"\0" + queries.TABLES.encode() + b"\0\0\0"),
        postgres_frame(b"", b"\0\3\0\0user\0r\0database\0d\0\0"),
    ],
)
def test_undeclared(data: bytes) -> None:
    assert not any(send.matches(data) for send in SENDS)


@each(
    ("name", "valid"),
    [("postgres", True), ("größe", True), ("a\0b", False), ("a\nb", False), ("", False), ("ü" * 40, False)],
)
def test_names(name: str, valid: bool) -> None:
    assert valid_name(name) is valid


@given(st.binary(max_size=120))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_never_raises_another_fault(data: bytes) -> None:
    for answers in ((data,), (b"N", data), (b"N", authentication(0) + data)):
        try:
            start(*answers)
        except (HostileAnswer, NotThisProtocol, Fault):
            continue
    for answer in (data, postgres_frame(b"D", data) + END):
        try:
            query(answer)
        except (HostileAnswer, Fault):
            continue
