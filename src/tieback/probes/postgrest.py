"""PostgREST, and what is built on it (Supabase's REST API): tables, rows, columns. No row is read.

Sends, in this order: ``GET /`` (identify: the description that it gives to a stranger); ``HEAD /<table>?select=*`` with
``Prefer: count=exact`` and ``Range: 0-0`` for at most 50 tables (enumerate); columns come with the description
(describe). Of an answer to HEAD there is only the header.

``*/0`` is unknown, not empty: row-level security hides rows so. Supabase asks for the app's public key, which this does
not send. Not yet verified against the real server.
"""

import re

import msgspec

from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Inquiry, Known, WebStore
from tieback.probes.wire.http import Response
from tieback.probes.wire.jsontext import decoded
from tieback.probes.wire.requests import heading, reading
from tieback.scope.conversation import Conversation

_ROOT = reading("/", "product, version, and the tables and columns that a stranger is told of", depth=Depth.IDENTIFY)
_COUNT = heading(
    "/{table}?select=*",
    "number of rows that a stranger may read; header fields only",
    headers=(("Prefer", "count=exact"), ("Range-Unit", "items"), ("Range", "0-0")),
)
_TOTAL = re.compile(r"(?:[0-9]+-[0-9]+|\*)/([0-9]{1,18})")


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


class PostgrestProbe(WebStore):
    """Asks PostgREST which rows strangers may read."""

    meta = ProbeMeta(
        name="postgrest",
        products=("postgrest", "supabase"),
        ports=(3000,),
        services=("postgrest", "supabase"),
        cpe=("cpe:2.3:a:postgrest:postgrest",),
        cwe="CWE-862",
        sends=(_ROOT.send, _COUNT.send),
        references=("https://docs.postgrest.org/en/stable/references/api.html",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def known(self, answer: Response) -> Known | None:
        """By its server's name, or Supabase's words for a missing key."""
        product, _, version = answer.headers.get("server", "").partition("/")
        if product.lower() == "postgrest":
            return Known("postgrest", version)
        said = decoded(answer.body, _Description) if answer.status == 200 else None
        if said is not None and "PostgREST" in said.info.title:
            return Known("postgrest", said.info.version)
        asks = answer.status == 401 and b"No API key found in request" in answer.body
        return Known("supabase") if asks and "sb-project-ref" in answer.headers else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Tables one by one."""
        draft = inquiry.draft
        said = decoded(answer.body, _Description) if answer.status == 200 and not answer.truncated else None
        told = dict(said.definitions) if said is not None else {}
        if told:
            draft.prove(_ROOT.label, f"describes {len(told)} tables to a stranger", Access.OPEN)
        if not inquiry.enumerates:
            return
        names = list(dict.fromkeys((*told, *inquiry.names)))
        shown = 0
        chosen = inquiry.chosen(names, "tables")
        for name in chosen:
            counted = yield from inquiry.ask(_COUNT, name)
            total = _TOTAL.fullmatch(counted.headers.get("content-range", "")) if counted is not None else None
            rows = int(total[1]) if counted is not None and total and counted.status in (200, 206) else 0
            columns = list(told[name].properties.items())[:MAX_FIELDS] if inquiry.describes and name in told else []
            fields = tuple(Field(key[:512], one.format[:80]) for key, one in columns)
            records = exact(rows, "Content-Range, count=exact") if rows else None
            if rows:
                shown += 1
                draft.prove(_COUNT.label, f"{rows} rows of {name} for a stranger", Access.OPEN)
            elif counted is not None and counted.status in (401, 403):
                draft.prove(_COUNT.label, f"{name}: status {counted.status}", Access.AUTH_REQUIRED)
            inquiry.hold([Container((name,), "table", records=records, fields=fields)])
        inquiry.hold([Container((name,), "table") for name in names[len(chosen) :]])
        draft.fingerprint(names)
        if shown:
            draft.access = Access.OPEN if shown == len(names) else Access.PARTIAL
        else:
            draft.access = Access.UNKNOWN
            draft.problem("no row is shown to strangers: the tables are empty, or row-level security hides them")
