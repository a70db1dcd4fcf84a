"""One connection at a time to each port whose service is unknown; different ports do not wait for each other.

Some servers serve one client at a time. Until a service is recognised, a second connection could disturb it.
"""

import asyncio
from collections import OrderedDict

_MAX_KNOWN = 4096

type Port = tuple[str, int]
"""Address and port."""


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0
        """Conversations that hold the lock or wait for it."""


class PortTurns:
    """Turns at the ports whose service is unknown. Belongs to one event loop."""

    def __init__(self) -> None:
        self._turns: dict[Port, _Turn] = {}
        self._known: OrderedDict[Port, None] = OrderedDict()
        """Ports whose protocol is known, the last used at the end; the others are forgotten."""

    async def enter(self, port: Port) -> bool:
        """Wait for a turn; false if the port needs none."""
        if port in self._known:
            self._known.move_to_end(port)
            return False
        turn = self._turns.setdefault(port, _Turn())
        turn.users += 1
        try:
            await turn.lock.acquire()
        except BaseException:
            self._forget(port, turn)
            raise
        if port in self._known:
            self.leave(port)
            return False
        return True

    def leave(self, port: Port) -> None:
        """End a turn that ``enter`` gave."""
        turn = self._turns[port]
        turn.lock.release()
        self._forget(port, turn)

    def recognise(self, port: Port) -> None:
        """The protocol of a port is known: its connections need no turns any more."""
        self._known[port] = None
        self._known.move_to_end(port)
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)

    def _forget(self, port: Port, turn: _Turn) -> None:
        turn.users -= 1
        if not turn.users:
            del self._turns[port]
