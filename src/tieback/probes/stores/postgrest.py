"""PostgREST, and Supabase's REST API, which is built on it: tables, rows, columns. No row is read.

Sends, in this order: ``GET /`` (identify: the description for anonymous clients); ``HEAD /<table>?select=*`` with
``Range: 0-0`` for at most 50 tables (enumerate), with ``Prefer: count=exact`` if the grant allows scans, else with
``count=planned``, the estimate of PostgreSQL's planner. Columns come with the description
(describe). An answer to HEAD consists only of header fields.

Supabase answers below ``/rest/v1/``, and only with the project's anonymous or publishable key. That key is public by
design and is in every copy of the app. If the app contains it, these requests send it in ``apikey``; anonymous access
then means access for anyone who has the app. For a table with visible rows, another HEAD without a count is the second
proof, because newer projects return no description to an anonymous key.

If there is no description, ``POST /graphql/v1`` requests the names of the query fields: a project with GraphQL has one
for each table. No field is queried. In projects since 2026-06-29, introspection is off by default.

``*/0`` means unknown, not empty: row-level security hides rows in this way. Not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, estimate, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import LISTING_CAP, MAX_FIELDS, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import Request, get_request, head_request, post_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request(
    "/", "product, version, and the tables and columns described to an anonymous client", depth=Depth.IDENTIFY
)
_COUNT = head_request(
    "/{table}?select=*",
    "number of rows readable without a login; header fields only",
    headers=(("Prefer", "count=exact"), ("Range-Unit", "items"), ("Range", "0-0")),
    label="HEAD /<table>?select=* count=exact",
).costing(SendCost.SCAN)
_PLANNED = head_request(
    "/{table}?select=*",
    "whether a row is readable without a login, and how many rows the planner expects; header fields only",
    headers=(("Prefer", "count=planned"), ("Range-Unit", "items"), ("Range", "0-0")),
    label="HEAD /<table>?select=* count=planned",
)
# JSON Web Tokens and the keys that follow them: https://supabase.com/docs/guides/api/api-keys
_KEY = (("apikey", rb"(?:eyJ[A-Za-z0-9_.-]{20,4000}|sb_publishable_[A-Za-z0-9_-]{20,64})"),)
_SUPABASE = get_request("/rest/v1/", "the tables and columns described to the app's public key", keyed=_KEY)
_SUPABASE_COUNT = head_request(
    "/rest/v1/{table}?select=*",
    "number of rows that the app's public key may read; header fields only",
    headers=(("Prefer", "count=exact"), ("Range-Unit", "items"), ("Range", "0-0")),
    keyed=_KEY,
    label="HEAD /rest/v1/<table>?select=* count=exact",
).costing(SendCost.SCAN)
_SUPABASE_PLANNED = head_request(
    "/rest/v1/{table}?select=*",
    "whether the app's public key may read a row, and how many rows the planner expects; header fields only",
    headers=(("Prefer", "count=planned"), ("Range-Unit", "items"), ("Range", "0-0")),
    keyed=_KEY,
    label="HEAD /rest/v1/<table>?select=* count=planned",
)
_SUPABASE_ROW = head_request(
    "/rest/v1/{table}?select=*&limit=1",
    "whether one row is readable: the second proof; header fields only",
    keyed=_KEY,
    label="HEAD /rest/v1/<table>?limit=1",
)
_GRAPHQL = post_request(
    "/graphql/v1",
    b'{"query":"{__schema{queryType{fields{name}}}}"}',
    "names of the tables in the GraphQL schema that the app's public key may read; returns no row",
    keyed=_KEY,
    label="POST /graphql/v1 __schema",
)
_COLLECTION = "Collection"
"""End of the query field of a table: https://supabase.github.io/pg_graphql/api/#collections"""
_TOTAL = re.compile(r"([0-9]+-[0-9]+|\*)/([0-9]{1,18}|\*)")


class _Info(msgspec.Struct):
    title: str = ""
    version: str = ""


class _Property(msgspec.Struct):
    format: str = ""


class _Definition(msgspec.Struct):
    properties: dict[str, _Property] = {}


class _Description(msgspec.Struct):
    swagger: str
    info: _Info
    definitions: dict[str, _Definition] = {}


class _Named(msgspec.Struct):
    name: str


class _QueryType(msgspec.Struct):
    fields: list[_Named]


class _Inner(msgspec.Struct):
    query: _QueryType = msgspec.field(name="queryType")


class _Data(msgspec.Struct):
    inner: _Inner = msgspec.field(name="__schema")


class _Schema(msgspec.Struct):
    data: _Data


