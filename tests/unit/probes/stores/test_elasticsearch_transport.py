"""The words of ``HttpRequestOnTransportException``. Not yet verified against the real server."""

import pytest

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play
from tieback.probes.stores.elasticsearch_transport import ElasticsearchTransportProbe
from tieback.scope.conversation import Target

PROBE = ElasticsearchTransportProbe()
OLD = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 23\r\n\r\nThis is not a HTTP port"


def ask(reply: bytes | None, *, port: int = 9300, tls: bool = False) -> PlaybackResult[ProbeReport]:
    return play(
        PROBE.run(Target("127.0.0.1", port), Depth.SAMPLE), MemoryPeer(lambda _: reply, tls=tls), PROBE.meta.sends
    )


@pytest.mark.parametrize("reply", [b"This is not an HTTP port", b"This is not a HTTP port", OLD])
@pytest.mark.parametrize("tls", [False, True])
def test_transport_port_is_identified_only(reply: bytes, tls: bool) -> None:
    report = ask(reply, tls=tls).result
    assert (report.outcome, report.access) == (Outcome.OK, Access.UNKNOWN)
    assert (report.product, report.version, report.containers) == ("elasticsearch-transport", "", ())


@pytest.mark.parametrize(
    "reply", [None, b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", b"This is not my port at all"]
)
def test_others_are_another_protocol(reply: bytes | None) -> None:
    assert ask(reply, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH
