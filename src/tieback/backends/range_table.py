"""Networks to labels, as sorted arrays: the label of the narrowest network around an address, for one or for millions.

Overlapping networks, and ranges that are not networks, are flattened once: wider ones first, narrower ones over them. A
look-up is then one binary search (NumPy's ``searchsorted``).
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address
from typing import Any

import msgspec
import numpy as np

from tieback.model.errors import InputError

MAX_NETS = 4_000_000
"""Most networks of one table; the routing table of the whole Internet has a million."""
NO_LABEL = -1
"""Label of an address that is in no network."""

type Labels = np.ndarray[Any, np.dtype[np.int32]]


class LabelledNetwork(msgspec.Struct, frozen=True):
    """A range of addresses and its label."""

    version: int
    """4 or 6."""
    first: int
    last: int
    """Last address, inclusive."""
    label: int
    """Index into the labels of the table."""
    rank: int = 0
    """If two ranges have the same width, the one with the higher rank applies."""


class _Stored(msgspec.Struct, frozen=True):
    """A table as bytes."""

    bounds4: bytes
    labels4: bytes
    bounds6: bytes
    labels6: bytes


class RangeTable:
    """Look-ups in flattened networks."""

    def __init__(self, nets: Iterable[LabelledNetwork]) -> None:
        """Flatten the networks.

        Raises:
            InputError: there are more than ``MAX_NETS``.
        """
        by_version: dict[int, list[LabelledNetwork]] = {4: [], 6: []}
        for count, net in enumerate(nets):
            if count >= MAX_NETS:
                raise InputError(f"more than {MAX_NETS:,} networks", advice="Split the file")
            by_version[net.version].append(net)
        self._bounds4, self._labels4 = _flatten(by_version[4], 32)
        self._bounds6, self._labels6 = _flatten(by_version[6], 128)

    def __len__(self) -> int:
        """Number of pieces of address space, of both versions."""
        return len(self._bounds4) + len(self._bounds6)

    def label(self, address: IPv4Address | IPv6Address) -> int:
        """The label of the narrowest network that contains the address, or ``NO_LABEL``."""
        if address.version == 4:
            return int(self.labels(np.array([int(address)], np.uint32))[0])
        return int(self.labels6(np.array([address.packed], "S16"))[0])

    def labels(self, addresses: "np.ndarray[Any, np.dtype[np.uint32]]") -> Labels:
        """The labels of many IPv4 addresses at once; addresses are numbers in host byte order."""
        return _look_up(self._bounds4, self._labels4, addresses)

    def labels6(self, addresses: "np.ndarray[Any, np.dtype[np.bytes_]]") -> Labels:
        """The labels of many IPv6 addresses at once; addresses are 16 bytes in network byte order (dtype ``S16``)."""
        return _look_up(self._bounds6, self._labels6, addresses)

    def dump(self) -> bytes:
        """The table as bytes, for ``load``."""
        arrays = (self._bounds4, self._labels4, self._bounds6, self._labels6)
        return msgspec.msgpack.encode(_Stored(*(array.tobytes() for array in arrays)))

    @classmethod
    def load(cls, data: bytes) -> "RangeTable":
        """The table from the bytes that ``dump`` wrote.

        Raises:
            InputError: the bytes are not a table.
        """
        table = cls(())
        try:
            stored = msgspec.msgpack.decode(data, type=_Stored)
            table._bounds4 = np.frombuffer(stored.bounds4, np.uint32)
            table._labels4 = np.frombuffer(stored.labels4, np.int32)
            table._bounds6 = np.frombuffer(stored.bounds6, "S16")
            table._labels6 = np.frombuffer(stored.labels6, np.int32)
        except (msgspec.DecodeError, ValueError, RecursionError):
            raise InputError("not a table of networks", advice="Import the data again") from None
        if len(table._bounds4) != len(table._labels4) or len(table._bounds6) != len(table._labels6):
            raise InputError("truncated table of networks", advice="Import the data again")
        return table


def _look_up(bounds: "np.ndarray[Any, Any]", labels: Labels, addresses: "np.ndarray[Any, Any]") -> Labels:
    if not len(bounds):
        return np.full(len(addresses), NO_LABEL, np.int32)
    places = np.searchsorted(bounds, addresses, side="right") - 1
    found = labels[np.maximum(places, 0)]
    found[places < 0] = NO_LABEL
    return found


def _flatten(nets: Sequence[LabelledNetwork], bits: int) -> tuple["np.ndarray[Any, Any]", Labels]:
    """Start of each piece, ascending, and its label."""
    if not nets:
        return _array([], bits), np.empty(0, np.int32)
    top = (1 << bits) - 1
    starts = _array([net.first for net in nets], bits)
    after = _array([net.last + 1 for net in nets if net.last < top], bits)
    bounds = np.unique(np.concatenate([starts, after]))
    begin = np.searchsorted(bounds, starts)
    # The last piece has no following bound.
    end = np.full(len(nets), len(bounds))
    end[[net.last < top for net in nets]] = np.searchsorted(bounds, after)
    labels = np.full(len(bounds), NO_LABEL, np.int32)
    order = sorted(range(len(nets)), key=lambda n: (nets[n].first - nets[n].last, nets[n].rank))
    for n in order:
        labels[begin[n] : end[n]] = nets[n].label
    return bounds, labels


def _array(numbers: Sequence[int], bits: int) -> "np.ndarray[Any, Any]":
    if bits == 32:
        return np.array(numbers, np.uint32)
    return np.array([number.to_bytes(16, "big") for number in numbers], "S16")
