"""Shared parts of the probes of HTTP stores: one identifying request, then requests whose answers are judged alike.

Health, version and ready answers leave the access unknown: they only show that a service is alive. A listing that is
returned without authentication is the first proof of ``open``; another declared request is the second.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import msgspec

from tieback.model.figure import Figure
from tieback.model.grant import Depth
from tieback.model.probe import NOT_RECORDS, Access, Container, Notice, Outcome, ProbeReport
from tieback.probes.interface import ProbeMeta, ReportDraft, first_answer_timeout, is_expected, run_to_report
from tieback.probes.wire.challenge import is_login
from tieback.probes.wire.http import HttpSession, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.opening import STREAM_ENDED
from tieback.probes.wire.requests import Request
from tieback.probes.wire.verdicts import NotThisProtocol
from tieback.scope.conversation import Conversation, Fault, Target

MAX_PROBED = 50
"""Maximum number of containers per store that are probed one by one; the others are listed by name."""
MAX_LISTED = 5000
"""Maximum number of containers that are listed."""
MAX_FIELDS = 2000
"""Maximum number of fields of one container that are kept."""
LISTING_CAP = 256 * 1024
"""Maximum number of bytes of an answer that are decoded, unless its shape allows more: empty objects cost fifty times
their length."""
ROOT_CAP = 64 * 1024
"""Maximum number of bytes of an identifying answer that are read."""
_REFUSALS = (401, 403)


class Identification(msgspec.Struct, frozen=True):
    """Product and version that an identifying answer shows."""

    product: str
    version: str = ""


class Inquiry:
    """Requests to one store after it was identified, and what their answers add to its draft."""

    def __init__(
        self, draft: ReportDraft, http: HttpSession, depth: Depth, names: tuple[str, ...] = (), key: str | None = None
    ) -> None:
        self.draft = draft
        self.names = names
        """Containers that the app names."""
        self.key = key
        """The app's public key, which requests with ``keyed`` fields send."""
        self._http = http
        self.enumerates = depth.allows(Depth.ENUMERATE)
        self.describes = depth.allows(Depth.DESCRIBE)
        self.listing_refused = 0
        """The status, if the store was identified and then refused the list of its containers."""
        self.refused = 0
        """Number of requests about a container that were answered with 401 or 403."""

    def each_named(self, noun: str, look: Callable[["Inquiry", str], Conversation[None]]) -> Conversation[None]:
        """Look at each container that the app names, of a store that lists none, and judge what was found.

        Args:
            noun: what the store calls its containers, as ``buckets``.
            look: requests one of them and adds it to the draft.
        """
        draft = self.draft
        if not self.names:
            draft.problem(f"{noun} can only be probed by name, and no name of one is known")
        for name in self.names if self.enumerates else ():
            yield from look(self, name)
        if draft.containers:
            draft.fingerprint(container.name for container in draft.containers)
            self.judge()
        elif self.refused:
            draft.access = Access.AUTH_REQUIRED

    def ask(self, request: Request, *names: str, cap: int = LISTING_CAP) -> Conversation[Response | None]:
        """Send a request; ``None`` if it contains a name that must not be sent."""
        path, body = request.fill(*names), request.encode(*names)
        if path is None or body is None:
            self.draft.problem(f"{request.label}: skipped, because a name in it is not safe to send: {_quoted(names)}")
            return None
        return (yield from request.on(self._http, path, cap, self.key, body))

    def read[T](self, request: Request, into: type[T], *names: str, cap: int = LISTING_CAP) -> Conversation[T | None]:
        """Request a part of the store; a refusal is counted, any other unreadable answer becomes a problem line."""
        answer = yield from self.ask(request, *names, cap=cap)
        return self.take(request, into, answer, *names) if answer is not None else None

    def take[T](self, request: Request, into: type[T], answer: Response, *names: str) -> T | None:
        """As ``read``, for an answer that was already received."""
        if answer.status in _REFUSALS:
            self.refused += 1
            return None
        return self._decoded(request, answer, into, names)

    def attempt[T](
        self, request: Request, into: type[T], *names: str, cap: int = LISTING_CAP
    ) -> Conversation[T | None]:
        """As ``read``, but a request that takes too long costs only itself.

        The connection is then closed, which also ends the work of servers that watch it.
        """
        try:
            return (yield from self.read(request, into, *names, cap=cap))
        except Fault as fault:
            if fault.outcome is not Outcome.TIMEOUT and fault.outcome not in STREAM_ENDED:
                raise
            self._http.drop()
            about = f" ({names[-1][:60]!r})" if names else ""
            self.draft.problem(f"{request.label}{about}: {fault.detail}")
            return None

    def catalogue[T](
        self, request: Request, into: type[T], *names: str, cap: int = LISTING_CAP
    ) -> Conversation[T | None]:
        """Request the list that shows whether access needs a login. ``None``: the draft's access has the reason."""
        answer = yield from self.ask(request, *names, cap=cap)
        if answer is None:
            return None
        if self.is_refused(request, answer):
            self.listing_refused = answer.status
            return None
        found = self._decoded(request, answer, into, names)
        if found is None:
            self.draft.access = Access.UNKNOWN
            if answer.status == 200 and answer.truncated and answer.body[:1] in (b"[", b"{"):
                self.draft.access = Access.PARTIAL
                self.draft.prove(request.label, "answers without authentication, beyond the size limit", Access.OPEN)
            return None
        self.draft.prove(request.label, "answers without authentication", Access.OPEN)
        return found

    def confirm[T](
        self, request: Request, into: type[T], *names: str, cap: int = LISTING_CAP
    ) -> Conversation[T | None]:
        """Request the second, independent proof."""
        answer = yield from self.ask(request, *names, cap=cap)
        if answer is None:
            return None
        if answer.status in _REFUSALS:
            self.refused += 1
            self.draft.problem(f"{request.label}: status {answer.status}, although the listing needs no login")
            return None
        found = self._decoded(request, answer, into, names)
        if found is not None:
            self.draft.prove(request.label, "answers without authentication", Access.OPEN)
        return found

    def drop(self) -> None:
        """Use a new connection for the next request."""
        self._http.drop()

    def is_refused(self, request: Request, answer: Response) -> bool:
        """True if the answer requires authentication; the draft is updated then."""
        if answer.status not in _REFUSALS:
            return False
        self.draft.access = Access.AUTH_REQUIRED
        self.draft.prove(request.label, f"status {answer.status}", Access.AUTH_REQUIRED)
        return True

    def limit[T](self, items: Sequence[T], what: str, *, counted: bool = False) -> Sequence[T]:
        """The first ``MAX_PROBED`` items, which are probed one by one.

        Args:
            items: all items.
            what: what they are, in the plural.
            counted: true if another answer has the figures of all items.
        """
        if len(items) > MAX_PROBED:
            report = self.draft.problem if counted else self.draft.leave_out
            report(f"{len(items)} {what}; only the first {MAX_PROBED} were probed one by one")
        return items[:MAX_PROBED]

    def add_containers(self, containers: Sequence[Container]) -> None:
        """Add containers to the draft, at most ``MAX_LISTED`` of them."""
        room = MAX_LISTED - len(self.draft.containers)
        if len(containers) > room:
            self.draft.leave_out(f"more containers than the limit; the first {MAX_LISTED} are kept")
        self.draft.containers.extend(containers[:room])

    def add_count(self, kind: str, figure: Figure) -> None:
        """Add how many things of a kind that is no record the server has, such as flows.

        Args:
            kind: a key of ``NOT_RECORDS``, such as ``flow``.
            figure: their number.
        """
        self.add_containers([Container((NOT_RECORDS[kind],), kind, records=figure)])

    def claimable(self, shows: str) -> None:
        """Record that any client can become the owner or the administrator, which is never tried.

        Args:
            shows: what in the server's answers shows it.
        """
        self.draft.trait(Notice.UNINITIALISED, shows)
        self.draft.untested.append("becoming the administrator, which the server offers to any client")

    def judge(self) -> None:
        """Set the access of the draft from the figures that were read without authentication."""
        user = [container for container in self.draft.containers if not container.system]
        held = [container.records for container in user if container.records is not None]
        if any(figure.value for figure in held):
            self.draft.access = Access.PARTIAL if self.refused else Access.OPEN
        elif self.refused or len(held) < len(user):
            self.draft.access = Access.SCHEMA_ONLY
        else:
            self.draft.access = Access.OPEN_EMPTY

    def judge_names(self, what: str, names: Sequence[str], *, list_refused: bool) -> None:
        """Set the access of a store that does not list its containers, after some were requested by their names.

        The others may still be readable, so that neither a refusal nor a missing container shows a closed store.

        Args:
            what: the kind of container in the plural, such as ``buckets``.
            names: the names that were requested.
            list_refused: whether the list of them was refused, so that not all are open.
        """
        judge_names(self.draft, what, names, refused=self.refused, list_refused=list_refused)

    def _decoded[T](self, request: Request, answer: Response, into: type[T], names: tuple[str, ...]) -> T | None:
        found = decode_json(answer.body, into) if answer.status in (200, 202) and not answer.truncated else None
        if found is None:
            about = f" ({names[-1][:60]!r})" if names else ""
            cut = ", larger than the limit" if answer.truncated else ""
            why = (
                f"status {answer.status}, unreadable answer{cut}"
                if answer.status
                else "the server closed the connection"
            )
            self.draft.problem(f"{request.label}{about}: {why}")
        return found


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"{name[:60]!r}" for name in names)


