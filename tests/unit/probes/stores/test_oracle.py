"""Answers of a listener as Wireshark's dissector documents them. Not yet verified against the real server."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.oracle import OracleProbe, version_of
from tieback.scope.conversation import Target

PROBE = OracleProbe()


def packet(kind: int, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(2, "big") + b"\0\0" + bytes((kind, 0, 0, 0)) + body


REFUSAL = b"(DESCRIPTION=(TMP=)(VSNNUM=186647552)(ERR=1189)(ERROR_STACK=(ERROR=(CODE=1189)(EMFI=4))))"
REFUSE = packet(4, b"\x22\0" + len(REFUSAL).to_bytes(2, "big") + REFUSAL)
TEXT = b"(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=0))TNSLSNR for Linux: Version 19.3.0.0.0 - Production"
ACCEPT = packet(2, bytes(16) + TEXT)
RESEND = packet(11, b"")


def ask(*answers: bytes | None, port: int = 1521) -> PlaybackResult[ProbeReport]:
    return play(
        PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), MemoryPeer(recorded_answers(answers)), PROBE.meta.sends
    )


@pytest.mark.parametrize(
    ("answers", "version", "said"),
    [
        ([REFUSE], "11.2.0.4.0", "refuses the version request with error 1189"),
        ([ACCEPT], "19.3.0.0.0", "accepts the version request with error 0"),
        ([RESEND, REFUSE], "11.2.0.4.0", "refuses the version request with error 1189"),
        ([packet(5, b"\0\x05(ADD)")], "", "redirects the version request"),
    ],
    ids=["refuses", "accepts", "asks again first", "redirects"],
)
def test_listener_gives_its_version_and_no_access_state(answers: list[bytes], version: str, said: str) -> None:
    report = ask(*answers).result
    assert (report.outcome, report.access, report.product) == (Outcome.OK, Access.UNKNOWN, "oracle")
    assert report.version == version
    assert said in report.proofs[0].answer


@each(
    "answer",
    [
        None,
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        packet(4, b"\0\0no words of Oracle's"),
        packet(6, b"data"),
        b"\xff\xff\0\0\4\0\0\0" + b"x" * 70_000,
        RESEND,
    ],
)
def test_others_are_another_protocol(answer: bytes | None) -> None:
    assert ask(answer, answer, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=examples(60), deadline=None)
def test_versions_have_five_parts(number: int) -> None:
    assert [part.isdigit() for part in version_of(number).split(".")] == [True] * 5
