"""Reads the fields of a message that was received completely; every length is checked against the remaining bytes."""

from tieback.probes.wire.verdicts import HostileAnswer

_VARINT_BYTES = 10


class Cursor:
    """Position in a message. Every reader advances it, and raises ``HostileAnswer`` if the message ends early."""

    def __init__(self, data: bytes, what: str) -> None:
        self._data = data
        self._what = what
        self._at = 0

    @property
    def left(self) -> int:
        """Number of bytes that are not read yet."""
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        """Read the next ``size`` bytes."""
        if not 0 <= size <= self.left:
            raise HostileAnswer(f"{self._what} that ends early")
        self._at += size
        return self._data[self._at - size : self._at]

    def big(self, size: int, *, signed: bool = False) -> int:
        """Read a big-endian number of ``size`` bytes."""
        return int.from_bytes(self.take(size), "big", signed=signed)

    def little(self, size: int, *, signed: bool = False) -> int:
        """Read a little-endian number of ``size`` bytes."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def varint(self) -> int:
        """Read an unsigned LEB128 number of at most 64 bits."""
        value = 0
        for shift in range(0, 7 * _VARINT_BYTES, 7):
            byte = self.big(1)
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
        raise HostileAnswer(f"{self._what} with a number that does not end")
