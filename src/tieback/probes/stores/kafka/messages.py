"""Kafka's requests and answers, in the versions that every broker from 0.10.1 to 4.x supports; all big-endian.

A request is an int32 length, api key int16, version int16, correlation id int32, client id (int16 length, string),
body. An answer is an int32 length, correlation id int32, body. https://kafka.apache.org/protocol
"""

import struct
from collections.abc import Mapping

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.scope.conversation import Conversation, Receive

FETCH, LIST_OFFSETS, METADATA, SASL_HANDSHAKE, API_VERSIONS, DESCRIBE_LOG_DIRS = 1, 2, 3, 17, 18, 35
CLIENT = b"tieback"
MAX_ANSWER = 1024 * 1024
_LARGEST = 100 * 1024 * 1024
"""``socket.request.max.bytes``: a longer answer does not come from a broker."""
FETCH_VERSION = 4
"""The lowest version of Kafka 4, which brokers since 0.11 support."""
FETCHED_BYTES = 64 * 1024
"""Maximum number of bytes of one partition that are fetched; a broker may exceed it by one batch."""
FETCH_HEAD = struct.pack(">iiiib", -1, 500, 1, 2 * FETCHED_BYTES, 0)
"""Start of the body of ``Fetch``: a consumer, half a second, at least one byte, the limit, all readable records."""
EARLIEST, LATEST = -2, -1
DUMMY_MECHANISM = b"TIEBACK"
"""Synthetic SASL mechanism that no broker has: the answer lists the broker's own mechanisms, without a login."""
UNSUPPORTED_SASL_MECHANISM, ILLEGAL_SASL_STATE = 33, 34
NOT_LEADER = 6
_AUTHORIZATION = frozenset((29, 30, 31))
"""TOPIC_, GROUP_ and CLUSTER_AUTHORIZATION_FAILED."""
OFFSETS_HEADS = {1: b"\xff\xff\xff\xff", 2: b"\xff\xff\xff\xff\0"}
"""Start of the body by version of ``ListOffsets``, for a consumer (replica -1). Kafka 4 may support only version 2."""


class Topic(msgspec.Struct, frozen=True):
    """Topic of ``Metadata``."""

    name: str
    internal: bool
    partitions: tuple[int, ...]
    error: int

    @property
    def refused(self) -> bool:
        """True if the broker requires authentication."""
        return self.error in _AUTHORIZATION


class Metadata(msgspec.Struct, frozen=True):
    """Answer to ``Metadata``."""

    cluster_id: str
    brokers: int
    topics: tuple[Topic, ...]


def encode_request(key: int, version: int, correlation: int, body: bytes) -> bytes:
    """Encode a request."""
    head = struct.pack(">hhih", key, version, correlation, len(CLIENT)) + CLIENT
    return (len(head) + len(body)).to_bytes(4, "big") + head + body


API_VERSIONS_REQUEST = encode_request(API_VERSIONS, 0, 1, b"")
HANDSHAKE_REQUEST = encode_request(SASL_HANDSHAKE, 1, 1, len(DUMMY_MECHANISM).to_bytes(2, "big") + DUMMY_MECHANISM)
LOG_DIRS_REQUEST = encode_request(DESCRIBE_LOG_DIRS, 1, 3, b"\xff\xff\xff\xff")
METADATA_REQUESTS = {
    # version: all topics; the request creates none
    4: encode_request(METADATA, 4, 2, b"\xff\xff\xff\xff\0"),
    2: encode_request(METADATA, 2, 2, b"\xff\xff\xff\xff"),
    1: encode_request(METADATA, 1, 2, b"\xff\xff\xff\xff"),
}


def offsets_request(version: int, when: int, topic: str, partitions: tuple[int, ...]) -> bytes:
    """Encode ``ListOffsets`` for the partitions of a topic.

    Args:
        version: 1, or 2, which states the isolation level: that of a consumer that reads everything.
        when: ``EARLIEST`` or ``LATEST``.
        topic: name of letters, digits, ``.``, ``_`` and ``-``.
        partitions: numbers of the partitions.
    """
    name = topic.encode("ascii")
    rows = b"".join(struct.pack(">iq", number, when) for number in partitions)
    head = OFFSETS_HEADS[version] + struct.pack(">ih", 1, len(name))
    return encode_request(LIST_OFFSETS, version, 4, head + name + struct.pack(">i", len(partitions)) + rows)


def fetch_request(topic: str, offsets: Mapping[int, int]) -> bytes:
    """Encode ``Fetch``: records of a topic from an offset on. No group is joined and no offset is stored.

    Args:
        topic: name of letters, digits, ``.``, ``_`` and ``-``.
        offsets: first offset by number of the partition.
    """
    name = topic.encode("ascii")
    rows = b"".join(struct.pack(">iqi", number, offset, FETCHED_BYTES) for number, offset in offsets.items())
    head = FETCH_HEAD + struct.pack(">ih", 1, len(name)) + name
    return encode_request(FETCH, FETCH_VERSION, 5, head + struct.pack(">i", len(offsets)) + rows)


def read_answer(correlation: int, head: bytes = b"") -> Conversation[bytes]:
    """Read one answer.

    Args:
        correlation: correlation id of the request.
        head: first byte of the answer, if it was read already. A wrong answer then means another protocol rather than a
            hostile server.

    Raises:
        NotThisProtocol: a first answer that does not come from Kafka.
        Hostile: the answer belongs to another request, or its length is invalid.
        TooLarge: longer than ``MAX_ANSWER``.
    """
    first = head + (yield Receive(exactly=8 - len(head)))
    size, number = struct.unpack(">ii", first)
    if number != correlation or not 4 <= size <= _LARGEST:
        raise (NotThisProtocol if head else HostileAnswer)("a Kafka answer that does not belong to the request")
    if size > MAX_ANSWER:
        raise TooLargeAnswer(f"an answer of {count_text(size, 'byte')}")
    return (yield Receive(exactly=size - 4)) if size > 4 else b""


