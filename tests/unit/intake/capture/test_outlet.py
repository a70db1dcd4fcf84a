"""The queue in front of the pipe: in order, bounded, and no matter who reads."""

import os

import pytest

from tieback.intake.capture.frames import Frames
from tieback.intake.capture.interface import Broken, Ended
from tieback.intake.capture.outlet import Outlet


def test_documents_arrive_in_order() -> None:
    reader, writer = os.pipe()
    outlet = Outlet(writer)
    sent = [Broken(str(number)) for number in range(50)]
    for document in sent:
        outlet.send(document)
    outlet.close(Ended(outlet.dropped, 0))
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        assert list(Frames().feed(file.read())) == [*sent, Ended(0, 0)]


@pytest.mark.timeout(30)
def test_a_reader_that_stands_still_stops_nobody() -> None:
    reader, writer = os.pipe()
    outlet = Outlet(writer, limit=4)
    for _ in range(200):
        outlet.send(Broken("x" * 4096))
    assert outlet.dropped > 100
    outlet.close(Ended(outlet.dropped, 0), seconds=0.2)
    os.close(reader)


def test_a_reader_that_went_away_never_raises() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    outlet = Outlet(writer)
    outlet.send(Broken("nobody hears this"))
    outlet.close(Ended(0, 0), seconds=1)
    os.close(writer)
