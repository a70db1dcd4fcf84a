"""Documents on the pipe: whole, in pieces, and what is none."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.capture.frames import FrameDecoder, FrameError, encode_frame
from tieback.intake.capture.interface import (
    MAX_DOCUMENT,
    ConnectFailure,
    ConnectionEnds,
    DnsObserved,
    Observation,
    ProxyEnd,
    ProxyFailure,
    ProxyListening,
    StreamObserved,
)
from tieback.model.flow import FlowTls, Peer

ENDS = ConnectionEnds(Peer("127.0.0.1", 40000), "store.test", "127.0.0.9", 6379)
DOCUMENTS: list[Observation] = [
    ProxyListening("127.0.0.1", 8080, "ca.pem"),
    StreamObserved("c", ENDS, "tcp", b"PING\r\n", b"+PONG\r\n", 6, 7, 1, 1, 1.0, 2.0, FlowTls(version="TLSv1.3")),
    ConnectFailure("c", ENDS, "tcp", "refused", False, 1.0),
    DnsObserved(ENDS, "store.test", ("127.0.0.9", "::1"), 1.0, 2.0),
    ProxyFailure("in use"),
    ProxyEnd(0, 0),
]


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.sampled_from(DOCUMENTS), max_size=8), st.lists(st.integers(1, 400), max_size=30))
def test_pieces_of_any_size_give_the_same_documents(documents: list[Observation], cuts: list[int]) -> None:
    data = b"".join(map(encode_frame, documents))
    frames, at = FrameDecoder(), 0
    found: list[Observation] = []
    for cut in [*cuts, len(data)]:
        found += frames.feed(data[at : at + cut])
        at += cut
    assert found == documents


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_or_waited_for(data: bytes) -> None:
    with suppress(FrameError):
        assert list(FrameDecoder().feed(data)) in ([], [ProxyEnd(0, 0)])


def test_lengths_are_checked_before_anything_is_kept() -> None:
    with pytest.raises(FrameError, match="bytes"):
        list(FrameDecoder().feed((MAX_DOCUMENT + 1).to_bytes(4)))
    with pytest.raises(FrameError, match="bytes"):
        encode_frame(ProxyFailure("x" * (MAX_DOCUMENT + 1)))
