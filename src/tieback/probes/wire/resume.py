"""One refused command costs that command, not the conversation.

Some servers close the connection in answer to a command that they do not know or do not allow. The conversation then
connects again, goes on with the next command, and does not repeat the refused one. A server that does not answer at all
is another matter: a time-out ends the conversation, because the server may be overloaded.
"""

from collections.abc import Callable

from tieback.model.probe import Outcome
from tieback.probes.wire.opening import STREAM_ENDED
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, Fault

MAX_LOST = 4
"""Maximum number of commands in one conversation that may end a connection; the next one ends the conversation."""


class ResumableConnection:
    """Runs commands over a connection, and opens it again after a command that ended it."""

    def __init__(self, connect: Callable[[], Conversation[None]]) -> None:
        """Start with an open connection.

        Args:
            connect: opens a connection and brings it into the state that commands need. Its faults are not caught.
        """
        self._connect = connect
        self._open = True
        self._refused: set[str] = set()
        self.lost = 0
        """Number of commands that the server answered by closing the connection."""

    @property
    def is_open(self) -> bool:
        """False if the next command needs another connection."""
        return self._open

    def drop(self) -> None:
        """Use a new connection for the next command."""
        self._open = False

    def opened(self) -> None:
        """The connection was opened again by the caller."""
        self._open = True

    def run[T](self, command: Conversation[T], otherwise: Callable[[str], T], kind: str = "") -> Conversation[T]:
        """Run a command: its sends and the reading of its answer.

        Args:
            command: not started.
            otherwise: the result if the server closes the connection instead; gets the reason.
            kind: commands of a kind that the server answered like that are not sent again. Empty: no kind.

        Raises:
            Fault: any other failure, or too many lost commands.
        """
        if kind in self._refused:
            command.close()
            return otherwise("the server closed the connection after such a command before")
        if not self._open:
            try:
                yield from self._connect()
            except NotThisProtocol as verdict:
                raise Fault(Outcome.PROTOCOL_MISMATCH, f"after a reconnect: {verdict}") from None
            self._open = True
        try:
            return (yield from command)
        except Fault as fault:
            if fault.outcome not in STREAM_ENDED or self.lost >= MAX_LOST:
                raise
            self.lost += 1
            self._open = False
            if kind:
                self._refused.add(kind)
            return otherwise(f"the server closed the connection ({fault.detail})")