class _Reader:
    """Reads fields from an answer; every length is checked before it is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def number(self, size: int) -> int:
        return int.from_bytes(self.take(size), "big", signed=True)

    def take(self, size: int) -> bytes:
        if size < 0 or self._at + size > len(self._data):
            raise HostileAnswer("a Kafka answer that ends early")
        self._at += size
        return self._data[self._at - size : self._at]

    def text(self) -> str:
        """Read a string of at most 32,767 bytes; null becomes empty."""
        size = self.number(2)
        return "" if size == -1 else self.take(size).decode("utf-8", "replace")

    def count(self, least: int) -> int:
        """Read the length of an array whose items take at least ``least`` bytes."""
        size = self.number(4)
        if size == -1:
            return 0
        if size < 0 or size * least > len(self._data) - self._at:
            raise HostileAnswer(f"a Kafka array of {count_text(size, 'item')}")
        return size


def versions(data: bytes) -> dict[int, tuple[int, int]]:
    """Lowest and highest supported version of each api key, from ``ApiVersions`` version 0.

    Raises:
        NotThisProtocol: not a list that a broker would send.
    """
    if len(data) < 6 or (len(data) - 6) % 6 or int.from_bytes(data[2:6], "big") != (len(data) - 6) // 6:
        raise NotThisProtocol("a Kafka answer without versions")
    rows = struct.iter_unpack(">hhh", data[6:])
    found = {key: (least, greatest) for key, least, greatest in rows}
    if data[:2] != b"\0\0" or API_VERSIONS not in found:
        raise NotThisProtocol("a Kafka answer that does not list the ApiVersions request itself")
    return found


def metadata(data: bytes, version: int) -> Metadata:
    """Decode the answer to ``Metadata``, version 1, 2 or 4.

    Raises:
        Hostile: it ends early, or lengths do not fit.
    """
    reader = _Reader(data)
    if version >= 3:
        reader.take(4)
    brokers = reader.count(12)
    for _ in range(brokers):
        reader.take(4)
        reader.text()
        reader.take(4)
        reader.text()
    cluster = reader.text() if version >= 2 else ""
    reader.take(4)
    return Metadata(cluster, brokers, tuple(_topic(reader) for _ in range(reader.count(9))))


def _topic(reader: _Reader) -> Topic:
    error, name, internal = reader.number(2), reader.text(), reader.take(1) != b"\0"
    partitions: list[int] = []
    for _ in range(reader.count(18)):
        reader.take(2)
        partitions.append(reader.number(4))
        reader.take(4)
        for _ in range(2):
            reader.take(4 * reader.count(4))
    return Topic(name, internal, tuple(partitions), error)


def offsets(data: bytes, version: int) -> dict[int, tuple[int, int]]:
    """Error and offset of each partition, from ``ListOffsets`` version 1 or 2 about one topic.

    Raises:
        Hostile: it ends early, or is about more than one topic.
    """
    reader = _Reader(data)
    if version >= 2:
        reader.take(4)
    if reader.count(6) != 1:
        raise HostileAnswer("Kafka offsets of more or fewer topics than requested")
    reader.text()
    found: dict[int, tuple[int, int]] = {}
    for _ in range(reader.count(22)):
        number, error = reader.number(4), reader.number(2)
        reader.take(8)
        found[number] = (error, reader.number(8))
    return found


def fetched(data: bytes) -> list[bytes]:
    """Records of each partition from ``Fetch`` version 4 about one topic, as the log has them.

    Raises:
        Hostile: it ends early, or is about more than one topic.
    """
    reader = _Reader(data)
    reader.take(4)
    if reader.count(6) != 1:
        raise HostileAnswer("Kafka records of more or fewer topics than requested")
    reader.text()
    found: list[bytes] = []
    for _ in range(reader.count(30)):
        reader.take(4 + 2 + 8 + 8)
        for _ in range(reader.count(16)):
            reader.take(16)
        size = reader.number(4)
        found.append(reader.take(size) if size > 0 else b"")
    return found


def log_dirs(data: bytes) -> tuple[dict[str, int], int]:
    """Bytes of each topic on this broker, and the number of its directories, from ``DescribeLogDirs`` version 1.

    A client that may not describe the cluster gets no directory; to others, the answer has every topic.

    Raises:
        Hostile: it ends early, or lengths do not fit.
    """
    reader = _Reader(data)
    reader.take(4)
    sizes: dict[str, int] = {}
    directories = reader.count(8)
    for _ in range(directories):
        reader.take(2)
        reader.text()
        for _ in range(reader.count(6)):
            name = reader.text()
            for _ in range(reader.count(21)):
                reader.take(4)
                size = reader.number(8)
                reader.take(9)
                sizes[name] = sizes.get(name, 0) + max(size, 0)
    return sizes, directories


def mechanisms(data: bytes) -> tuple[int, tuple[str, ...]]:
    """Error and enabled mechanisms of ``SaslHandshake``.

    Raises:
        Hostile: it ends early, or lengths do not fit.
    """
    reader = _Reader(data)
    return reader.number(2), tuple(reader.text()[:40] for _ in range(reader.count(2)))
