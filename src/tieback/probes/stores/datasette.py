"""Datasette: databases, tables and rows that an anonymous client may see. No row is read.

Sends, in this order: ``GET /`` (identify: every page names the product); ``GET /-/databases.json`` and, for at most 50
databases, ``GET /<database>.json`` (enumerate: the second proof). Columns come with the tables (describe). Datasette
limits the time of a count: a table without one is listed without a figure.

Verified against Datasette 0.65.5.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_FIELDS, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation, SendCost

_ROOT = get_request("/", "product and version, which the page names; changes nothing", depth=Depth.IDENTIFY)
_DATABASES = get_request("/-/databases.json", "names and sizes of databases")
# https://docs.datasette.io/en/stable/internals.html#tilde-encoding: the server writes other characters as ~2F.
_TABLES = get_request(
    "/{database}.json",
    "names of tables, their columns and numbers of rows, whose count the server limits: the second proof; no row",
    names=rb"[A-Za-z0-9_~][A-Za-z0-9_.~-]{0,199}",
    raw=True,
).costing(SendCost.BOUNDED)
_NAMED = re.compile(rb'Powered by <a href="https://datasette\.io/"(?: title="Datasette v([0-9a-z.]{1,20})")?>Datasette')
_COUNT_LIMIT = 10_000
"""Datasette 1.0 counts at most one row more."""


class _Database(msgspec.Struct):
    name: str
    size: Number | None = None
    route: str = ""
    is_memory: bool = False


class _Table(msgspec.Struct):
    name: str
    columns: list[str] = []
    count: Number | None = None
    hidden: bool = False
    count_truncated: bool = False


class _Tables(msgspec.Struct):
    database: str
    tables: list[_Table]


class DatasetteProbe(WebStoreProbe):
    """Probe of Datasette: databases, tables, rows."""

    meta = ProbeMeta(
        name="datasette",
        products=("datasette",),
        ports=(8001,),
        services=("datasette",),
        cpe=("cpe:2.3:a:datasette:datasette",),
        cwe="CWE-306",
        sends=(_ROOT.send, _DATABASES.send, _TABLES.send),
        references=("https://docs.datasette.io/en/stable/json_api.html",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the foot of every page."""
        found = _NAMED.search(answer.body)
        return Identification("datasette", (found[1] or b"").decode()) if found is not None else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002
        """List the databases, and count their tables."""
        if not inquiry.enumerates:
            return
        databases = yield from inquiry.catalogue(_DATABASES, list[_Database])
        if databases is None:
            return
        chosen = inquiry.limit(databases, "databases")
        for one in chosen:
            yield from _database(inquiry, one)
        inquiry.add_containers([Container((one.name,), "database") for one in databases[len(chosen) :]])
        inquiry.draft.fingerprint(container.name for container in inquiry.draft.containers)
        inquiry.judge()


def _database(inquiry: Inquiry, one: _Database) -> Conversation[None]:
    size = exact(one.size, "size of the file") if one.size is not None and not one.is_memory else None
    listed = yield from inquiry.read(_TABLES, _Tables, one.route or one.name, cap=MAX_BODY)
    if listed is None or not listed.tables:
        records = exact(0, "tables") if listed is not None else None
        inquiry.add_containers([Container((one.name,), "database", records=records, bytes=size)])
        return
    inquiry.draft.prove(_TABLES.label, f"lists {count_text(len(listed.tables), 'table')} of a database", Access.OPEN)
    inquiry.add_containers([Container((one.name,), "database", bytes=size)] if size is not None else [])
    inquiry.add_containers(
        [
            Container(
                (one.name, table.name),
                "table",
                table.hidden,
                _rows(table),
                fields=tuple(Field(column[:512]) for column in table.columns[:MAX_FIELDS]) if inquiry.describes else (),
            )
            for table in listed.tables
        ]
    )


def _rows(table: _Table) -> Figure | None:
    if table.count is None:
        return None
    if table.count_truncated or table.count == _COUNT_LIMIT + 1:
        return lower_bound(min(table.count, _COUNT_LIMIT), "count, which stops at a limit")
    return exact(table.count, "count")
