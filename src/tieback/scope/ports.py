"""One recognition at a time at each address and port whose service is unknown; others do not wait for each other.

Some servers serve one client at a time: until a service is recognised, a second connection could disturb it. Names that
lead to the same address and port share the result if the service is not recognised and speaks no TLS: no name was part
of what it received, except in HTTP, which would have been recognised.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Hashable

import msgspec

from tieback.model.probe import Outcome

_MAX_KNOWN = 4096

type Port = tuple[str, int]
"""Address and port."""


type Plan = frozenset[tuple[str, bool]]
"""Names of probes, and whether their stores are expected at the port: these get more time."""


class Unrecognised(msgspec.Struct, frozen=True):
    """The result of a recognition that did not find out what serves a port."""

    target: str
    """Label of the target for which it was tried."""
    outcome: Outcome
    detail: str
    plan: Plan
    """What was to be tried. Not all of it, if the server does not answer."""


class _Turn:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.owner: Hashable = None
        self.users = 0
        """Recognitions that hold the lock or wait for it."""


class PortTurns:
    """Turns at the ports whose service is unknown. Belongs to one event loop."""

    def __init__(self) -> None:
        self._turns: dict[Port, _Turn] = {}
        self._known: OrderedDict[Port, Unrecognised | None] = OrderedDict()
        """Ports whose protocol is known (``None``) or was not recognised, the last used at the end; the others are
        forgotten."""

    async def enter(self, port: Port, owner: Hashable, plan: Plan = frozenset()) -> Unrecognised | None:
        """Wait for a turn, which lasts until ``leave`` or ``recognise``; a known port needs none.

        Args:
            port: address and port.
            owner: the recognition. If it has the turn already, it does not wait.
            plan: what it will try.

        Returns:
            The result of an earlier recognition, if it recognised nothing and was to try all that. There is no turn
            then.
        """
        if port in self._turns and self._turns[port].owner == owner:
            return None
        if self._is_settled(port, plan):
            self._known.move_to_end(port)
            return self._known[port]
        turn = self._turns.setdefault(port, _Turn())
        turn.users += 1
        try:
            await turn.lock.acquire()
        except BaseException:
            self._forget(port, turn)
            raise
        turn.owner = owner
        if self._is_settled(port, plan):
            self._release(port)
            return self._known[port]
        return None

    def _is_settled(self, port: Port, plan: Plan) -> bool:
        if port not in self._known:
            return False
        found = self._known[port]
        return found is None or plan <= found.plan

    def holds(self, owner: Hashable) -> bool:
        """True if a recognition has the turn at a port."""
        return any(turn.owner == owner for turn in self._turns.values())

    def leave(self, owner: Hashable, found: Unrecognised | None = None, address: str = "") -> None:
        """End a recognition.

        Args:
            owner: the recognition.
            found: what others at the same address and port may use, if nothing was recognised.
            address: the address that accepted the connections; empty if none did.
        """
        ports = [port for port, turn in self._turns.items() if turn.owner == owner]
        for port in ports:
            if found is not None and (port[0] == address or (not address and len(ports) == 1)):
                self._learn(port, found)
            self._release(port)

    def recognise(self, port: Port) -> None:
        """The protocol of a port is known: its connections need no turns any more."""
        self._learn(port, None)
        if port in self._turns and self._turns[port].owner is not None:
            self._release(port)

    def _learn(self, port: Port, found: Unrecognised | None) -> None:
        self._known[port] = found
        self._known.move_to_end(port)
        if len(self._known) > _MAX_KNOWN:
            self._known.popitem(last=False)

    def _release(self, port: Port) -> None:
        turn = self._turns[port]
        turn.owner = None
        turn.lock.release()
        self._forget(port, turn)

    def _forget(self, port: Port, turn: _Turn) -> None:
        turn.users -= 1
        if not turn.users:
            del self._turns[port]
