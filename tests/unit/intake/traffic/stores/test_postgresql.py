"""PostgreSQL; bytes made from the message formats of its documentation."""

from tests.each import each
from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.postgresql import Postgresql

SSL, GSS = b"\0\0\0\x08\x04\xd2\x16\x2f", b"\0\0\0\x08\x04\xd2\x16\x30"
HELLO = b"\x16\x03\x01\x01\x5c\x01\x00\x01\x58\x03\x03"
SERVER_HELLO = b"\x16\x03\x03\x00\x39\x02\x00\x00\x35"


def message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body


def startup(parameters: bytes = b"user\0app\0database\0crm\0\0", version: bytes = b"\0\x03\0\0") -> bytes:
    return (len(parameters) + 8).to_bytes(4) + version + parameters


AUTH_OK = message(b"R", b"\0\0\0\0") + message(b"S", b"server_version\x0016.4\0") + message(b"Z", b"I")
QUERY = message(b"Q", b"SELECT email, pin FROM staff\0")
COLUMN = bytes(4) + b"\0\x01" + b"\0\0\0\x19" + b"\xff\xff" + b"\xff\xff\xff\xff" + b"\0\0"
ROWS = (
    message(b"T", b"\0\x02email\0" + COLUMN + b"pin\0" + COLUMN)
    + message(b"D", b"\0\x02\0\0\0\x0dada@work.test\0\0\0\x044711")
    + message(b"C", b"SELECT 1\0")
)


def test_startup_queries_and_rows() -> None:
    found = Postgresql().recognise(ConnectionStart(startup() + QUERY, AUTH_OK + ROWS, 15432))
    assert found is not None
    assert found.confidence >= 0.9
    assert not found.encrypted
    assert found.detail == "PostgreSQL 16.4"
    assert [(item.direction, item.data) for item in found.samples] == [
        ("out", b"SELECT email, pin FROM staff"),
        ("in", b"email\tpin\nada@work.test\t4711"),
    ]


def test_bound_values_are_shown() -> None:
    parse = message(b"P", b"\0SELECT * FROM staff WHERE email = $1\0\0\0")
    bind = message(b"B", b"\0\0\0\0\0\x01\0\0\0\x0dada@work.test\0\0")
    found = Postgresql().recognise(ConnectionStart(startup() + parse + bind, AUTH_OK, 5432))
    assert found is not None
    assert found.samples[0].data == b"SELECT * FROM staff WHERE email = $1\nada@work.test"


@each(
    ("client", "server", "encrypted", "least"),
    [
        (SSL + HELLO, b"S" + SERVER_HELLO, True, 0.9),
        (GSS + SSL + HELLO, b"NS" + SERVER_HELLO, True, 0.9),
        (SSL + HELLO, b"", True, 0.5),
        (SSL + startup(), b"N" + AUTH_OK, False, 0.9),
        (GSS, b"G", False, 0.9),
        (GSS + b"\0\0\0\x40token", b"G\0\0\0\x10", True, 0.9),
        (SSL, b"", False, 0.5),
        (startup(version=b"\0\x03\0\x02"), AUTH_OK, False, 0.9),
    ],
)
def test_requests_for_encryption(client: bytes, server: bytes, *, encrypted: bool, least: float) -> None:
    found = Postgresql().recognise(ConnectionStart(client, server, 5432))
    assert found is not None
    assert found.encrypted is encrypted
    assert found.confidence >= least
    if found.tls_client:
        assert found.tls_client.startswith(HELLO)
        assert found.tls_server in {b"", SERVER_HELLO}


@each(
    ("client", "server"),
    [
        (startup(), b"Z\0\0\0\x01\0\0"),  # the malformed answers of zeek's traces
        (b"\0\0\0\x03\0\x03\0\0user\0zeek\0\0", b"E\0\0\0\x14SINFO\0MTest Error\0\0"),
        (b"\0\0\0\x28\0\x03\0\x02\0\0\0\x8e\0\x07rdkafka\0\0\0\x01", b"\0\0\x01\x5a\0\0\0\x8c"),  # Kafka's Metadata
        (startup(b"name\0app\0\0"), AUTH_OK),
        (SSL, b"HTTP/1.1 400\r\n"),
        (startup(), b"HTTP/1.1 400\r\n"),
        (b"QUIT\r\n", b"250 ok\r\n"),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Postgresql().recognise(ConnectionStart(client, server, 5432)) is None


def test_mid_stream_and_one_side() -> None:
    found = Postgresql().recognise(ConnectionStart(QUERY, ROWS, 5432, midstream=True))
    assert found is not None
    assert found.confidence >= 0.9
    alone = Postgresql().recognise(ConnectionStart(b"", AUTH_OK, 5432))
    assert alone is not None
    assert alone.confidence <= 0.7
    assert Postgresql().recognise(ConnectionStart(QUERY, ROWS, 5432)) is None
