"""mitmproxy's choice of what is inside a connection, except for apps that rejected the proxy's certificate."""

from mitmproxy.addons.next_layer import NextLayer
from mitmproxy.net.tls import starts_like_tls_record
from mitmproxy.proxy import layer, layers
from mitmproxy.proxy.layers.tls import parse_client_hello

from tieback.intake.capture.pinned import PassThrough

_LONGEST_HELLO = 64 * 1024


class PinnedNextLayer(NextLayer):
    """mitmproxy's choice of the next protocol, except that TLS of pinned apps stays closed."""

    def __init__(self, pinned: PassThrough) -> None:
        super().__init__()
        self._pinned = pinned

    def next_layer(self, nextlayer: layer.NextLayer) -> None:
        """Choose the layer; leaves it open while the client's first message is incomplete."""
        where, data = nextlayer.context, nextlayer.data_client()
        if (
            nextlayer.layer is None
            and where.client.transport_protocol == "tcp"
            and starts_like_tls_record(data)
            and self._pinned.knows(where.client)
        ):
            try:
                hello = parse_client_hello(data)
            except ValueError:
                hello = None
            else:
                if hello is None and len(data) < _LONGEST_HELLO:
                    return
            if self._pinned.passes(where, (hello.sni if hello is not None else "") or ""):
                nextlayer.layer = layers.TCPLayer(where)
                return
        super().next_layer(nextlayer)
