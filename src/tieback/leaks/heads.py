"""Header sections in which nothing was found, so that they are read once: apps send the same one with every request."""

from hashlib import blake2b
from secrets import token_bytes

MAX_HEADS = 4096
"""Header sections that are remembered."""


class DullHeads:
    """Digests of header sections; the sections themselves are not kept."""

    def __init__(self) -> None:
        self._known: set[bytes] = set()
        self._secret = token_bytes(16)

    def of(self, direction: str) -> "SampleHeads":
        """For the one HTTP sample of a direction of a flow."""
        return SampleHeads(self._known, self._secret, direction)


class SampleHeads:
    """The header section of one sample; a ``values.HeadMemory``."""

    def __init__(self, known: set[bytes], secret: bytes, direction: str) -> None:
        self._known = known
        self._secret = secret
        self._direction = direction
        self._digest = b""
        self._read = False

    def skips(self, section: bytes) -> bool:
        """True if nothing was found in the same section before."""
        direction = self._direction.encode()
        self._digest = blake2b(section, digest_size=16, key=self._secret, person=direction).digest()
        return self._digest in self._known

    def was_read(self) -> None:
        """All of its values were returned."""
        self._read = True

    def found_nothing(self) -> None:
        """Remember the section, if it was read to its end."""
        if self._read:
            if len(self._known) >= MAX_HEADS:
                self._known.clear()
            self._known.add(self._digest)
