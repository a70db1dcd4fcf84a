"""A small HTTP/3 server and client over aioquic, which mitmproxy brings: ``serve|get ADDRESS PORT PEM``."""

import asyncio
import sys
from pathlib import Path
from typing import Any

from aioquic.asyncio.client import connect
from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.asyncio.server import serve
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration

NAME = "api.workhub.test"


class Answering(QuicConnectionProtocol):
    """Answers every request, and keeps what it is answered."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self.h3 = H3Connection(self._quic)
        self.body = asyncio.get_running_loop().create_future()

    def quic_event_received(self, event: Any) -> None:
        for seen in self.h3.handle_event(event):
            if isinstance(seen, HeadersReceived) and not self._quic.configuration.is_client:
                self.h3.send_headers(seen.stream_id, [(b":status", b"200"), (b"content-type", b"application/json")])
                self.h3.send_data(seen.stream_id, b'{"by":"h3"}', end_stream=True)
                self.transmit()
            elif isinstance(seen, DataReceived) and self._quic.configuration.is_client and not self.body.done():
                self.body.set_result(seen.data)


async def answer(address: str, port: int, pem: str) -> None:
    configuration = QuicConfiguration(is_client=False, alpn_protocols=["h3"])
    configuration.load_cert_chain(Path(pem))
    await serve(address, port, configuration=configuration, create_protocol=Answering)
    await asyncio.Event().wait()


async def get(address: str, port: int, pem: str) -> None:
    configuration = QuicConfiguration(alpn_protocols=["h3"], server_name=NAME)
    if pem:
        configuration.load_verify_locations(pem)
    try:
        async with (
            asyncio.timeout(8),
            connect(address, port, configuration=configuration, create_protocol=Answering) as client,
        ):
            assert isinstance(client, Answering)
            stream = client._quic.get_next_available_stream_id()
            head = [(b":method", b"GET"), (b":scheme", b"https"), (b":authority", NAME.encode()), (b":path", b"/h3")]
            client.h3.send_headers(stream, head, end_stream=True)
            client.transmit()
            sys.stdout.write((await client.body).decode())
    except (ConnectionError, TimeoutError):
        sys.stdout.write("refused")


if __name__ == "__main__":
    word, address, port, pem = sys.argv[1:]
    asyncio.run((answer if word == "serve" else get)(address, int(port), pem))
