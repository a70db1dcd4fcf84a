"""sqlite-web: names of the tables that its first page lists without a password. No row is read.

Sends, in this order: ``GET /`` (identify: the page names the product, and lists the tables); ``GET /<table>/``, the
structure of one table (enumerate: the second proof). The number of rows is only on pages that show rows, so that it
stays unknown. With a password, the server redirects to its login.

Anyone who reaches the pages can download the database and run SQL, which writes unless the server was started as
read-only. tieback requests neither. Verified against sqlite-web 0.8.2.
"""

import re
from html import unescape

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_LISTED, Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.challenge import login_demand
from tieback.probes.wire.http import Response
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the page names, and names of tables; changes nothing", depth=Depth.IDENTIFY)
_TABLE = get_request(
    "/{table}/",
    "structure of one table: the second proof; no row",
    names=rb"(?!(?:query|download|login|logout|static|create-table|upload)/)[A-Za-z_][A-Za-z0-9_]{0,99}",
    raw=True,
)
_VERSION = re.compile(rb">sqlite-web ([0-9.]{1,20})<")
_LINK = re.compile(rb'<a class="nav-link[^"<>]{0,40}" href="/([^"/<>]{1,400})/" title="([^"<>]{1,400})">')
_COLUMNS = re.compile(rb'id="columns"')
_COOKIE = "sqlite_web_session="


class SqliteWebProbe(WebStoreProbe):
    """Probe of sqlite-web: tables without a password."""

    meta = ProbeMeta(
        name="sqlite_web",
        products=("sqlite-web",),
        ports=(8080,),
        services=("sqlite-web",),
        cpe=(),
        cwe="CWE-306",
        sends=(_ROOT.send, _TABLE.send),
        references=("https://github.com/coleifer/sqlite-web",),
        pivot=False,
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by its title, or by the cookie of its redirect to the login."""
        if answer.status == 302 and _COOKIE in answer.headers.get("set-cookie", ""):
            return Identification("sqlite-web")
        if answer.status != 200 or not page_title(answer).startswith("SQLite Web"):
            return None
        found = _VERSION.search(answer.body)
        return Identification("sqlite-web", found[1].decode() if found is not None else "")

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """List the tables of the first page."""
        draft = inquiry.draft
        demand = login_demand(answer)
        if demand:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_ROOT.label, f"status {answer.status}: {demand}", Access.AUTH_REQUIRED)
            return
        if not inquiry.enumerates or answer.status != 200:
            return
        names = [unescape(title.decode("utf-8", "replace")) for _, title in _LINK.findall(answer.body)][:MAX_LISTED]
        names = list(dict.fromkeys(names))
        if answer.truncated:
            draft.leave_out("tables beyond the size limit of the page")
        if len(names) == MAX_LISTED:
            draft.leave_out(f"more tables than the limit; the first {MAX_LISTED} are listed")
        draft.prove(_ROOT.label, f"lists {count_text(len(names), 'table')} without a password", Access.OPEN)
        draft.fingerprint(names)
        inquiry.add_containers([Container((name,), "table") for name in names])
        draft.access = Access.SCHEMA_ONLY if names else Access.OPEN_EMPTY
        first = next((name for name in names if _TABLE.fill(name)), None)
        if first is None:
            return
        page = yield from inquiry.ask(_TABLE, first)
        if page is not None and page.status == 200 and _COLUMNS.search(page.body) and page.body != answer.body:
            # Its password protects all pages or none.
            draft.access = Access.OPEN
            draft.prove(_TABLE.label, "shows the structure of a table without a password", Access.OPEN)
            draft.problem("rows are not counted: only pages that show rows have their number")
        elif page is not None:
            draft.problem(f"{_TABLE.label}: status {page.status}, no structure of a table")
