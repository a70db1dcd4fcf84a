"""Directus: items and fields of the collections that its public policy shows. No item is read.

Sends, in this order: ``GET /`` (identify: every answer names the product); ``GET /server/specs/oas``, which describes
what the client may read, ``GET /collections``, and for at most 50 collections that are described or that the app names
``GET /items/<collection>?aggregate[count]=*`` and ``?limit=0&meta=total_count`` (enumerate). Fields come with the
description (describe).

``aggregate`` counts what the policy shows; ``total_count`` may count more, and is only the second proof. Directus gives
the same refusal for a closed collection and for a missing one. Verified against Directus 11.3.5 and 12.4.0; the latter
shows no version.
"""

import re

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number, decode_json, parse_count
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_NAME = rb"(?!directus_)[A-Za-z_][A-Za-z0-9_-]{0,63}"
_ROOT = get_request("/", "product, which every answer names; changes nothing", depth=Depth.IDENTIFY)
_DESCRIPTION = get_request(
    "/server/specs/oas", "names and fields of the collections that an anonymous client may read; no values"
)
_COLLECTIONS = get_request("/collections", "whether the list of all collections is closed; names only")
_COUNT = get_request(
    "/items/{collection}?aggregate%5Bcount%5D=*",
    "number of items that the public policy shows; returns no item",
    names=_NAME,
    label="GET /items/<collection>?aggregate[count]",
)
_TOTAL = get_request(
    "/items/{collection}?limit=0&meta=total_count",
    "whether the collection is readable: the second proof; returns no item",
    names=_NAME,
    label="GET /items/<collection>?limit=0",
)
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}(-[A-Za-z0-9.]{1,20})?")
"""Directus 11 gives its version there, Directus 12 a hash of the description."""
_ITEMS = re.compile(r"/items/([A-Za-z_][A-Za-z0-9_-]{0,63})")


class _Property(msgspec.Struct):
    type: str = ""


class _Schema(msgspec.Struct):
    properties: dict[str, _Property] = {}


class _Components(msgspec.Struct):
    schemas: dict[str, _Schema] = {}


class _Info(msgspec.Struct):
    version: str = ""


class _Description(msgspec.Struct):
    openapi: str
    info: _Info
    paths: dict[str, msgspec.Raw]
    components: _Components = msgspec.field(default_factory=_Components)


class _Counted(msgspec.Struct):
    count: str | int


class _Counts(msgspec.Struct):
    data: list[_Counted]


class _Meta(msgspec.Struct):
    total_count: Number


class _Total(msgspec.Struct):
    meta: _Meta


class _Collection(msgspec.Struct):
    collection: str


class _Collections(msgspec.Struct):
    data: list[_Collection]


class DirectusProbe(WebStoreProbe):
    """Probe of Directus: which collections its public policy shows."""

    meta = ProbeMeta(
        name="directus",
        products=("directus",),
        ports=(8055,),
        services=("directus",),
        cpe=("cpe:2.3:a:monospace:directus",),
        cwe="CWE-862",
        sends=(_ROOT.send, _DESCRIPTION.send, _COLLECTIONS.send, _COUNT.send, _TOTAL.send),
        references=("https://docs.directus.io/reference/introduction.html",),
        web=True,
        hides="items that the public role may not see",
    )
    ask = _ROOT
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the header field of every answer."""
        return Identification("directus") if answer.headers.get("x-powered-by") == "Directus" else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """Count the collections that are described or that the app names."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        told = yield from inquiry.ask(_DESCRIPTION, cap=MAX_BODY)
        described = decode_json(told.body, _Description) if told is not None and told.status == 200 else None
        if described is not None:
            version = _VERSION.fullmatch(described.info.version)
            draft.version = version[0] if version is not None else ""
        listed = yield from inquiry.ask(_COLLECTIONS)
        every = decode_json(listed.body, _Collections) if listed is not None and listed.status == 200 else None
        if every is not None:
            draft.prove(_COLLECTIONS.label, "lists collections without a login", Access.OPEN)
        elif listed is not None:
            draft.prove(_COLLECTIONS.label, f"status {listed.status}", Access.AUTH_REQUIRED)
        found = [one.collection for one in every.data] if every is not None else []
        shown = list(_readable(described))
        names = [name for name in dict.fromkeys((*shown, *found, *inquiry.names)) if _COUNT.fill(name)]
        for name in inquiry.limit(names, "collections"):
            yield from self._collection(inquiry, name, _fields(described, name) if inquiry.describes else ())
        if draft.containers:
            draft.fingerprint(container.name for container in draft.containers)
        if described is not None:
            # The description names every collection that an anonymous client may read.
            inquiry.judge()
            if not draft.containers:
                draft.access = Access.AUTH_REQUIRED
            elif draft.access is Access.OPEN and every is None:
                draft.access = Access.PARTIAL
        else:
            inquiry.judge_names("collections", names, list_refused=every is None)

    def _collection(self, inquiry: Inquiry, name: str, fields: tuple[Field, ...]) -> Conversation[None]:
        counted = yield from inquiry.ask(_COUNT, name, cap=16 * 1024)
        if counted is None or counted.status == 404:
            return
        answer = inquiry.take(_COUNT, _Counts, counted, name)
        count = parse_count(answer.data[0].count) if answer is not None and answer.data else None
        if count is None:
            if counted.status in (401, 403):
                inquiry.draft.prove(_COUNT.label, f"{name}: status {counted.status}", Access.AUTH_REQUIRED)
            return
        readable = f"{count_text(count, 'item')} of {name} {form_for(count, 'is', 'are')} readable"
        inquiry.draft.prove(_COUNT.label, f"{readable} without a login", Access.OPEN)
        total = yield from inquiry.ask(_TOTAL, name, cap=16 * 1024)
        if total is not None and total.status == 200 and decode_json(total.body, _Total) is not None:
            inquiry.draft.prove(_TOTAL.label, f"answers for {name} without a login", Access.OPEN)
        inquiry.add_containers(
            [Container((name,), "collection", records=exact(count, "aggregate count"), fields=fields)]
        )


def _readable(described: _Description | None) -> tuple[str, ...]:
    """Collections of the description."""
    paths = described.paths if described is not None else ()
    return tuple(match[1] for path in paths if (match := _ITEMS.fullmatch(path)) is not None)


def _fields(described: _Description | None, name: str) -> tuple[Field, ...]:
    """Fields of a collection; its schema is named ``Items`` and the name in capitals without separators."""
    schemas = described.components.schemas if described is not None else {}
    wanted = "items" + re.sub(r"[^a-z0-9]", "", name.lower())
    schema = next((one for key, one in schemas.items() if re.sub(r"[^a-z0-9]", "", key.lower()) == wanted), None)
    properties = list(schema.properties.items())[:MAX_FIELDS] if schema is not None else []
    return tuple(Field(key[:512], one.type[:80]) for key, one in properties)
