"""The queue in front of the pipe: in order, bounded, and no matter who reads."""

import os

import pytest

from tieback.intake.capture.frames import FrameDecoder
from tieback.intake.capture.interface import ProxyEnd, ProxyFailure
from tieback.intake.capture.sender import DocumentSender


def test_documents_arrive_in_order() -> None:
    reader, writer = os.pipe()
    outlet = DocumentSender(writer)
    sent = [ProxyFailure(str(number)) for number in range(50)]
    for document in sent:
        outlet.send(document)
    outlet.close(ProxyEnd(outlet.dropped, 0))
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        assert list(FrameDecoder().feed(file.read())) == [*sent, ProxyEnd(0, 0)]


@pytest.mark.timeout(30)
def test_stalled_reader_does_not_block_the_sender() -> None:
    reader, writer = os.pipe()
    outlet = DocumentSender(writer, limit=4)
    for _ in range(200):
        outlet.send(ProxyFailure("x" * 4096))
    assert outlet.dropped > 100
    outlet.close(ProxyEnd(outlet.dropped, 0), seconds=0.2)
    os.close(reader)


def test_closed_reader_never_raises() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    outlet = DocumentSender(writer)
    outlet.send(ProxyFailure("nobody hears this"))
    outlet.close(ProxyEnd(0, 0), seconds=1)
    os.close(writer)
