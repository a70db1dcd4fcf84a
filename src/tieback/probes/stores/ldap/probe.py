"""LDAP directories: product, naming contexts, units and the number of their entries.

Sends an anonymous bind without name and password, and a search for the root entry (identify: the entry is public by
design, so it proves nothing). For each naming context: its base entry with only its identifier, and one level below it
without attributes; then the same below the organisational units that were found (enumerate). Names of attributes of
three entries of each with ``typesOnly``, so that no value is returned (describe). Then unbind. StartTLS if the server
requires it. No user is ever bound. At depth ``sample``: named attributes of at most 50 entries of each level, never a
password; no value is read below that depth.

Names of entries are data: units (``ou``, ``o``, ``dc`` and well-known containers) are kept, every other name is counted
and dropped. Counts are of one level, exact unless the size limit cut them. The entry of a naming context and those
directly below it, units included, are one container, and the entries below each unit another. Contexts that a product
has for itself (configuration, schema, monitoring) are not searched.

Identity: ``entryUUID`` (RFC 4530) of the first naming context, which replicas share, else a fingerprint of contexts and
units. Verified against OpenLDAP 2.6.10 and ApacheDS 2.0.0; other products from documentation only.
"""

import re
from collections.abc import Sequence
from contextlib import suppress

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, Outcome, ProbeReport
from tieback.probes.interface import (
    SAMPLED_RECORDS,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_sample,
    run_to_report,
)
from tieback.probes.sampling import document_columns
from tieback.probes.stores.ldap import messages
from tieback.probes.stores.ldap.messages import LdapEntry, LdapResult, LdapSearch
from tieback.probes.wire.columns import MAX_PARTS
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.opening import first_answer, plain_then_tls, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Send, SendCost, StartTls, Target

MAX_CONTEXTS = 8
MAX_UNITS = 30
"""Maximum number of units whose entries are counted, over all contexts."""
LIMIT = 500
"""Maximum number of entries of one level that are counted."""
_MAX_MESSAGES = LIMIT + 200
_ROOT = LdapSearch(
    4,
    messages.BASE,
    1,
    (
        *("objectClass", "namingContexts", "vendorName", "vendorVersion", "supportedLDAPVersion"),
        *("rootDomainNamingContext", "forestFunctionality"),
    ),
)
_BASE = LdapSearch(5, messages.BASE, 1, ("entryUUID",))
_LEVEL = LdapSearch(6, messages.ONE_LEVEL, LIMIT, (messages.NO_ATTRIBUTES,))
_TYPES = LdapSearch(7, messages.ONE_LEVEL, 3, ("*",), types_only=True)
_PERSONAL = (
    *("cn", "sn", "givenName", "displayName", "name", "initials", "gecos", "uid", "sAMAccountName"),
    *("userPrincipalName", "mail", "mailAlternateAddress", "proxyAddresses", "telephoneNumber", "mobile", "homePhone"),
    *("pager", "facsimileTelephoneNumber", "street", "streetAddress", "postalAddress", "homePostalAddress", "l", "st"),
    *("postalCode", "c", "co", "title", "department", "company", "o", "ou", "employeeNumber", "employeeID"),
    *("employeeType", "manager", "info", "homeDirectory", "labeledURI"),
)
"""Attributes of people whose values are read (RFC 2798, RFC 4519, RFC 2307, Active Directory schema). No password, key,
certificate or picture: their class follows from their names."""
_SAMPLE = LdapSearch(8, messages.ONE_LEVEL, SAMPLED_RECORDS, _PERSONAL)
_BIND, _ROOT_NAME, _BASE_NAME, _LEVEL_NAME = "anonymous bind", "root entry", "base entry", "one level, no attributes"

