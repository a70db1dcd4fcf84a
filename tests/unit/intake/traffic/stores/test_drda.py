"""Db2 and Derby; structures made from DRDA V5, volume 3."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.traffic.interface import ConnectionStart
from tieback.intake.traffic.stores.drda import Drda


def structure(point: int, body: bytes, kind: int = 1) -> bytes:
    inner = (len(body) + 4).to_bytes(2) + point.to_bytes(2) + body
    return (len(inner) + 6).to_bytes(2) + b"\xd0" + bytes((kind,)) + b"\0\x01" + inner


def parameter(point: int, text: str) -> bytes:
    body = text.encode("cp500")
    return (len(body) + 4).to_bytes(2) + point.to_bytes(2) + body


EXCSAT = structure(0x1041, parameter(0x115E, "db2jcc_application"), 0x41)
EXCSATRD = structure(0x1443, parameter(0x1147, "QDB2/LINUX") + parameter(0x115A, "SQL11058"), 0x43)
SQLSTT = structure(0x2414, b"\0\0\0\0\x17SELECT email FROM staff", 3)


@pytest.mark.parametrize(
    ("client", "server", "low", "high"),
    [
        (EXCSAT + structure(0x106D, b"\0\x06\x11\xa2\0\x03"), EXCSATRD, 0.9, 1.0),
        (EXCSAT, b"", 0.6, 0.7),
        (b"", EXCSATRD, 0.6, 0.7),
        (structure(0x2008, b"") + SQLSTT, structure(0x2205, b""), 0.9, 1.0),
    ],
)
def test_data_structures_are_recognised(client: bytes, server: bytes, low: float, high: float) -> None:
    found = Drda().recognise(ConnectionStart(client, server, 50000))
    assert found is not None
    assert low <= found.confidence <= high


@pytest.mark.parametrize("statement", [b"SELECT email FROM staff", "SELECT email FROM staff".encode("cp500")])
def test_detail_and_statements(statement: bytes) -> None:
    found = Drda().recognise(
        ConnectionStart(EXCSAT + structure(0x2414, b"\0\0\0\0\x17" + statement + b"\xff", 3), EXCSATRD, 50000)
    )
    assert found is not None
    assert found.detail == "QDB2/LINUX SQL11058"
    assert b"SELECT email FROM staff" in found.samples[0].data


def test_a_login_in_the_clear_is_a_sample_and_an_encrypted_one_is_not() -> None:
    plain = structure(0x106E, parameter(0x11A0, "db2inst1") + parameter(0x11A1, "Hill-Lamp-9"), 0x41)
    found = Drda().recognise(ConnectionStart(EXCSAT + plain, EXCSATRD, 50000))
    assert found is not None
    assert json.loads(found.samples[0].data) == {"username": "db2inst1", "password": "Hill-Lamp-9"}
    coded = structure(0x106E, parameter(0x11A0, "db2inst1") + b"\0\x08\x11\xdc\x01\x02\x03\x04", 0x41)
    found = Drda().recognise(ConnectionStart(EXCSAT + coded, EXCSATRD, 50000))
    assert found is not None
    assert found.samples == ()


@given(st.binary(max_size=120))
def test_any_login_is_text_or_nothing(body: bytes) -> None:
    found = Drda().recognise(ConnectionStart(EXCSAT + structure(0x106E, body, 0x41), EXCSATRD, 50000))
    for sample in found.samples if found else ():
        assert sample.data


@pytest.mark.parametrize(
    ("client", "server"),
    [
        (b"\0\x10\xd0\x41\0\x01\0\x0a\x77\x77" + bytes(6), b""),  # no such code point
        (b"\0\x08\xd0\x01" + bytes(20), b""),
        (EXCSAT, b"HTTP/1.1 400 Bad\r\n"),
    ],
)
def test_other_protocols_are_not_recognised(client: bytes, server: bytes) -> None:
    assert Drda().recognise(ConnectionStart(client, server, 50000)) is None
