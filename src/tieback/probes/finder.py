"""Finder: detects which HTTP store is on an unknown port, with one ``GET /`` for all stores and a few more requests.

Most stores name themselves in the answer to ``GET /``. The others get their own identifying request over the same
connection if that answer does not rule them out, at most ``MAX_TRIES`` of them. If ``/`` redirects to another page of
the same origin, that page is read too, once. A plain web API receives these requests and nothing else. A directory
listing counts only if no store is recognised: WebDAV, for instance, is often behind one.

The report names the probe that continues; it then makes no statement about access. If no store is recognised and ``/``
demands a login, that is the result: the access is ``auth_required``, and the product stays unknown.
"""

import re
from collections.abc import Iterator, Sequence

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.model.refused_words import refused_word
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.web import ROOT_CAP, HttpProbe, Identification
from tieback.probes.wire.challenge import login_demand, redirect_path
from tieback.probes.wire.http import HttpSession, Response, declared_get
from tieback.probes.wire.opening import STREAM_ENDED
from tieback.probes.wire.requests import get_request
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Recognised, Target

MAX_TRIES = 8
"""Maximum number of identifying requests after ``GET /``."""
MAX_DECLARED_TRIES = 2
"""Maximum number of further ones, for probes that users declare and that the page names."""
ROOT = get_request("/", "which product answers; shared by all stores that speak HTTP", depth=Depth.IDENTIFY)
_PAGE_PATH = rb"(?:/(?!\.)[A-Za-z0-9_.~-]{1,64}){1,4}/?"
_FIRST_PAGES = frozenset({
    "auth", "authenticate", "authorize", "install", "login", "oauth", "register", "session", "signin", "signup", "sso",
    "start",
})  # fmt: skip
"""Words of pages to which a root leads every visitor: they show how to log in, or how to set the server up."""


def _is_page(path: str) -> bool:
    """True if a page to which the root leads is requested: no word in its path may start an action."""
    return re.fullmatch(_PAGE_PATH, path.encode()) is not None and not refused_word(path, but=_FIRST_PAGES)


_PAGE = msgspec.structs.replace(
    declared_get(
        "GET <page to which / redirects>",
        _PAGE_PATH,
        "which product answers; the server's own first page, without a query, and without a word that may act",
    ),
    permits=_is_page,
)
type _Asked = tuple[str, str]
"""Verb and path of a request."""
_NO_STORE = "an HTTP server that is not a known store"


def is_plain_http(report: ProbeReport) -> bool:
    """True if the finder met an HTTP server that is not a known store: another protocol is unlikely on that port."""
    return report.probe == "web" and any(problem.startswith(_NO_STORE) for problem in report.problems)


class WebFinder:
    """Identifies which of several HTTP stores answers. It is not a store itself."""

    def __init__(self, stores: Sequence[HttpProbe]) -> None:
        self._stores = tuple(stores)
        asks: dict[bytes, DeclaredSend] = {ROOT.send.pattern: ROOT.send, _PAGE.pattern: _PAGE}
        for store in stores:
            asks.setdefault(store.ask.send.pattern, store.ask.send)
        self.meta = ProbeMeta(
            name="web",
            products=(),
            ports=(80, 443, 8000, 8080, 8443),
            services=("http",),
            cpe=(),
            cwe="CWE-306",
            sends=tuple(asks.values()),
            references=("https://www.rfc-editor.org/rfc/rfc9110",),
            pivot=False,
            may_keep_quiet=True,
        )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the store at ``target``; ``probe`` of the report names that store's probe."""
        found: list[str] = []
        report = yield from run_to_report(self.meta, target, lambda draft: self._talk(draft, target, found))
        return ProbeReport(
            target=report.target,
            outcome=report.outcome,
            access=report.access,
            proofs=report.proofs,
            product=report.product,
            version=report.version,
            probe=found[0] if found else self.meta.name,
            problems=report.problems,
        )

    def _talk(self, draft: ReportDraft, target: Target, found: list[str]) -> Conversation[None]:
        http = HttpSession(target)
        root = yield from http.first(ROOT.path, seconds=first_answer_timeout(self.meta, target), cap=ROOT_CAP)
        yield Recognised(store=False)
        for store, known in self._named(root, generic=False):
            return _say(draft, found, store, known)
        answers: dict[_Asked, Response] = {("GET", ROOT.path): root}
        likely = yield from self._ask_likely(http, root, answers)
        path = redirect_path(root, target.place, tls=http.encrypted)
        path = path.removeprefix(target.path) if path.startswith(f"{target.path}/") else ""
        if likely is None and ("GET", path) not in answers and _is_page(path):
            page = yield from _answer(http.get(path, cap=ROOT_CAP))
            likely = (yield from self._ask_likely(http, page, answers)) if page is not None else None
        if likely is not None:
            return _say(draft, found, *likely)
        for store, known in self._named(root, generic=True):
            return _say(draft, found, store, known)
        # A login demand of one path says nothing about a server that shows another page at its root.
        for (verb, path), answer in answers.items() if root.status not in (200, 204) else ():
            demand = login_demand(answer)
            if demand:
                draft.spoke = True
                draft.access = Access.AUTH_REQUIRED
                draft.prove(f"{verb} {path}", f"status {answer.status}: {demand}", Access.AUTH_REQUIRED)
                draft.problem("a login is required before the product is visible")
                return None
        raise NotThisProtocol(f"{_NO_STORE} (status {root.status})")

    def _named(self, root: Response, *, generic: bool) -> Iterator[tuple[HttpProbe, Identification]]:
        """The stores that the root shows by itself."""
        for store in self._stores:
            asked = store.at_root or store.ask.send.pattern == ROOT.send.pattern
            if asked and store.generic is generic:
                known = store.identify(root)
                if known is not None:
                    yield store, known

    def _ask_likely(
        self, http: HttpSession, page: Response, answers: dict[_Asked, Response]
    ) -> Conversation[tuple[HttpProbe, Identification] | None]:
        """Send the identifying requests of the stores that a page makes likely; adds what came back to ``answers``."""
        for store in self._stores:
            asked = (store.ask.verb, store.ask.path)
            of_rules = sum((one.ask.verb, one.ask.path) in answers for one in self._stores if one.rule_label)
            full = of_rules >= MAX_DECLARED_TRIES if store.rule_label else len(answers) - of_rules > MAX_TRIES
            if asked in answers or full or not store.is_likely(page):
                continue
            answer = yield from _answer(store.ask.on(http, store.ask.path, ROOT_CAP))
            if answer is None:
                continue
            answers[asked] = answer
            if (known := store.identify(answer)) is not None:
                return store, known
        return None


def _answer(asking: Conversation[Response]) -> Conversation[Response | None]:
    """The answer; ``None`` if the server ended the connection instead: the answer to ``GET /`` remains."""
    try:
        return (yield from asking)
    except Fault as fault:
        if fault.outcome in (*STREAM_ENDED, Outcome.NOT_RECORDED):
            return None
        raise


def _say(draft: ReportDraft, found: list[str], store: HttpProbe, known: Identification) -> None:
    draft.spoke = True
    draft.product, draft.version = known.product, known.version[:40]
    found.append(store.meta.name)