_DN = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_RDN = re.compile(r"((?:\\.|[^,\\])+)(?:,|$)")
_UNITS = frozenset(("ou", "o", "dc", "c"))
_WELL_KNOWN = frozenset(
    ("users", "computers", "builtin", "system", "groups", "people", "accounts", "hosts", "services", "config")
)
"""Containers named by ``cn`` that products create themselves; any other ``cn`` may be a person."""
_SYSTEM = re.compile(
    r"cn=(?:config|schema|monitor|configuration|changelog|accesslog)(?:,.*)?|ou=(?:system|schema|config)", re.IGNORECASE
)
"""Naming contexts of the product itself. ApacheDS has its own below ``ou``, at the top."""
_DIRECT = "(entries)"
"""Name of the container of the entries of a naming context that are in no unit."""
_BIND_FIRST = re.compile(r"bind must be completed|authentication required|anonymous", re.IGNORECASE)
_VENDORS = (
    ("389 project", "389-ds"),
    ("samba", "samba-ad"),
    ("apache", "apacheds"),
    ("forgerock", "opendj"),
    ("open identity", "opendj"),
    ("ping identity", "pingdirectory"),
    ("oracle", "oracle-directory"),
)

_BUSY = 1
"""``operationsError`` (RFC 4511, 4.1.9)."""
_LENGTH = b"(?:[\0-\x7f]|\x82..)"


def _about(search: LdapSearch) -> bytes:
    """Pattern of a search about any name that the server sent."""
    number = re.escape(bytes((search.number,)))
    head = b"0" + _LENGTH + b"\x02\x01" + number + b"c" + _LENGTH + b"\x04" + _LENGTH
    return head + b"[^\0-\x1f\x7f]{1,800}" + re.escape(search.tail + messages.MANAGE_DSA_IT)


SENDS = (
    DeclaredSend(
        _BIND,
        re.escape(messages.ANONYMOUS_BIND),
        "whether an anonymous bind is accepted; no name, no password",
        Depth.IDENTIFY,
    ),
    DeclaredSend(
        "StartTLS", re.escape(messages.START_TLS), "switches to TLS if the server requires it", Depth.IDENTIFY
    ),
    DeclaredSend(
        _ROOT_NAME,
        re.escape(_ROOT.message(b"")),
        "product, version, naming contexts; public by design, so not a proof of access",
        Depth.IDENTIFY,
    ),
    DeclaredSend("unbind", re.escape(messages.UNBIND), "ends our own connection", Depth.IDENTIFY),
    DeclaredSend(_BASE_NAME, _about(_BASE), "identifier of a naming context", Depth.ENUMERATE),
    DeclaredSend(
        _LEVEL_NAME,
        _about(_LEVEL),
        f"names of at most {LIMIT} entries of one level: units are kept, others only counted; no attributes",
        Depth.ENUMERATE,
    ),
    DeclaredSend(
        "one level, names of attributes",
        _about(_TYPES),
        "names of the attributes of three entries, without values",
        Depth.DESCRIBE,
    ),
    DeclaredSend(
        "one level, attributes by name",
        _about(_SAMPLE),
        f"{len(_PERSONAL)} attributes of {SAMPLED_RECORDS} entries, no password: classified for personal data in "
        "memory, nothing is kept",
        Depth.SAMPLE,
        values=True,
        cost=SendCost.BOUNDED,
    ),
)


