"""Db2's and Informix' answers as the DRDA volume lays them out; Derby's as a real one gave it (tests/servers)."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.drda import DrdaProbe, read_attributes
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Target

PROBE = DrdaProbe()


def thing(code: int, payload: bytes) -> bytes:
    return (len(payload) + 4).to_bytes(2, "big") + code.to_bytes(2, "big") + payload


def answer(product: str, release: str, *, extra: bytes = b"") -> bytes:
    named = thing(0x1147, product.encode("cp500")) + thing(0x115A, release.encode("cp500"))
    body = thing(0x1443, thing(0x115E, "db2sysc".encode("cp500")) + named + thing(0x1404, bytes(8)) + extra)
    return (len(body) + 6).to_bytes(2, "big") + b"\xd0\x02\0\1" + body


def ask(reply: bytes | None, port: int = 50000) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), MemoryPeer(lambda _: reply), PROBE.meta.sends)


@pytest.mark.parametrize(
    ("product", "release", "expected"),
    [
        ("QDB2/LINUXX8664", "SQL11055", ("db2", "11.5.5")),
        ("QDB2", "DSN12015", ("db2", "12.1.5")),
        ("Apache Derby", "CSS10140/10.14.2.0 - (1828579)", ("derby", "10.14.2.0")),
        ("IDS/UNIX64", "IFX14100", ("informix", "14.10.0")),
        ("Something", "1", ("drda", "")),
    ],
)
def test_product_is_identified(product: str, release: str, expected: tuple[str, str]) -> None:
    report = ask(answer(product, release)).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.UNKNOWN)
    assert (report.product, report.version) == expected
    assert product in report.proofs[0].answer
    assert any("no login is tried" in clause for clause in report.untested)


@pytest.mark.parametrize(
    "reply",
    [
        None,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\0\x20\xd0\2\0\1\0\x1a\x14\x43",
        b"\xff\xff\xd0\2\0\1\xff\xff\x14\x43",
    ],
)
def test_others_are_another_protocol_or_end_early(reply: bytes | None) -> None:
    report = ask(reply, port=7).result
    assert report.outcome in (Outcome.PROTOCOL_MISMATCH, Outcome.TIMEOUT)
    assert (report.product, report.access) == ("", Access.UNKNOWN)


def test_an_object_that_leads_past_the_end_is_hostile() -> None:
    assert ask(answer("QDB2", "SQL11055", extra=b"\xff\xff\x11\x5e")).result.outcome is Outcome.HOSTILE


@given(st.binary(max_size=100))
@settings(max_examples=examples(80), deadline=None)
def test_random_bytes_never_raise(body: bytes) -> None:
    with contextlib.suppress(HostileAnswer):
        assert all(len(text) <= 120 for text in read_attributes(body).values())
