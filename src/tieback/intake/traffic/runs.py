"""Packets of a block, sorted into runs: by conversation, then by direction, each in order of capture.

The sort key is a hash with secret factors, so that a capture cannot be made whose conversations all collide. If two
collide, their runs are separated by their addresses and are only shorter.
"""

import secrets
from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.traffic.frames import Integers, Seconds
from tieback.intake.traffic.headers import Flags, PacketColumns, Rows
from tieback.intake.traffic.network import UDP

SYN, ACK = 2, 16

type Words = NDArray[np.uint64]

_ROW_BITS = 16
_FACTORS = 8


class PacketRuns(msgspec.Struct, gc=False):
    """A block's packets of one version of IP, sorted; lists have one entry per packet, direction or conversation."""

    # conversations
    keys: list[bytes]
    """Addresses and ports as sent by the lower end; this is the key of a conversation."""
    protocols: list[int]
    first_direction: list[int]
    """Index of the first direction of each conversation, and one more entry for the end."""
    first_row: list[int]
    """Row of the earliest packet."""
    # directions
    lower: list[bool]
    """True if the lower end sends."""
    begins: list[int]
    """Index of the first packet of each direction, and one more entry for the end."""
    sizes: list[int]
    """Bytes of payload."""
    syns: list[int]
    """Number of packets with SYN."""
    ends: list[float]
    """Time of the last packet in the order of the capture."""
    first_flags: list[int]
    first_sequence: list[int]
    first_rows: list[int]
    data_begins: list[int]
    """Index of the first packet with data of each direction, and one more entry for the end."""
    steady: list[bool]
    """True if each segment with data continues the one before it."""
    # packets with data, of which only offsets are known so far
    data_from: list[int]
    data_to: list[int]
    data_sequence: list[int]
    data_total: list[int]
    """Bytes of data from the first packet of the block to the end of each."""
    # all packets, for the few that are read one by one
    order: Rows
    """Indexes in ``columns`` of the sorted packets."""
    columns: PacketColumns
    times: Seconds
    """Times of the whole block, by row."""


def secret_factors() -> list[np.uint64]:
    """Odd random numbers that only this process knows."""
    return [np.uint64(secrets.randbits(64) | 1) for _ in range(_FACTORS)]


def sort_into_runs(columns: PacketColumns, times: Seconds, factors: Sequence[np.uint64]) -> PacketRuns:
    """Sort by conversation, direction and row."""
    count = len(columns.row)
    lower, ends = _ends(columns.key)
    order, new_conversation = _sorted(columns, lower, ends, factors)
    forward = lower[order]
    new_direction = new_conversation.copy()
    new_direction[1:] |= forward[1:] != forward[:-1]
    begins = np.flatnonzero(new_direction)
    conversations = np.flatnonzero(new_conversation)
    last = np.append(begins[1:], count) - 1
    flags = columns.flags[order]
    sequence = columns.sequence[order]
    rows = columns.row[order]
    when = times[rows]
    representatives = columns.key[order[conversations]]
    half = representatives.shape[1] // 2 - 2
    turned = ~forward[conversations]
    if turned.any():
        swapped = [*range(half, 2 * half), *range(half), 2 * half + 2, 2 * half + 3, 2 * half, 2 * half + 1]
        representatives[turned] = representatives[turned][:, swapped]
    first_direction = np.searchsorted(begins, conversations)
    first_row = np.minimum.reduceat(rows[begins], first_direction)
    places = columns.payload[order]
    stops = columns.stop[order]
    data = np.flatnonzero(stops > places)
    data_begins = np.searchsorted(data, begins)
    data_from, data_to, data_sequence = places[data], stops[data], sequence[data]
    lengths = data_to - data_from
    return PacketRuns(
        keys=np.ascontiguousarray(representatives).view(f"V{representatives.shape[1]}").ravel().tolist(),
        protocols=columns.protocol[order[conversations]].tolist(),
        first_direction=[*first_direction.tolist(), len(begins)],
        first_row=first_row.tolist(),
        lower=forward[begins].tolist(),
        begins=[*begins.tolist(), count],
        sizes=np.add.reduceat(columns.size[order], begins).tolist(),
        syns=np.add.reduceat((flags & SYN).astype(np.int64) >> 1, begins).tolist(),
        ends=when[last].tolist(),
        first_flags=flags[begins].tolist(),
        first_sequence=sequence[begins].tolist(),
        first_rows=rows[begins].tolist(),
        data_begins=[*data_begins.tolist(), len(data)],
        steady=_steady(data_sequence, lengths, data_begins),
        data_from=data_from.tolist(),
        data_to=data_to.tolist(),
        data_sequence=data_sequence.tolist(),
        data_total=np.cumsum(lengths).tolist(),
        order=order,
        columns=columns,
        times=times,
    )


