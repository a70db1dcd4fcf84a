"""Finder: detects which HTTP store is on an unknown port, with one ``GET /`` for all stores and a few more requests.

Most stores name themselves in the answer to ``GET /``. The others get their own identifying request over the same
connection if that answer does not rule them out, at most ``MAX_TRIES`` of them. A plain web API receives these requests
and nothing else. The report names the probe that continues; it makes no statement about access.
"""

from collections.abc import Sequence

from tieback.model.grant import Depth
from tieback.model.probe import ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, run_to_report
from tieback.probes.web import ROOT_CAP, Identification, WebStoreProbe
from tieback.probes.wire.http import HttpSession
from tieback.probes.wire.requests import get_request
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Recognised, Target

MAX_TRIES = 8
"""Maximum number of identifying requests after ``GET /``."""
ROOT = get_request("/", "which product answers; shared by all stores that speak HTTP", depth=Depth.IDENTIFY)
_NO_STORE = "an HTTP server that is not a known store"


def is_plain_http(report: ProbeReport) -> bool:
    """True if the finder met an HTTP server that is not a known store: another protocol is unlikely on that port."""
    return report.probe == "web" and any(problem.startswith(_NO_STORE) for problem in report.problems)


class WebFinder:
    """Identifies which of several HTTP stores answers. It is not a store itself."""

    def __init__(self, stores: Sequence[WebStoreProbe]) -> None:
        self._stores = tuple(stores)
        asks: dict[bytes, DeclaredSend] = {ROOT.send.pattern: ROOT.send}
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
            keeps_quiet=True,
        )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:  # noqa: ARG002 - it only identifies
        """Identify the store at ``target``; ``probe`` of the report names that store's probe."""
        found: list[str] = []
        report = yield from run_to_report(self.meta, target, lambda draft: self._talk(draft, target, found))
        return ProbeReport(
            target=report.target,
            outcome=report.outcome,
            product=report.product,
            version=report.version,
            probe=found[0] if found else self.meta.name,
            problems=report.problems,
        )

    def _talk(self, draft: ReportDraft, target: Target, found: list[str]) -> Conversation[None]:
        http = HttpSession(target)
        root = yield from http.first(ROOT.path, seconds=first_answer_timeout(self.meta, target), cap=ROOT_CAP)
        yield Recognised(store=False)
        for store in self._stores:
            if store.ask.path == ROOT.path and (known := store.identify(root)) is not None:
                return _say(draft, found, store, known)
        likely = [store for store in self._stores if store.ask.path != ROOT.path and store.is_likely(root)]
        # Stores with a specific test of the root page come before those that any page leaves possible.
        likely.sort(key=lambda store: type(store).is_likely is WebStoreProbe.is_likely)
        for store in likely[:MAX_TRIES]:
            answer = yield from http.get(store.ask.path, cap=ROOT_CAP)
            if (known := store.identify(answer)) is not None:
                return _say(draft, found, store, known)
        raise NotThisProtocol(f"{_NO_STORE} (status {root.status})")


def _say(draft: ReportDraft, found: list[str], store: WebStoreProbe, known: Identification) -> None:
    draft.spoke = True
    draft.product, draft.version = known.product, known.version[:40]
    found.append(store.meta.name)
