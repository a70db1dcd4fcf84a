"""Kafka and compatible brokers: cluster id, topics, retained records, bytes. Records are read only at depth ``sample``.

Sends ``ApiVersions`` (identify; a broker with SASL answers it before a login, so it proves nothing) and
``SaslHandshake`` with a synthetic mechanism. A broker with SASL answers with the list of its mechanisms, one without
SASL with an error; there is no login. Then ``Metadata`` of all topics, ``ListOffsets`` of each, ``DescribeLogDirs``
(enumerate). There is nothing more to describe: a topic has no schema of its own.

The number of records is the latest offset minus the earliest one, summed over partitions. It is an estimate, because
compaction and transaction markers make it larger than the number of retained records. It is a lower bound if another
broker leads a partition, as is the number of bytes if there are several brokers. Identity: the cluster id. A broker
does not report its version. Not yet verified against the real server: Apache Kafka only from its documentation, and
Tansu 0.6.0, an emulation.
"""

import re
import struct
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, Quality
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, ProbeReport
from tieback.probes.interface import (
    SAMPLED_RECORDS,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_sample,
    run_to_report,
)
from tieback.probes.sampling import document_columns
from tieback.probes.stores.kafka import messages
from tieback.probes.stores.kafka.records import log_records
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.opening import STREAM_ENDED, first_answer, plain_then_tls
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, TooLargeAnswer
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Send, SendCost, Target

MAX_TOPICS = 1000
MAX_PROBED = 50
"""Maximum number of topics whose records are counted."""
MAX_PARTITIONS = 256
_FETCHED_PARTITIONS = 4
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")
_INTERNAL = frozenset(("__consumer_offsets", "__transaction_state", "__cluster_metadata", "_schemas"))
_HANDSHAKE, _METADATA, _LOG_DIRS = "SaslHandshake", "Metadata", "DescribeLogDirs"
_OFFSETS = {1: "ListOffsets (version 1)", 2: "ListOffsets (version 2)"}


def _offsets_pattern(version: int) -> bytes:
    """Pattern for the earliest or latest offsets of the partitions of one topic with a safe name."""
    head = struct.pack(">hhih", messages.LIST_OFFSETS, version, 4, 7) + messages.CLIENT
    asked = re.escape(head + messages.OFFSETS_HEADS[version] + b"\0\0\0\1")
    return b"...." + asked + b"..[A-Za-z0-9._-]{1,249}\0\0..(?:....\xff\xff\xff\xff\xff\xff\xff[\xfe\xff]){1,256}"


def _fetch_pattern() -> bytes:
    """Pattern for the records of at most ``_FETCHED_PARTITIONS`` partitions of one topic with a safe name."""
    head = struct.pack(">hhih", messages.FETCH, messages.FETCH_VERSION, 5, len(messages.CLIENT)) + messages.CLIENT
    limit = re.escape(messages.FETCHED_BYTES.to_bytes(4, "big"))
    rows = rb"(?:.{4}[\x00-\x7f].{7}%b){1,%d}" % (limit, _FETCHED_PARTITIONS)
    return b"...." + re.escape(head + messages.FETCH_HEAD + b"\0\0\0\1") + b"..[A-Za-z0-9._-]{1,249}\0\0\0." + rows


def _sends() -> tuple[DeclaredSend, ...]:
    escaped = {version: re.escape(data) for version, data in messages.METADATA_REQUESTS.items()}
    return (
        DeclaredSend(
            "ApiVersions",
            re.escape(messages.API_VERSIONS_REQUEST),
            "which requests the broker supports; needs no login, so not a proof of access",
            Depth.IDENTIFY,
        ),
        DeclaredSend(
            _HANDSHAKE,
            re.escape(messages.HANDSHAKE_REQUEST),
            "whether authentication is required: names a synthetic mechanism, tries no login",
            Depth.IDENTIFY,
        ),
        *(
            DeclaredSend(
                f"{_METADATA} (version {version})",
                data,
                "names of topics, number of partitions, cluster id; creates no topic",
                Depth.ENUMERATE,
            )
            for version, data in escaped.items()
        ),
        *(
            DeclaredSend(
                _OFFSETS[version],
                _offsets_pattern(version),
                "first and next offset of each partition, which give the number of records; returns no record",
                Depth.ENUMERATE,
            )
            for version in messages.OFFSETS_HEADS
        ),
        DeclaredSend(
            _LOG_DIRS,
            re.escape(messages.LOG_DIRS_REQUEST),
            "bytes of each topic on this broker; statistics only, paths are dropped",
            Depth.ENUMERATE,
        ),
        DeclaredSend(
            "Fetch (version 4)",
            _fetch_pattern(),
            f"at most {SAMPLED_RECORDS} records of {_FETCHED_PARTITIONS} partitions, without a group, so no offset is "
            "stored: classified for personal data in memory, nothing is kept",
            Depth.SAMPLE,
            values=True,
            cost=SendCost.BOUNDED,
        ),
    )


