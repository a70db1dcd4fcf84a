"""Records that a store returns at depth ``sample``, as columns: the one way from documents and rows to samples.

A probe reads at most ``SAMPLED_RECORDS`` records of a container in one bounded answer, and hands them to
``document_columns`` or ``row_columns``. ``pipeline.probing.samples`` classifies the columns and drops their values.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Container
from tieback.probes.interface import (
    SAMPLED_CHARACTERS,
    SAMPLED_COLUMNS,
    SAMPLED_RECORDS,
    SampledColumn,
    Samples,
    run_sample,
)
from tieback.probes.web import ROOT_CAP, WebStoreProbe
from tieback.probes.wire.columns import columns
from tieback.probes.wire.http import HttpSession, Keyed, Response, segment
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.objects import object_kind, object_records
from tieback.probes.wire.requests import Request, get_request, query_request
from tieback.scope.conversation import Conversation, DeclaredSend, SendCost, Target

SAMPLE_CAP = 256 * 1024
"""Maximum number of bytes of one answer with records."""
MAX_OBJECTS = 4
"""Maximum number of objects of one bucket that are read."""
OBJECT_BYTES = 64 * 1024
"""Maximum number of bytes of one object that are read."""
FEWER_RECORDS = 5
"""Number of records that are read if ``SAMPLED_RECORDS`` are larger than the limit."""


def document_columns(
    path: tuple[str, ...], documents: Iterable[object], *, prefix: str = "", characters: int = SAMPLED_CHARACTERS
) -> list[SampledColumn]:
    """Return the columns of a container's documents, of any shape.

    Args:
        path: path of the container.
        documents: decoded documents; only the first ``SAMPLED_RECORDS`` are read.
        prefix: as for ``wire.columns.columns``.
        characters: maximum length of one value.
    """
    few = [document for document, _ in zip(documents, range(SAMPLED_RECORDS), strict=False)]
    read = columns(few, characters=characters, most=SAMPLED_COLUMNS, prefix=prefix)
    return [SampledColumn(path, name, tuple(values)) for name, values in read.items()]


def row_columns(
    path: tuple[str, ...], names: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> list[SampledColumn]:
    """Return the columns of rows of a table; a row that is too short has no value in the last ones.

    Args:
        path: path of the container.
        names: names of the columns, in the order of the rows.
        rows: values as text; only the first ``SAMPLED_RECORDS`` are read.
    """
    few = rows[:SAMPLED_RECORDS]
    if not few:
        return []
    return [
        SampledColumn(path, name, tuple((row[at] or "")[:SAMPLED_CHARACTERS] if at < len(row) else "" for row in few))
        for at, name in enumerate(names[:SAMPLED_COLUMNS])
    ]


def sampling_send(send: DeclaredSend) -> DeclaredSend:
    """The declaration as one whose answer has values of records, for depth ``sample``."""
    cost = send.cost if send.cost.needs_scans else SendCost.BOUNDED
    return msgspec.structs.replace(send, values=True, depth=Depth.SAMPLE, cost=cost)


def sampling_request(request: Request) -> Request:
    """The request with ``sampling_send`` of its declaration."""
    return msgspec.structs.replace(request, send=sampling_send(request.send))


type SampleRequests = tuple[Request, ...]
"""The same request for fewer records each time."""


def sample_get(
    path: str,
    what: str,
    *,
    names: bytes = b"",
    keyed: Keyed = (),
    cost: SendCost = SendCost.BOUNDED,
) -> SampleRequests:
    """Declare a GET that returns records.

    Args:
        path: path and query; ``#`` is the number of records, ``{name}`` a placeholder.
        what: name of the records, and why the request changes nothing.
        names: as for ``get_request``, like the other arguments.
        keyed: header fields for the app's public key.
        cost: what the answer costs the server or its owner.
    """
    place = path.partition("?")[0].replace("{", "<").replace("}", ">")
    return tuple(
        sampling_request(
            get_request(
                path.replace("#", str(count)),
                _why(count, what),
                names=names,
                keyed=keyed,
                label=f"GET {place} ({count} records)",
            ).costing(cost)
        )
        for count in (SAMPLED_RECORDS, FEWER_RECORDS)
    )


def sample_post(path: str, body: str, what: str, *, names: bytes) -> SampleRequests:
    """Declare a POST that only reads and returns records; arguments as for ``sample_get`` and ``query_request``."""
    place = path.partition("?")[0].replace("{", "<").replace("}", ">")
    return tuple(
        sampling_request(
            query_request(
                path,
                body.replace("#", str(count)),
                _why(count, what),
                names=names,
                label=f"POST {place} ({count} records)",
            )
        )
        for count in (SAMPLED_RECORDS, FEWER_RECORDS)
    )


def _why(count: int, what: str) -> str:
    return f"at most {count} {what}: classified for personal data in memory, nothing is kept"


class SampleReading:
    """Requests for records of one store over HTTP, and the columns of what they returned."""

    def __init__(
        self, http: HttpSession, target: Target, first: Response, key: str | None, found: list[SampledColumn]
    ) -> None:
        self.target = target
        self.first = first
        """Answer to the identifying request."""
        self._http = http
        self._key = key
        self._found = found

    def ask(self, request: Request, *names: str, cap: int = SAMPLE_CAP) -> Conversation[Response | None]:
        """Send a request; ``None`` if it contains a name that must not be sent."""
        path, body = request.fill(*names), request.encode(*names)
        if path is None or body is None or not all(map(str.isprintable, names)):
            return None
        return (yield from request.on(self._http, path, cap, self._key, body))

    def read[T](self, requests: SampleRequests, into: type[T], *names: str) -> Conversation[T | None]:
        """Decoded answer of the first request whose answer is within the limit; ``None`` without one."""
        for request in requests:
            answer = yield from self.ask(request, *names)
            if answer is None or answer.status not in (200, 201, 202):
                return None
            if not answer.truncated:
                return decode_json(answer.body, into)
        return None

    def add(self, path: tuple[str, ...], documents: Iterable[object], prefix: str = "") -> None:
        """Add the columns of documents."""
        self._found += document_columns(path, documents, prefix=prefix)

    def add_rows(self, path: tuple[str, ...], names: Sequence[str], rows: Sequence[Sequence[str | None]]) -> None:
        """Add the columns of rows."""
        self._found += row_columns(path, names, rows)


class ListedObject(msgspec.Struct, frozen=True):
    """An object of a bucket, as a listing names it."""

    name: str
    size: int = 1
    """Bytes; 1 if the listing has no sizes."""


def object_get(path: str, *, names: bytes) -> Request:
    """Declare a GET of the beginning of an object; ``path`` has the placeholders of the bucket and the object."""
    place = path.partition("?")[0].replace("{", "<").replace("}", ">")
    return sampling_request(
        get_request(
            path,
            f"the first {OBJECT_BYTES // 1024} KiB of a CSV or JSON object: at most {SAMPLED_RECORDS} records are "
            "classified for personal data in memory, nothing is kept",
            names=names,
            raw=True,
            headers=(("Range", f"bytes=0-{OBJECT_BYTES - 1}"),),
            label=f"GET {place} ({OBJECT_BYTES // 1024} KiB)",
        )
    )


def read_objects(
    reading: SampleReading,
    path: tuple[str, ...],
    request: Request,
    about: tuple[str, ...],
    listed: Iterable[ListedObject],
    encode: Callable[[str], str] = lambda name: "/".join(map(segment, name.split("/"))),
) -> Conversation[None]:
    """Read the first records of a few CSV and JSON objects of a bucket. Their names are not kept.

    Args:
        reading: requests to the store.
        path: path of the bucket's container.
        request: as from ``object_get``.
        about: names before the object's in the request.
        listed: objects of the bucket.
        encode: makes the text in the request from the object's name.
    """
    chosen = _choose_objects(listed)
    found: dict[str, list[object]] = {}
    for kind, name in chosen:
        answer = yield from reading.ask(request, *about, encode(name), cap=OBJECT_BYTES)
        if answer is not None and answer.status in (200, 206) and not answer.encoded:
            cut = answer.truncated or len(answer.body) >= OBJECT_BYTES
            found.setdefault(kind, []).extend(
                object_records(answer.body, kind, SAMPLED_RECORDS // len(chosen), cut=cut)
            )
    for kind, records in found.items():
        reading.add(path, records, f"*.{kind}")


def _choose_objects(listed: Iterable[ListedObject]) -> list[tuple[str, str]]:
    """Kind and name of the objects to read: those of each kind in turn, the largest first."""
    kinds: dict[str, list[ListedObject]] = {}
    for one in listed:
        if one.size and one.name.isprintable() and (kind := object_kind(one.name)):
            kinds.setdefault(kind, []).append(one)
    turns = [
        (place, kind, one.name)
        for kind, objects in kinds.items()
        for place, one in enumerate(sorted(objects, key=lambda one: -one.size)[:MAX_OBJECTS])
    ]
    return [(kind, name) for _, kind, name in sorted(turns)[:MAX_OBJECTS]]


class SampledWebStore(WebStoreProbe):
    """Probe of a store that speaks HTTP, whose records are readable."""

    @abstractmethod
    def read_records(self, reading: SampleReading, container: Container) -> Conversation[None]:
        """Read a few records of a container and add them to ``reading``."""

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read a few records of each container."""
        found: list[SampledColumn] = []
        return run_sample(found, self._sample(target, containers, found))

    def _sample(
        self, target: Target, containers: Sequence[Container], found: list[SampledColumn]
    ) -> Conversation[None]:
        http = HttpSession(target)
        path = self.ask.fill(*(self.about(target) or ()))
        if path is None:
            return
        first = yield from self.ask.first(http, path, seconds=None, cap=ROOT_CAP)
        reading = SampleReading(http, target, first, target.key(*self.keys), found)
        for container in containers:
            yield from self.read_records(reading, container)
