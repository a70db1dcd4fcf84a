"""A peer that takes every connection and never answers: ``python stuck_peer.py [COUNT]``, emulating no store.

It listens at one port of 127.0.0.1, and of as many addresses from 127.1.0.1 on. First line on stdout: its port. After
that, for each line on stdin, one with three numbers: connections that it has, had in all, and bytes that it got.
"""

import asyncio
import ipaddress
import resource
import sys


class Stuck(asyncio.Protocol):
    """Counts."""

    open = seen = received = 0

    def connection_made(self, _transport: asyncio.BaseTransport) -> None:
        Stuck.open += 1
        Stuck.seen += 1

    def data_received(self, data: bytes) -> None:
        Stuck.received += len(data)

    def connection_lost(self, _error: Exception | None) -> None:
        Stuck.open -= 1


def say(*numbers: int) -> None:
    sys.stdout.write(" ".join(map(str, numbers)) + "\n")
    sys.stdout.flush()


async def main() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop = asyncio.get_running_loop()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    server = await loop.create_server(Stuck, "127.0.0.1", 0, backlog=4096)
    port = server.sockets[0].getsockname()[1]
    places = [str(ipaddress.IPv4Address("127.1.0.1") + number) for number in range(count)]
    others = [await loop.create_server(Stuck, place, port) for place in places]
    assert len(others) == count
    say(port)
    asked = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(asked), sys.stdin)
    while await asked.readline():
        say(Stuck.open, Stuck.seen, Stuck.received)


if __name__ == "__main__":
    asyncio.run(main())
