"""A reader of untrusted bytes, and a group of readers."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
RECORDED = ROOT / "tests" / "unit" / "probes" / "recorded"
"""Recorded conversations of the probes with real servers."""
MAX_SEED = 65_536
"""Most bytes of a seed; larger seeds slow down every run and add no coverage."""


@dataclass(frozen=True)
class Reader:
    """A reader of untrusted bytes."""

    name: str
    read: Callable[[bytes], object]
    seeds: Sequence[bytes] = field(default=(b"",))


class Room:
    """The readers of one part of the program; the first byte of an input selects one of them."""

    def __init__(self, readers: Iterable[Reader]) -> None:
        self.readers = tuple(readers)

    def run(self, data: bytes) -> None:
        """Run one input."""
        if data:
            self.readers[data[0] % len(self.readers)].read(data[1:])

    def seeds(self) -> Iterator[bytes]:
        """The first inputs of the corpus."""
        for number, reader in enumerate(self.readers):
            for seed in reader.seeds:
                yield bytes([number]) + seed[:MAX_SEED]


def as_file(data: bytes, read: Callable[[Path], object]) -> None:
    """Call ``read`` with the path of a file in memory."""
    number = os.memfd_create("fuzz")
    try:
        os.write(number, data)
        read(Path(f"/proc/self/fd/{number}"))
    finally:
        os.close(number)
