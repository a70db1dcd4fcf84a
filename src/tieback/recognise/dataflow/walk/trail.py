"""What the outcome of a call depends on, noted while it is walked."""

import msgspec

from tieback.recognise.dataflow.methods.values import Value

MAX_DEPTH = 6
"""Most calls inside each other that are followed."""
_NOTHING = 1 << 30


class Trail(msgspec.Struct, gc=False):
    """What a call and those inside it read and stored."""

    read: dict[int, Value | None] = msgspec.field(default_factory=dict)
    """Fields, and their values."""
    statics: set[int] = msgspec.field(default_factory=set)
    """Those of them that are static: what the same walk stored counts."""
    unfollowed: set[int] = msgspec.field(default_factory=set)
    """Methods that are called and not followed."""
    signatures: set[tuple[str, str]] = msgspec.field(default_factory=set)
    """Names and parameters of other methods that are called; none with them is followed."""
    entered: set[int] = msgspec.field(default_factory=set)
    """Methods that are called and followed."""
    stores: list[tuple[int, Value]] = msgspec.field(default_factory=list)
    """Values that fields received, in order."""
    tries: list[tuple[tuple[int, tuple[object, ...]], int, bool]] = msgspec.field(default_factory=list)
    """Calls that were walked: method and kinds of arguments, code units, and whether they gave something."""
    lowest: int = _NOTHING
    """Place in the stack of the outermost method on which the outcome depends; -1 for another walk."""
    deepest: int = 0
    """Most methods around a place."""
    bounded: bool = False
    """True if a call was not followed because too many are around it."""

    def add(self, other: "Trail", further: int = 0) -> None:
        """Add what a call inside depends on, all but its stores and tries.

        Args:
            other: that of the call.
            further: how many more methods are around it than when it was walked.
        """
        self.read.update(other.read)
        self.statics |= other.statics
        self.unfollowed |= other.unfollowed
        self.signatures |= other.signatures
        self.entered |= other.entered
        self.lowest = min(self.lowest, other.lowest if not further else _NOTHING)
        self.deepest = max(self.deepest, other.deepest + further)
        self.bounded |= other.bounded