class PostgrestProbe(WebStoreProbe):
    """Probe of PostgREST and Supabase: rows that are readable without a login."""

    meta = ProbeMeta(
        name="postgrest",
        products=("postgrest", "supabase"),
        ports=(3000,),
        services=("postgrest", "supabase"),
        cpe=("cpe:2.3:a:postgrest:postgrest",),
        cwe="CWE-862",
        sends=(
            _ROOT.send,
            _COUNT.send,
            _PLANNED.send,
            _SUPABASE.send,
            _SUPABASE_COUNT.send,
            _SUPABASE_PLANNED.send,
            _SUPABASE_ROW.send,
            _GRAPHQL.send,
        ),
        references=(
            "https://docs.postgrest.org/en/stable/references/api.html",
            "https://supabase.com/docs/guides/api/api-keys",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT
    keys = ("supabase_anon", "supabase_publishable_key")

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its server's name, its description, or the header field of Supabase's gateway."""
        product, _, version = answer.headers.get("server", "").partition("/")
        if product.lower() == "postgrest":
            return Identification("postgrest", version)
        said = decode_json(answer.body, _Description) if answer.status == 200 else None
        if said is not None and "PostgREST" in said.info.title:
            return Identification("postgrest", said.info.version)
        return Identification("supabase") if "sb-project-ref" in answer.headers else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Request the tables one by one."""
        if inquiry.draft.product == "supabase":
            yield from self._supabase(inquiry, answer.headers.get("sb-project-ref", ""))
            return
        told, draft = _told(answer), inquiry.draft
        if told:
            draft.prove(_ROOT.label, f"describes {count_text(len(told), 'table')} without a login", Access.OPEN)
        if inquiry.enumerates:
            yield from self._tables(inquiry, told, _COUNT if draft.target.scans else _PLANNED)

    def _supabase(self, inquiry: Inquiry, project: str) -> Conversation[None]:
        draft = inquiry.draft
        if re.fullmatch(r"[a-z]{20}", project):
            draft.vendor_id("project", project)
        if not inquiry.enumerates:
            return
        described = yield from inquiry.ask(_SUPABASE, cap=LISTING_CAP)
        if inquiry.key is None:
            draft.problem("the app's public key is unknown: the project answers only requests with it")
            if described is not None:
                inquiry.is_refused(_SUPABASE, described)
            return
        told = _told(described) if described is not None else {}
        if told:
            draft.prove(
                _SUPABASE.label, f"describes {count_text(len(told), 'table')} to the app's public key", Access.OPEN
            )
        else:
            told = yield from _graphql_tables(inquiry)
        yield from self._tables(
            inquiry, told, _SUPABASE_COUNT if draft.target.scans else _SUPABASE_PLANNED, _SUPABASE_ROW
        )

    def _tables(
        self, inquiry: Inquiry, told: dict[str, _Definition], counting: Request, confirming: Request | None = None
    ) -> Conversation[None]:
        draft = inquiry.draft
        names = list(dict.fromkeys((*told, *inquiry.names)))
        shown = 0
        chosen = inquiry.limit(names, "tables")
        for name in chosen:
            counted = yield from inquiry.ask(counting, name)
            records = _rows(counted, is_exact=counting.send.cost is SendCost.SCAN) if counted is not None else None
            columns = list(told[name].properties.items())[:MAX_FIELDS] if inquiry.describes and name in told else []
            fields = tuple(Field(key[:512], one.format[:80]) for key, one in columns)
            if records is not None:
                shown += 1
                draft.prove(counting.label, f"rows of {name} readable without a login: {records.value}", Access.OPEN)
                if confirming is not None and shown == 1:
                    yield from _confirm(inquiry, confirming, name)
            elif counted is not None and counted.status in (401, 403):
                draft.prove(counting.label, f"{name}: status {counted.status}", Access.AUTH_REQUIRED)
            inquiry.add_containers([Container((name,), "table", records=records, fields=fields)])
        inquiry.add_containers([Container((name,), "table") for name in names[len(chosen) :]])
        if draft.identity is None or draft.identity.kind != "vendor_id":
            draft.fingerprint(names)
        if shown:
            draft.access = Access.OPEN if shown == len(names) else Access.PARTIAL
        else:
            draft.access = Access.UNKNOWN
            draft.problem(
                "no row is readable without a login: the tables are empty, or row-level security hides the rows"
            )


def _graphql_tables(inquiry: Inquiry) -> Conversation[dict[str, _Definition]]:
    """Tables of the GraphQL schema, without their columns; none if the project has no GraphQL."""
    answer = yield from inquiry.ask(_GRAPHQL)
    said = decode_json(answer.body, _Schema) if answer is not None and answer.status == 200 else None
    fields = [one.name for one in said.data.inner.query.fields] if said is not None else []
    if fields:
        inquiry.draft.prove(
            _GRAPHQL.label, f"{count_text(len(fields), 'query field')} for the app's public key", Access.SCHEMA_ONLY
        )
    else:
        inquiry.draft.problem("GraphQL shows no schema to the app's public key: introspection or the extension is off")
    names = (name.removesuffix(_COLLECTION) for name in fields if name.endswith(_COLLECTION))
    return {name: _Definition() for name in names if name}


def _told(answer: Response) -> dict[str, _Definition]:
    """Tables of the description."""
    said = decode_json(answer.body, _Description) if answer.status == 200 and not answer.truncated else None
    return dict(said.definitions) if said is not None else {}


def _rows(answer: Response, *, is_exact: bool) -> Figure | None:
    """Number of rows that are readable; ``None`` if no row is. An estimate of the planner is not a proof of a row."""
    found = _TOTAL.fullmatch(answer.headers.get("content-range", "")) if answer.status in (200, 206) else None
    total = int(found[2]) if found is not None and found[2] != "*" else 0
    if found is None or (not total if is_exact else found[1] == "*"):
        return None
    if is_exact:
        return exact(total, "Content-Range, count=exact")
    return estimate(total, "Content-Range, count=planned") if total > 1 else lower_bound(1, "one row is readable")


def _confirm(inquiry: Inquiry, request: Request, name: str) -> Conversation[None]:
    answer = yield from inquiry.ask(request, name)
    if (
        answer is not None
        and answer.status in (200, 206)
        and answer.headers.get("content-range", "").startswith("0-0/")
    ):
        inquiry.draft.prove(request.label, f"one row of {name} is readable", Access.OPEN)
