"""What DNS said to one question, and for how long that holds."""

from enum import StrEnum

import msgspec


class AnswerState(StrEnum):
    """How a question ended."""

    FOUND = "found"
    NONE = "none"
    """The name exists, and has no record of that kind."""
    MISSING = "missing"
    """The name, or the last of its aliases, does not exist (NXDOMAIN)."""
    FAILED = "failed"
    """The server refused or answered with an error."""
    SILENT = "silent"
    """Nobody answered in time."""

    @property
    def settled(self) -> bool:
        """Whether the answer is the zone's word, and not an accident on the way to it."""
        return self in {AnswerState.FOUND, AnswerState.NONE, AnswerState.MISSING}


class NameAnswer(msgspec.Struct, frozen=True):
    """One question with its answer. Names are lower case, without the final dot."""

    name: str
    kind: str
    """``A``, ``AAAA``, ``SRV``, ``TXT``, ``MX``, ``NS`` or ``PTR``."""
    state: AnswerState
    asked: float
    """Seconds since 1970, UTC."""
    until: float
    """When it has to be asked anew."""
    values: tuple[str, ...] = ()
    """Addresses; names; ``PORT NAME`` of SRV; of TXT what stands before the first ``=``, and SPF in full."""
    aliases: tuple[str, ...] = ()
    """Names that the CNAMEs lead to, in order."""
    problem: str = ""
    """What failed, one word; empty otherwise."""
    authentic: bool = False
    """Whether the resolver says that it checked the answer's signatures (DNSSEC): its word, not our own check."""
