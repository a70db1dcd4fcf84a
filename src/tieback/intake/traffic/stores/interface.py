"""Interface of the store recognisers: the possible first bytes of client and server, and the verdict."""

from typing import Protocol

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch

ANY = bytes(range(256))
"""For protocols whose first byte is a length."""


class StoreRecogniser(Protocol):
    """A recogniser that also declares its possible first bytes; the dispatch is built from them."""

    @property
    def name(self) -> str:
        """The protocol, as in ``recognise/services.toml`` if the service is listed there."""
        ...

    @property
    def client_first(self) -> bytes:
        """Every byte that a client's side may begin with, mid-stream too."""
        ...

    @property
    def server_first(self) -> bytes:
        """Every byte that a server's side may begin with, mid-stream too."""
        ...

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """A verdict, or ``None``. Checks every length, never raises."""
        ...