class KafkaProbe:
    """Probe of Kafka brokers: topics, records, bytes."""

    meta = ProbeMeta(
        name="kafka",
        products=("kafka", "redpanda"),
        ports=(9092, 9093, 9094),
        services=("kafka",),
        cpe=("cpe:2.3:a:apache:kafka",),
        cwe="CWE-306",
        sends=_sends(),
        references=("https://kafka.apache.org/protocol", "https://kafka.apache.org/documentation/#operations"),
        hides="topics that this client may not see: the broker does not list them",
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read the oldest records of each topic."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(target, containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        secure = [False]

        def attempt(tls: bool) -> Conversation[bytes]:
            secure[0] = tls
            return (
                yield from first_answer(tls, messages.API_VERSIONS_REQUEST, 1, first_answer_timeout(self.meta, target))
            )

        first = yield from plain_then_tls(target.tls, attempt)
        versions = messages.versions((yield from messages.read_answer(1, first)))
        draft.spoke = True
        draft.product = "kafka"
        draft.fingerprint(())
        if _knows(versions, messages.SASL_HANDSHAKE, 1) and not (yield from _strangers_welcome(draft)):
            return
        if not depth.allows(Depth.ENUMERATE):
            return
        # After a refused handshake the broker may close the connection, or wait for a login.
        connect = partial(_connect, secure[0])
        yield from connect()
        yield from _enumerate(draft, versions, ResumableConnection(connect))


def _sample(target: Target, containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    first = yield from plain_then_tls(target.tls, lambda tls: first_answer(tls, messages.API_VERSIONS_REQUEST, 1, None))
    versions = messages.versions((yield from messages.read_answer(1, first)))
    listing = next((one for one in messages.METADATA_REQUESTS if _knows(versions, messages.METADATA, one)), None)
    offsets = next((one for one in messages.OFFSETS_HEADS if _knows(versions, messages.LIST_OFFSETS, one)), None)
    if listing is None or offsets is None or not _knows(versions, messages.FETCH, messages.FETCH_VERSION):
        return
    yield Send(messages.METADATA_REQUESTS[listing])
    known = messages.metadata((yield from messages.read_answer(2)), listing)
    partitions = {topic.name: topic.partitions for topic in known.topics if _TOPIC.fullmatch(topic.name)}
    for container in containers:
        topic = container.path[0]
        first_numbers = partitions.get(topic, ())[:_FETCHED_PARTITIONS]
        if not first_numbers:
            continue
        yield Send(messages.offsets_request(offsets, messages.EARLIEST, topic, first_numbers))
        starts = messages.offsets((yield from messages.read_answer(4)), offsets)
        led = {number: start for number, (error, start) in starts.items() if not error and start >= 0}
        if not led or not set(led) <= set(first_numbers):
            continue
        yield Send(messages.fetch_request(topic, led))
        logs = messages.fetched((yield from messages.read_answer(5)))
        records = [record for log in logs for record in log_records(log, SAMPLED_RECORDS)]
        found += document_columns(container.path, (_document(key, value) for key, value in records))


def _document(key: bytes, value: bytes) -> dict[str, Any]:
    """A record: the fields of a JSON document, or its text; binary keys and values are left out."""
    document = decode_json(value, dict[str, Any]) if value[:1] == b"{" else None
    texts: dict[str, Any] = {}
    for name, data in (("key", key), ("value", value if document is None else b"")):
        with suppress(UnicodeDecodeError):
            if data and data.decode().isprintable():
                texts[name] = data.decode()
    return {**texts, **(document or {})}


def _connect(tls: bool) -> Conversation[None]:
    yield Connect(tls)


def _strangers_welcome(draft: ReportDraft) -> Conversation[bool]:
    yield Send(messages.HANDSHAKE_REQUEST)
    try:
        error, offered = messages.mechanisms((yield from messages.read_answer(1)))
    except Fault as fault:
        if fault.outcome not in STREAM_ENDED:
            raise
        draft.problem(f"{_HANDSHAKE}: the broker closed the connection")
        return True
    if messages.DUMMY_MECHANISM.decode() in offered:
        draft.problem(f"{_HANDSHAKE}: offers our synthetic mechanism, so the answer proves nothing")
    elif error == messages.UNSUPPORTED_SASL_MECHANISM and offered:
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_HANDSHAKE, f"requires a login: {', '.join(offered)}", Access.AUTH_REQUIRED)
        return False
    elif error == messages.ILLEGAL_SASL_STATE:
        draft.access = Access.PARTIAL
        draft.prove(_HANDSHAKE, "no login is required", Access.OPEN)
    else:
        draft.problem(f"{_HANDSHAKE}: error {error}")
    return True


def _enumerate(
    draft: ReportDraft, versions: dict[int, tuple[int, int]], connection: ResumableConnection
) -> Conversation[None]:
    version = next((one for one in messages.METADATA_REQUESTS if _knows(versions, messages.METADATA, one)), None)
    if version is None:
        draft.problem(
            f"{_METADATA}: the broker supports versions {versions.get(messages.METADATA)}, none of those that we send"
        )
        return
    asked = f"{_METADATA} (version {version})"
    yield Send(messages.METADATA_REQUESTS[version])
    try:
        found = messages.metadata((yield from messages.read_answer(2)), version)
    except Fault as fault:
        if fault.outcome not in STREAM_ENDED:
            raise
        # A broker with SASL does this before a login.
        draft.access = Access.AUTH_REQUIRED
        draft.prove(asked, "closes the connection after it answered ApiVersions", Access.AUTH_REQUIRED)
        return
    draft.fingerprint(topic.name for topic in found.topics if not topic.internal)
    if found.cluster_id:
        draft.vendor_id("cluster_id", found.cluster_id[:100])
    if found.cluster_id.startswith("redpanda."):
        draft.product = "redpanda"
    draft.access = Access.PARTIAL
    draft.prove(
        asked, f"lists {count_text(len(found.topics), 'topic')} of {count_text(found.brokers, 'broker')}", Access.OPEN
    )
    if len(found.topics) > MAX_TOPICS:
        draft.leave_out(f"{count_text(len(found.topics), 'topic')}; only the first {MAX_TOPICS} are listed")
    offsets = next((one for one in messages.OFFSETS_HEADS if _knows(versions, messages.LIST_OFFSETS, one)), None)
    walk = _Walk(draft, found, offsets, connection)
    if _knows(versions, messages.DESCRIBE_LOG_DIRS, 1):
        yield from walk.sizes()
    for topic in found.topics[:MAX_TOPICS]:
        yield from walk.topic(topic)
    draft.access = walk.judge()


def _knows(versions: dict[int, tuple[int, int]], key: int, version: int) -> bool:
    """True if the broker supports that version of a request."""
    least, greatest = versions.get(key, (0, -1))
    return least <= version <= greatest


class _Walk:
    """Requests about the listed topics, and the containers made from their answers."""

    def __init__(
        self, draft: ReportDraft, metadata: messages.Metadata, offsets: int | None, connection: ResumableConnection
    ) -> None:
        self._draft = draft
        self._connection = connection
        self._offsets = offsets
        self._alone = metadata.brokers <= 1
        self._bytes: dict[str, int] = {}
        self._listed = {topic.name for topic in metadata.topics}
        self._asked = 0
        self._refused = 0

    def _ask(self, asked: str, request: bytes, number: int) -> Conversation[bytes | None]:
        """Answer to a request; ``None`` if the broker closes the connection instead."""

        def exchange() -> Conversation[bytes | None]:
            yield Send(request)
            return (yield from messages.read_answer(number))

        def closed(why: str) -> None:
            self._draft.problem(f"{asked}: {why}")

        return (yield from self._connection.run(exchange(), closed))

    def sizes(self) -> Conversation[None]:
        try:
            answer = yield from self._ask(_LOG_DIRS, messages.LOG_DIRS_REQUEST, 3)
            if answer is not None:
                self._bytes, directories = messages.log_dirs(answer)
                self._draft.sees_all = bool(directories)
        except TooLargeAnswer as verdict:
            # Its body is not read: later answers on this connection would be read as part of it.
            raise TooLargeAnswer(f"{_LOG_DIRS}: {verdict}") from None
        hidden = self._bytes.keys() - self._listed
        if hidden:
            self._draft.leave_out(f"{count_text(len(hidden), 'topic')} on this broker that it does not list to us")
        if self._bytes:
            self._draft.prove(_LOG_DIRS, f"number of bytes of {count_text(len(self._bytes), 'topic')}", Access.OPEN)

    def topic(self, topic: messages.Topic) -> Conversation[None]:
        draft = self._draft
        if topic.refused:
            self._refused += 1
        system = topic.internal or topic.name in _INTERNAL
        size = self._bytes.get(topic.name)
        held = None
        if size is not None:
            quality = Quality.EXACT if self._alone else Quality.LOWER_BOUND
            held = Figure(size, quality, f"{_LOG_DIRS}, this broker's copies")
        container = Container((topic.name[:249],), "topic", system, None, held)
        draft.containers.append(container)
        if system or topic.error or self._offsets is None:
            return
        if not _TOPIC.fullmatch(topic.name) or not topic.partitions:
            draft.problem(f"skipped a topic name that is not safe to send: {topic.name[:60]!r}")
            return
        if self._asked == MAX_PROBED:
            draft.leave_out(f"records of the first {MAX_PROBED} topics were counted; the others are only listed")
        self._asked += 1
        if self._asked <= MAX_PROBED:
            draft.containers[-1] = msgspec.structs.replace(
                container, records=(yield from self._count(topic, self._offsets))
            )

    def _count(self, topic: messages.Topic, version: int) -> Conversation[Figure | None]:
        partitions = topic.partitions[:MAX_PARTITIONS]
        ends: list[dict[int, tuple[int, int]]] = []
        for when in (messages.EARLIEST, messages.LATEST):
            request = messages.offsets_request(version, when, topic.name, partitions)
            answer = yield from self._ask(f"{topic.name}: {_OFFSETS[version]}", request, 4)
            if answer is None:
                return None
            ends.append(messages.offsets(answer, version))
        first, last = ends
        known = [n for n in partitions if first.get(n, (1, 0))[0] == 0 and last.get(n, (1, 0))[0] == 0]
        if not known:
            codes = sorted({error for error, _ in first.values()})
            if any(code != messages.NOT_LEADER for code in codes):
                self._draft.problem(f"{topic.name}: {_OFFSETS[version]}: errors {codes[:5]}")
            return None
        records = [last[n][1] - first[n][1] for n in known]
        if min(records) < 0:
            raise HostileAnswer("a Kafka topic that ends before it begins")
        if not any(proof.asked == _OFFSETS[version] for proof in self._draft.proofs):
            self._draft.prove(_OFFSETS[version], "offsets of a topic", Access.OPEN)
        whole = len(known) == len(topic.partitions)
        quality = Quality.ESTIMATE if whole else Quality.LOWER_BOUND
        return Figure(sum(records), quality, "latest minus earliest offset, of the partitions that this broker leads")

    def judge(self) -> Access:
        user = [one for one in self._draft.containers if not one.system]
        if any(one.records is not None and one.records.value for one in user):
            return Access.PARTIAL if self._refused else Access.OPEN
        if any(one.records is None for one in user):
            return Access.SCHEMA_ONLY
        return Access.OPEN_EMPTY