def _ends(key: NDArray[np.uint8]) -> tuple[Flags, list[Words]]:
    """True for each packet that the lower end sends, and the words of the lower and the higher end."""
    ports = key[:, -4:].astype(np.uint64)
    here, there = ports[:, 0] << np.uint64(8) | ports[:, 1], ports[:, 2] << np.uint64(8) | ports[:, 3]
    if key.shape[1] == 12:
        words = np.ascontiguousarray(key[:, :8]).view(">u4").astype(np.uint64)
        source, target = words[:, 0] << np.uint64(16) | here, words[:, 1] << np.uint64(16) | there
        lower = source <= target
        return lower, [np.minimum(source, target), np.maximum(source, target)]
    words = np.ascontiguousarray(key[:, :32]).view(">u8").astype(np.uint64)
    sources, targets = [words[:, 0], words[:, 1], here], [words[:, 2], words[:, 3], there]
    lower = np.ones(len(key), np.bool_)
    for source, target in zip(reversed(sources), reversed(targets), strict=True):
        lower = (source < target) | ((source == target) & lower)
    pairs = list(zip(sources, targets, strict=True))
    return lower, [np.where(lower, *pair) for pair in pairs] + [np.where(lower, *reversed(pair)) for pair in pairs]


def _sorted(
    columns: PacketColumns, lower: Flags, ends: list[Words], factors: Sequence[np.uint64]
) -> tuple[Rows, Flags]:
    """Indexes in the order of conversation, direction and row; and flags where another conversation begins."""
    protocol = columns.protocol.astype(np.uint64)
    mixed = protocol * factors[-1]
    for words, factor in zip(ends, factors, strict=False):
        mixed += words * factor
        mixed ^= mixed >> np.uint64(29)
    mixed *= factors[-2]
    count = len(lower)
    place = np.arange(count, dtype=np.uint64)
    shift = np.uint64(_ROW_BITS)
    code = (mixed >> np.uint64(_ROW_BITS + 1) << np.uint64(1) | ~lower) << shift | place
    code.sort()
    order = (code & np.uint64((1 << _ROW_BITS) - 1)).astype(np.intp)
    new = np.ones(count, np.bool_)
    group = code >> np.uint64(_ROW_BITS + 1)
    new[1:] = group[1:] != group[:-1]
    for words in (*ends, protocol):
        sorted_words = words[order]
        new[1:] |= sorted_words[1:] != sorted_words[:-1]
    return order, new


def _steady(sequence: NDArray[np.uint32], lengths: Integers, begins: Integers) -> list[bool]:
    """True for each direction in which every segment begins where the one before ended."""
    if not len(sequence):
        return [True] * len(begins)
    breaks = np.zeros(len(sequence) + 1, np.int64)
    follows = sequence[:-1] + lengths[:-1].astype(np.uint32)
    breaks[2:] = np.cumsum(follows != sequence[1:])
    ends = np.append(begins[1:], len(sequence))
    # Breaks at packets other than the first of each direction.
    inside = breaks[ends] - breaks[np.minimum(begins + 1, ends)]
    steady: list[bool] = (inside == 0).tolist()
    return steady


NAME_PORT = np.zeros(1 << 16, np.bool_)
"""Ports whose datagrams are read for names: DNS, mDNS, LLMNR."""
NAME_PORT[[53, 5353, 5355]] = True


def dns_answers(columns: PacketColumns, buffer: bytes) -> list[tuple[int, bytes, bytes]]:
    """Row, receiver's packed address and data of the datagrams that may be DNS responses."""
    key = columns.key
    ports = key[:, -4:].astype(np.int64)
    named = NAME_PORT[ports[:, 0] << 8 | ports[:, 1]] | NAME_PORT[ports[:, 2] << 8 | ports[:, 3]]
    places = np.flatnonzero(named & (columns.protocol == UDP) & (columns.stop >= columns.payload + 12))
    if not len(places):
        return []
    begin = columns.payload[places]
    places = places[np.frombuffer(buffer, np.uint8)[begin + 2] >= 0x80]
    half = key.shape[1] // 2 - 2
    receivers = np.ascontiguousarray(key[places, half : 2 * half]).view(f"V{half}").ravel().tolist()
    return [
        (row, receiver, buffer[start:stop])
        for row, receiver, start, stop in zip(
            columns.row[places].tolist(),
            receivers,
            columns.payload[places].tolist(),
            columns.stop[places].tolist(),
            strict=True,
        )
    ]
