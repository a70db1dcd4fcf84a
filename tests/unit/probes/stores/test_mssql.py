"""Answers laid out as MS-TDS 2.2.6.5 says. Not yet verified against the real server."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.mssql import MssqlProbe, decoded_options
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Target

PROBE = MssqlProbe()


def prelogin(version: bytes = b"\x10\x00\x0f\xa7\x00\x00", encryption: int = 1) -> bytes:
    body = b"\0\0\x0b\0\6\1\0\x11\0\1\xff" + version + bytes((encryption,))
    return b"\4\1" + (8 + len(body)).to_bytes(2, "big") + b"\0\x33\1\0" + body


def ask(answer: bytes | None, *, port: int = 1433, tls: bool = False) -> PlaybackResult[ProbeReport]:
    target = Target("127.0.0.1", port)
    return play(PROBE.run(target, Depth.SAMPLE), MemoryPeer(lambda _: answer, tls=tls), PROBE.meta.sends)


@pytest.mark.parametrize(
    ("version", "encryption", "expected", "said"),
    [
        (b"\x10\x00\x0f\xa7\x00\x00", 1, "16.0.4007", "SQL Server 2022; encryption of logins: on"),
        (b"\x0c\x00\x07\xd0\x00\x00", 2, "12.0.2000", "SQL Server 2014; encryption of logins: not supported"),
        (b"\x0f\x00\x10\x60\x00\x00", 0, "15.0.4192", "SQL Server 2019; encryption of logins: off, but offered"),
        (b"\x10\x00\x0f\xa7\x00\x00", 3, "16.0.4007", "SQL Server 2022; encryption of logins: required"),
    ],
)
def test_version_and_encryption_and_no_statement_about_access(
    version: bytes, encryption: int, expected: str, said: str
) -> None:
    played = ask(prelogin(version, encryption))
    report = played.result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.UNKNOWN, "mssql")
    assert report.version == expected
    assert report.proofs[0].answer == said
    assert len(played.sent) == 1


def test_inside_tls_too() -> None:
    assert ask(prelogin(), tls=True).result.version == "16.0.4007"


@pytest.mark.parametrize(
    "answer",
    [
        None,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\4\1\xff\xff\0\0\1\0" + b"x" * 5000,
        b"\4\1\0\x08\0\0\1\0",
        b"\x12" * 30,
    ],
)
def test_others_are_another_protocol(answer: bytes | None) -> None:
    assert ask(answer, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_a_list_that_leads_past_the_end_is_hostile() -> None:
    broken = prelogin().replace(b"\0\0\x0b\0\6", b"\0\0\x0b\0\xff")
    assert ask(broken).result.outcome is Outcome.HOSTILE


@given(st.binary(max_size=80))
@settings(max_examples=examples(80), deadline=None)
def test_random_bytes_never_raise(body: bytes) -> None:
    with contextlib.suppress(HostileAnswer):
        assert all(len(value) <= len(body) for value in decoded_options(body).values())
