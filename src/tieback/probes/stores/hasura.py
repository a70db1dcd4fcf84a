"""Hasura: names of query fields open to anonymous clients, and the number of rows visible to them. No row is read.

Sends, in this order: ``GET /v1/version`` (identify: needs no login and proves nothing); ``POST /v1/graphql`` with a
fixed introspection; ``GET /v1alpha1/config``, which shows whether an admin secret is set (enumerate). Then it requests
the count of each table that has ``<table>_aggregate``, at most 50 (enumerate), up to 1,000 rows unless the grant allows
scans. There is nothing more to describe. A count covers only the rows that the anonymous role may see, not rows that
rules hide. Not yet verified against the real server.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Privileges
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import Request, get_request, post_request, query_request
from tieback.scope.conversation import Conversation, SendCost

_VERSION = get_request(
    "/v1/version", "product and version; needs no login, so not a proof of access", depth=Depth.IDENTIFY
)
_SCHEMA = post_request(
    "/v1/graphql",
    b'{"query":"{__schema{queryType{fields{name}}}}"}',
    "names of query fields open to anonymous clients; returns no row",
)
_CONFIG = get_request("/v1alpha1/config", "whether an admin secret is set: the second proof")
_MOST = 1000
"""Maximum number of rows that are counted without the grant's ``scans``."""


def _count_request(limit: str, label: str, cost: SendCost) -> Request:
    return query_request(
        "/v1/graphql",
        # GraphQL ignores the comma; without it the last word would be a placeholder for a name.
        f'{{"query":"{{n:{{table}}_aggregate{limit}{{aggregate{{count,}}}}}}"}}',
        "number of rows visible without a login, counted by the server; returns no row",
        names=rb"[A-Za-z_][A-Za-z0-9_]{0,62}",
        label=label,
    ).costing(cost)


_SOME = _count_request(f"(limit:{_MOST})", f"POST /v1/graphql <table>_aggregate count, limit {_MOST}", SendCost.BOUNDED)
_ALL = _count_request("", "POST /v1/graphql <table>_aggregate count", SendCost.SCAN)
_AGGREGATE = "_aggregate"


class _Version(msgspec.Struct):
    server_type: str
    version: str


class _Field(msgspec.Struct):
    name: str


class _Type(msgspec.Struct):
    fields: list[_Field] = []


class _Inner(msgspec.Struct, rename={"query": "queryType"}):
    query: _Type


class _Data(msgspec.Struct, rename={"schema": "__schema"}):
    schema: _Inner


class _Schema(msgspec.Struct):
    data: _Data | None = None
    errors: list[msgspec.Raw] = []


class _Number(msgspec.Struct):
    count: Number


class _Aggregate(msgspec.Struct):
    aggregate: _Number


class _Result(msgspec.Struct):
    n: _Aggregate


class _Counted(msgspec.Struct):
    data: _Result | None = None


class _Config(msgspec.Struct):
    is_admin_secret_set: bool


class HasuraProbe(WebStoreProbe):
    """Probe of Hasura: query fields and rows that are visible without a login."""

    meta = ProbeMeta(
        name="hasura",
        products=("hasura",),
        ports=(8080,),
        services=("hasura",),
        cpe=("cpe:2.3:a:hasura:graphql_engine",),
        cwe="CWE-862",
        sends=(_VERSION.send, _SCHEMA.send, _CONFIG.send, _SOME.send, _ALL.send),
        references=("https://hasura.io/docs/2.0/api-reference/overview/",),
        pivot=False,
        web=True,
        hides="rows and tables that the role of an anonymous client may not see",
    )
    ask = _VERSION

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the keys of its version document."""
        said = decode_json(answer.body, _Version) if answer.status == 200 else None
        return Identification("hasura", said.version.removeprefix("v")) if said is not None else None

    def is_likely(self, root: Response) -> bool:
        """True if ``GET /`` redirects to the console, or is Hasura's own 404."""
        return root.headers.get("location", "").startswith("/console") or b"resource does not exist" in root.body

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List tables by the names of their query fields."""
        draft = inquiry.draft
        if not inquiry.enumerates:
            return
        found = yield from inquiry.read(_SCHEMA, _Schema)
        if found is None or found.data is None:
            if found is not None or inquiry.refused:
                draft.access = Access.AUTH_REQUIRED
                draft.prove(_SCHEMA.label, "access denied without a secret", Access.AUTH_REQUIRED)
            return
        names = [field.name for field in found.data.schema.query.fields]
        tables = [
            name for name in names if not name.endswith((_AGGREGATE, "_by_pk", "_stream", "no_queries_available"))
        ]
        draft.prove(_SCHEMA.label, f"names {count_text(len(tables), 'query field')} without a login", Access.OPEN)
        config = yield from inquiry.read(_CONFIG, _Config, cap=16 * 1024)
        if config is not None and not config.is_admin_secret_set:
            draft.prove(_CONFIG.label, "no admin secret is set", Access.OPEN)
            # Every request then has the role admin.
            draft.privileges, draft.sees_all = Privileges.ADMIN, True
        countable = inquiry.limit([name for name in tables if f"{name}{_AGGREGATE}" in names], "tables")
        held = 0
        for name in tables:
            count = (yield from self._count(inquiry, name)) if name in countable else None
            held += count or 0
            figure = exact if draft.target.scans or (count or 0) < _MOST else lower_bound
            records = figure(count, f"{_AGGREGATE} count, rows visible without a login") if count is not None else None
            inquiry.add_containers([Container((name,), "query field", records=records)])
        draft.fingerprint(tables)
        if tables:
            draft.access = Access.OPEN if held and not inquiry.refused else Access.PARTIAL
        else:
            draft.access = Access.OPEN_EMPTY

    def _count(self, inquiry: Inquiry, name: str) -> Conversation[int | None]:
        counting = _ALL if inquiry.draft.target.scans else _SOME
        counted = yield from inquiry.read(counting, _Counted, name, cap=16 * 1024)
        if counted is None or counted.data is None:
            return None
        count = counted.data.n.aggregate.count
        if count and not any(proof.asked == counting.label for proof in inquiry.draft.proofs):
            inquiry.draft.prove(counting.label, f"number of rows of {name}", Access.OPEN)
        return count