class LdapProbe:
    """Probe of LDAP directories: what is visible without a login."""

    meta = ProbeMeta(
        name="ldap",
        products=(
            *("openldap", "active-directory", "389-ds", "samba-ad", "apacheds", "opendj", "pingdirectory"),
            *("oracle-directory", "ldap"),
        ),
        ports=(389, 636, 3268, 3269),
        services=("ldap", "ldaps"),
        cpe=("cpe:2.3:a:openldap:openldap",),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://www.rfc-editor.org/rfc/rfc4511",
            "https://www.rfc-editor.org/rfc/rfc4512#section-5.1",
            "https://www.rfc-editor.org/rfc/rfc4513#section-5.1.1",
        ),
        keeps_quiet=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - none
        """Read named attributes of the first entries of each level."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(containers, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        secure = [False]

        def attempt(tls: bool) -> Conversation[bytes]:
            secure[0] = tls
            return (yield from first_answer(tls, messages.ANONYMOUS_BIND, 1, first_answer_timeout(self.meta, target)))

        first = yield from plain_then_tls(target.tls, attempt)
        session = _Session(secure[0])
        bound = yield from session.bind(first)
        draft.spoke = True
        draft.product = "ldap"
        draft.fingerprint(())
        root, result = yield from session.search(_ROOT, "")
        if messages.CONFIDENTIALITY_REQUIRED in (bound.code, result.code):
            session = yield from _start_tls(session)
            bound = yield from session.bind()
            root, result = yield from session.search(_ROOT, "")
        if bound.code in messages.LOGIN_REQUIRED_CODES:
            draft.access = Access.AUTH_REQUIRED
            draft.prove(_BIND, f"result {bound.code} {bound.text}", Access.AUTH_REQUIRED)
        contexts = _contexts(draft, root, result)
        if depth.allows(Depth.ENUMERATE) and contexts:
            yield from _Walk(draft, session, depth).go(contexts)
        if session.connection.is_open:
            yield Send(messages.UNBIND)


class _Session:
    """Searches over one connection, which is opened again if the server closed it in answer to a search."""

    def __init__(self, tls: bool, start_tls: bool = False) -> None:
        self.inbox = Inbox()
        self._tls = tls
        self._start_tls = start_tls
        self.connection = ResumableConnection(self._again)

    def _again(self) -> Conversation[None]:
        yield Connect(self._tls)
        self.inbox = Inbox()
        if self._start_tls:
            yield from _request_tls(self.inbox)
            self.inbox = Inbox()
        yield Send(messages.ANONYMOUS_BIND)
        yield from self.bind()

    def bind(self, first: bytes = b"") -> Conversation[LdapResult]:
        """Send an anonymous bind and read its result.

        Raises:
            NotThisProtocol: the first answer is something else.
        """
        answer = yield from messages.message(self.inbox, 1, first)
        if answer.kind != messages.BIND_RESPONSE:
            raise (NotThisProtocol if first else HostileAnswer)(f"an LDAP answer {answer.kind:#x} to a bind")
        return messages.result(answer.content)

    def search(self, search: LdapSearch, base: str) -> Conversation[tuple[list[LdapEntry], LdapResult]]:
        """Matching entries, at most the search's limit, and the result; an error if the server closes instead.

        Raises:
            Hostile: more entries than requested, or another kind of answer.
        """
        return (yield from self.connection.run(self._search(search, base), _closed))

    def _search(self, search: LdapSearch, base: str) -> Conversation[tuple[list[LdapEntry], LdapResult]]:
        yield Send(search.message(base.encode()))
        entries: list[LdapEntry] = []
        for _ in range(_MAX_MESSAGES):
            one = yield from messages.message(self.inbox, search.number)
            if one.kind == messages.DONE:
                return entries, messages.result(one.content)
            if one.kind == messages.ENTRY and len(entries) < search.limit:
                entries.append(messages.entry(one.content))
            elif one.kind != messages.REFERENCE:
                raise HostileAnswer("an LDAP answer of another kind, or more entries than requested")
        raise HostileAnswer("an LDAP answer that does not end")


def _sample(containers: Sequence[Container], found: list[SampledColumn]) -> Conversation[None]:
    # With StartTLS, the port speaks both.
    secure = [False]

    def attempt(tls: bool) -> Conversation[bytes]:
        secure[0] = tls
        return (yield from first_answer(tls, messages.ANONYMOUS_BIND, 1, None))

    first = yield from plain_then_tls(None, attempt)
    session = _Session(secure[0])
    bound = yield from session.bind(first)
    if bound.code == messages.CONFIDENTIALITY_REQUIRED:
        session = yield from _start_tls(session)
        yield from session.bind()
    for container in containers:
        base = ",".join(reversed(container.path))
        if len(container.path) <= 2 and _DN.fullmatch(base) and base.isprintable():
            entries, _ = yield from session.search(_SAMPLE, base)
            found += document_columns(container.path, map(_texts, entries))
    if session.connection.is_open:
        yield Send(messages.UNBIND)


def _texts(entry: LdapEntry) -> dict[str, list[str]]:
    """Values of an entry that are texts."""
    found: dict[str, list[str]] = {}
    for name, values in entry.attributes.items():
        with suppress(UnicodeDecodeError):
            found[name] = [value.decode() for value in values[:MAX_PARTS]]
    return found


def _closed(why: str) -> tuple[list[LdapEntry], LdapResult]:
    return [], LdapResult(messages.UNAVAILABLE, why)


def _start_tls(session: _Session) -> Conversation[_Session]:
    """Session inside TLS on the same connection, before a bind.

    Raises:
        Fault: the server refuses, or the handshake fails.
    """
    yield from _request_tls(session.inbox)
    yield Send(messages.ANONYMOUS_BIND)
    return _Session(tls=False, start_tls=True)


def _request_tls(inbox: Inbox) -> Conversation[None]:
    yield Send(messages.START_TLS)
    started = messages.result((yield from messages.message(inbox, 2)).content)
    if started.code == _BUSY:
        # OpenLDAP may answer a search before it counts it as done (RFC 4511, 4.14.2: operations are outstanding).
        yield Send(messages.START_TLS)
        started = messages.result((yield from messages.message(inbox, 2)).content)
    if started.code:
        raise Fault(Outcome.TLS_ERROR, f"StartTLS: result {started.code} {started.text}")
    yield StartTls()


def _contexts(draft: ReportDraft, entries: list[LdapEntry], result: LdapResult) -> list[str]:
    """Add the content of the root entry to the draft; returns the naming contexts that can be searched."""
    if not entries:
        draft.problem(f"{_ROOT_NAME}: result {result.code} {result.text}")
        return []
    told = entries[0].attributes
    vendor = _text(told, "vendorname").lower()
    product = next((name for mark, name in _VENDORS if mark in vendor), "")
    if any(value.lower() == b"openldaprootdse" for value in told.get("objectclass", ())):
        product = "openldap"
    elif not product and "forestfunctionality" in told:
        product = "active-directory"
    draft.product = product or "ldap"
    version = re.search(r"[0-9]+(?:\.[0-9]+)+[0-9A-Za-z.-]{0,20}", _text(told, "vendorversion"))
    draft.version = version[0][:40] if version else ""
    contexts = [value.decode("utf-8", "replace") for value in told.get("namingcontexts", ())]
    if len(contexts) > MAX_CONTEXTS:
        draft.leave_out(f"{count_text(len(contexts), 'naming context')}; only the first {MAX_CONTEXTS} were searched")
    draft.fingerprint(contexts)
    return contexts[:MAX_CONTEXTS]


def _text(attributes: dict[str, tuple[bytes, ...]], name: str) -> str:
    values = attributes.get(name, ())
    return printable(values[0], 120) if values else ""


class _Walk:
    """Searches through the naming contexts, and the containers made from their answers."""

    def __init__(self, draft: ReportDraft, session: _Session, depth: Depth) -> None:
        self._draft = draft
        self._session = session
        self._describes = depth.allows(Depth.DESCRIBE)
        self._seen = 0
        self._refused = 0
        self._units = 0
        self._direct: set[str] = set()
        """Contexts with entries of their own besides units."""

    def go(self, contexts: list[str]) -> Conversation[None]:
        draft = self._draft
        for context in contexts:
            if _SYSTEM.fullmatch(context):
                draft.containers.append(Container((context[:200],), "naming context", system=True))
            elif not _DN.fullmatch(context):
                draft.problem(f"skipped a name that is not safe to send: {context[:60]!r}")
            else:
                yield from self._context(context)
        if draft.identity is None or draft.identity.kind != "vendor_id":
            draft.fingerprint(
                "\0".join(one.path[:1] if one.kind == "entries" else one.path)
                for one in draft.containers
                if one.kind != "entries" or one.path[0] in self._direct
            )
        # The entries of a context and of its units alone show no more than names.
        user = [one for one in draft.containers if not one.system]
        data = [one for one in user if one.kind != "entries" or one.path[0] in self._direct]
        if any(one.records is not None and one.records.value for one in data):
            draft.access = Access.PARTIAL if self._refused else Access.OPEN
        elif self._seen:
            draft.access = Access.SCHEMA_ONLY
        elif self._refused:
            draft.access = Access.AUTH_REQUIRED
        elif draft.access is Access.UNKNOWN:
            draft.problem("no entry is visible without a login: the directory may be empty, or its entries hidden")

    def _context(self, context: str) -> Conversation[None]:
        draft = self._draft
        entries, result = yield from self._session.search(_BASE, context)
        if self._turned_away(_BASE_NAME, result):
            return
        if entries:
            self._seen += 1
            draft.prove(_BASE_NAME, "returns a naming context's entry", Access.OPEN)
            unique = _text(entries[0].attributes, "entryuuid").lower()
            known = draft.identity is not None and draft.identity.kind == "vendor_id"
            if not known and re.fullmatch(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", unique):
                draft.vendor_id("entryUUID", unique)
        children, result = yield from self._session.search(_LEVEL, context)
        if self._turned_away(_LEVEL_NAME, result) or not children:
            return
        self._seen += 1
        draft.prove(
            _LEVEL_NAME, f"returns {count_text(len(children), 'entry', 'entries')} below a naming context", Access.OPEN
        )
        units = [child.name for child in children if _is_unit(child.name)]
        others = len(children) - len(units)
        fields: tuple[Field, ...] = ()
        if others:
            self._direct.add(context)
            fields = (yield from self._fields(context)) if self._describes else ()
        direct = _counted(len(entries) + len(children), result)
        draft.containers.append(Container((context, _DIRECT), "entries", False, direct, None, fields))
        for name in units:
            yield from self._unit(context, name)

    def _unit(self, context: str, name: str) -> Conversation[None]:
        draft = self._draft
        path = (context, _first_rdn(name)[:200])
        self._units += 1
        if self._units > MAX_UNITS or not _DN.fullmatch(name):
            if self._units == MAX_UNITS + 1:
                draft.leave_out(f"entries of the first {MAX_UNITS} units were counted; the others are only listed")
            draft.containers.append(Container(path, "unit"))
            return
        entries, result = yield from self._session.search(_LEVEL, name)
        if self._turned_away(_LEVEL_NAME, result):
            draft.containers.append(Container(path, "unit"))
            return
        fields = (yield from self._fields(name)) if self._describes and entries else ()
        counted = _counted(len(entries), result)
        if any(_is_unit(entry.name) for entry in entries):
            counted = lower_bound(counted.value, "entries of one level, which has units of its own")
        draft.containers.append(Container(path, "unit", False, counted, None, fields))

    def _fields(self, base: str) -> Conversation[tuple[Field, ...]]:
        entries, _ = yield from self._session.search(_TYPES, base)
        return tuple(Field(name) for name in sorted({key for one in entries for key in one.attributes})[:500])

    def _turned_away(self, asked: str, result: LdapResult) -> bool:
        """True if a search was refused because it is anonymous; the draft is updated then."""
        if result.code in messages.LOGIN_REQUIRED_CODES or (
            result.code == messages.OPERATIONS_ERROR and _BIND_FIRST.search(result.text)
        ):
            self._refused += 1
            if not any(proof.supports is Access.OPEN for proof in self._draft.proofs):
                self._draft.prove(asked, f"result {result.code} {result.text}", Access.AUTH_REQUIRED)
            return True
        if result.code not in (messages.SUCCESS, messages.SIZE_LIMIT, messages.TIME_LIMIT, messages.ADMIN_LIMIT):
            self._draft.problem(f"{asked}: result {result.code} {result.text}")
        return False


def _counted(number: int, result: LdapResult) -> Figure:
    method = "entries of one level"
    return (
        exact(number, method) if result.code == messages.SUCCESS else lower_bound(number, f"{method}, cut by a limit")
    )


def _first_rdn(name: str) -> str:
    found = _RDN.match(name)
    return found[1] if found else name


def _is_unit(name: str) -> bool:
    kind, _, value = _first_rdn(name).partition("=")
    kind = kind.strip().lower()
    return kind in _UNITS or (kind == "cn" and value.strip().lower() in _WELL_KNOWN)