type NamedContainers = tuple[str, Sequence[str], Callable[[str], Conversation[None]]]
"""What the containers are in the plural, the names that may be requested, and the request of one name: it adds the
container to the draft, counts a refusal, and adds nothing if the container does not exist."""


def some_names(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are, for a proof."""
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return (", ".join(name[:30] for name in names[:4]) or "none") + more


def other_names(draft: ReportDraft, what: str, names: Sequence[str]) -> None:
    """Record that only some containers were requested: a store that lists none may have others.

    Args:
        draft: the report.
        what: the kind of container in the plural, such as ``classes``.
        names: the names that were requested.
    """
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    shown = f" other than {', '.join(name[:60] for name in names[:5])}{more}" if names else ""
    draft.untested.append(f"names of {what}{shown}")
    draft.hidden = f"{what} whose names are not known: the server does not list them to us"


def judge_names(draft: ReportDraft, what: str, names: Sequence[str], *, refused: int, list_refused: bool) -> None:
    """As ``Inquiry.judge_names``; ``refused`` is the number of names that were refused."""
    if not names:
        draft.access = Access.UNKNOWN
        draft.problem(f"{what} are not listed to us, and no name of one is known")
        other_names(draft, what, ())
        return
    other_names(draft, what, names)
    held = [container.records for container in draft.containers if not container.system]
    if any(figure is not None and figure.value for figure in held):
        draft.access = Access.PARTIAL if refused or list_refused else Access.OPEN
    elif any(figure is not None for figure in held):
        draft.access = Access.OPEN_EMPTY
    elif refused:
        draft.access = Access.AUTH_REQUIRED
    else:
        draft.access = Access.NOT_FOUND if not held else Access.UNKNOWN


class HttpProbe(ABC):
    """Probe of a server that speaks HTTP, which the finder can select."""

    meta: ProbeMeta
    ask: Request
    """The identifying request."""
    at_root: bool = False
    """True if the server may also answer at the root in the way in which it answers ``ask``."""
    rule_label: str = ""
    """The rule of a user that declares the probe, with its file; empty for a built-in probe."""
    generic: bool = False
    """True if the answer to ``GET /`` shows a kind of server and no product: the finder prefers every other store."""

    @abstractmethod
    def identify(self, answer: Response) -> Identification | None:
        """Product and version from the answer to ``ask``; ``None`` if it comes from another server."""

    def is_likely(self, root: Response) -> bool:  # noqa: ARG002 - most stores name themselves at the root
        """True if a page of the server, the root or where it redirects to, makes ``ask`` worth sending.

        A status alone is no reason against: proxies and front ends answer the root in their own way.
        """
        return True

    @abstractmethod
    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""


class WebStoreProbe(HttpProbe):
    """Probe of a store that speaks HTTP. A subclass defines how to recognise the store, and what to request from it."""

    keys: tuple[str, ...] = ()
    """Kinds of public keys that its requests may send, the best first."""
    closed_when_refused: bool = True
    """True if a refused identifying request means that the whole store requires authentication. False if each container
    has its own rules."""
    unnamed_refusals: bool = True
    """True if a usual port or a hint is enough to report a refusal that names no product."""

    def about(self, target: Target) -> tuple[str, ...] | None:  # noqa: ARG002 - most stores have a host of their own
        """Names for the placeholders of the identifying request; ``None`` if the target names none."""
        return ()

    @abstractmethod
    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Read what the depth allows about the store's content; ``answer`` is the identifying one, not a refusal."""

    def by_name(self, inquiry: Inquiry) -> NamedContainers | None:  # noqa: ARG002 - most stores are open or closed as a whole
        """How containers are requested that the app names, if the store or its list was refused.

        ``None`` if no container can be open while the list is refused.
        """
        return None

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        http = HttpSession(target)
        about = self.about(target)
        path = self.ask.fill(*about) if about else self.ask.path
        if about is None or path is None:
            raise NotThisProtocol("no resource to probe on this shared host is known")
        answer = yield from self.ask.first(http, path, seconds=first_answer_timeout(self.meta, target), cap=ROOT_CAP)
        known = self.identify(answer)
        # A 403 without a product is no login: a filter of addresses, a check of host names or a proxy gives it too. But
        # what the app names there can be open.
        expected = self.unnamed_refusals and is_expected(self.meta, target)
        unclear = known is None and not (expected and is_login(answer))
        if unclear and not (expected and answer.status in _REFUSALS and target.names):
            raise NotThisProtocol(f"another HTTP server (status {answer.status})")
        draft.spoke = True
        draft.fingerprint(())
        if known is None:
            draft.problem(f"refuses without naming its product; only the port or a hint points to {self.meta.name}")
        else:
            draft.product, draft.version = known.product, known.version[:40]
        inquiry = Inquiry(draft, http, depth, target.names[:MAX_PROBED], target.key(*self.keys))
        if (known is not None and not self.closed_when_refused) or not inquiry.is_refused(self.ask, answer):
            yield from self.inquire(inquiry, answer)
        if draft.access is Access.AUTH_REQUIRED and inquiry.enumerates and not draft.untested:
            yield from self._named(inquiry, whole=not inquiry.listing_refused)
        if unclear and draft.access in (Access.AUTH_REQUIRED, Access.UNKNOWN):
            draft.spoke, draft.access = False, Access.UNKNOWN
            for told in (draft.proofs, draft.problems, draft.untested, draft.containers, draft.unlisted):
                told.clear()
            raise NotThisProtocol(f"another HTTP server (status {answer.status})")

    def _named(self, inquiry: Inquiry, *, whole: bool) -> Conversation[None]:
        """Request the containers that the app names, after the store or its list was refused."""
        asking = self.by_name(inquiry)
        if asking is None:
            return
        what, names, ask = asking
        tested: list[str] = []
        try:
            for name in names:
                yield from ask(name)
                tested.append(name)
        finally:
            # If the server ends the conversation here, the other names are still untested.
            if inquiry.draft.containers or not whole:
                inquiry.judge_names(what, tested, list_refused=True)
