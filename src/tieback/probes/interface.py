"""Interface of the probes: what a probe declares, and how it reports."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Protocol, runtime_checkable

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Quality
from tieback.model.grant import Depth
from tieback.model.probe import (
    Ability,
    Access,
    Container,
    Entry,
    Identity,
    Notice,
    Outcome,
    Privileges,
    ProbeReport,
    Proof,
)
from tieback.probes.plausible import check_figures
from tieback.probes.verified import VerifiedVersion, verified_versions
from tieback.probes.wire.opening import LATE_PEER, SILENT_PEER
from tieback.probes.wire.placeholders import is_distinctive
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Recognised, Target

FIRST_ANSWER_SECONDS = 1.0
"""Seconds that a server on a non-standard port has to show its protocol. Most servers do so within one round trip. A
slower one is not excluded: it has no verdict."""


_MAX_TRAITS = 16
_NO_ANSWER_TO_NAMED = "an account that the grant names, without a password: there was no answer to the end"


class ProbeMeta(msgspec.Struct, frozen=True):
    """Description of a probe, declared in the probe's module."""

    name: str
    """Name of the module, such as ``mongodb``."""
    products: tuple[str, ...]
    """Products that the probe may report."""
    ports: tuple[int, ...]
    """Usual ports."""
    services: tuple[str, ...]
    """Services of endpoints that the probe covers, such as ``mongodb``, ``postgresql``."""
    cpe: tuple[str, ...]
    """CPE 2.3 prefixes of the products."""
    cwe: str
    """CWE id of the weakness of an open store."""
    sends: tuple[DeclaredSend, ...]
    """All byte strings that the probe may send."""
    references: tuple[str, ...]
    """URLs of the protocol documentation."""
    pivot: bool = True
    """True if the usual ports are worth probing on the host of any API. False for ports that are in general use."""
    web: bool = False
    """True if the store speaks HTTP and the finder knows it. It then runs by hint, by port, or after the finder."""
    http_too: bool = False
    """True if the servers answer ``GET /`` on the same port with an error text for the wrong protocol. An unknown HTTP
    server may then still be this store."""
    greets: bool = False
    """True if the servers send first. A server that left another probe's first bytes unanswered is then not one of
    them."""
    keeps_quiet: bool = False
    """True if the servers leave the first bytes of another protocol unanswered, while most would close. The probe is
    then tried first on a port that stayed silent."""
    may_keep_quiet: bool = False
    """True if some servers do so. The probe is then tried after those whose servers all do."""
    hides: str = ""
    """What the servers leave out of their lists and counts, without an error, for a client that may not see it. A store
    that shows nothing is then not known to be empty, unless the draft ``sees_all``. Empty if they refuse instead."""

    @property
    def verified(self) -> tuple[VerifiedVersion, ...]:
        """Products and versions that a recorded conversation with the real server confirms."""
        return verified_versions().get(self.name, ())


class Probe(Protocol):
    """Probe of one data store."""

    meta: ProbeMeta

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``. Yields steps, does no I/O, never raises on a hostile answer."""
        ...


MAX_NOTE = 4096
"""Maximum number of bytes of a ransom note that are read."""


@runtime_checkable
class NoteReader(Protocol):
    """Probe that can read a ransom note: one record, if ``ransom_note`` of the grant allows it.

    Its sends are declared with ``values``. Only then does the dialer send one of them, and only once.
    """

    meta: ProbeMeta

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:
        """Text of the first record of ``container``, at most ``MAX_NOTE`` bytes; empty if it cannot be read.

        Args:
            target: as for ``run``.
            container: a container of the report. If its ``kind`` is ``key``: the path of its container, then the key's
                name.
            account: the account that could log in according to the report, or empty.
        """
        ...


MAX_SAMPLED = 12
"""Maximum number of containers per store from which records are read."""
SAMPLED_RECORDS = 50
"""Maximum number of records read from one container."""
SAMPLED_CHARACTERS = 256
"""Maximum number of characters of one value. If the protocol allows it, the server cuts longer values."""
SAMPLED_COLUMNS = 40


class SampledColumn(msgspec.Struct, frozen=True):
    """Values of one field in a few records. They exist until they are classified; they are never written or printed."""

    container: tuple[str, ...]
    """Path of the container."""
    field: str
    """Name of the field as in ``Container.fields``; a pattern of key names for stores without fields."""
    values: tuple[str, ...]
    """At most one value per record, in the order of the records; empty for a record without the field."""

    def __repr__(self) -> str:
        return f"SampledColumn({self.container}, {self.field!r}, {count_text(len(self.values), 'value')})"


type Samples = tuple[SampledColumn, ...]


@runtime_checkable
class Sampler(Protocol):
    """Probe that can read a few records, if the depth of the grant is ``sample``.

    Its sends are declared with ``values`` and that depth; no transcript keeps their answers.
    """

    meta: ProbeMeta

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:
        """At most ``SAMPLED_RECORDS`` records of each container, as columns. After a failure: the records read so far.

        Args:
            target: as for ``run``.
            containers: at most ``MAX_SAMPLED`` of the report's containers.
            account: the account that could log in according to the report, or empty.
        """
        ...


class ReportDraft:
    """Report under construction. Its content is kept if the conversation ends early."""

    def __init__(self, meta: ProbeMeta, target: Target) -> None:
        self.meta = meta
        self.target = target
        self.outcome = Outcome.OK
        self.access = Access.UNKNOWN
        self.product = ""
        self.version = ""
        self.identity: Identity | None = None
        self.containers: list[Container] = []
        self.proofs: list[Proof] = []
        self.problems: list[str] = []
        self.account = ""
        self.entry = Entry.NONE
        """If a probe does not set it, it follows from the access and the account."""
        self.privileges = Privileges.NONE
        """If a probe does not set it, it is ``unknown`` for every entry."""
        self.untested: list[str] = []
        self.abilities: list[Ability] = []
        """What the vendor documents that every client can do which gets in as the proofs show. They count only with
        two independent proofs of access; a server without content is then ``open`` too."""
        self.sees_all = False
        """True if an answer shows that nothing is hidden from this client (``ProbeMeta.hides``)."""
        self.hidden = ""
        """What the store may have besides the containers that it shows, if it lists none."""
        self.unlisted: list[str] = []
        """What of the content the containers may lack. An empty store is then not known to be empty."""
        self.traits: dict[str, str] = {}
        self.spoke = False
        """True if the service has answered in its protocol. A later fault keeps the outcome ``ok``."""

    def prove(self, asked: str, answer: str, supports: Access) -> None:
        """Add an answer that supports an access state; the text is cut at 200 characters."""
        self.proofs.append(Proof(asked, answer[:200], supports))

    def trait(self, key: str, value: object) -> None:
        """Add a property that the server states about itself; empty values are dropped."""
        if value not in ("", None) and len(self.traits) < _MAX_TRAITS:
            self.traits[key] = str(value)[:120]

    def notice(self, which: Notice, statement: str) -> None:
        """Set a statement of the server that is a finding of its own; an empty one is dropped."""
        self.traits.pop(which.value, None)
        self.trait(which.value, statement)

    def vendor_id(self, label: str, value: str, store: str = "") -> None:
        """Set the product's own identifier as the identity: it is the same at every address of the store.

        A value that many stores have, such as one printed in a manual, is no identity.

        Args:
            label: the identifier's name in its product.
            value: the identifier.
            store: the probe whose keys are used, if a product has two protocols.
        """
        if is_distinctive(label, value):
            self.identity = Identity(f"{store or self.meta.name}:{label}:{value}", "vendor_id")

    def fingerprint(self, parts: Iterable[str]) -> None:
        """Set a digest of names and of the store's own identifiers as the identity; without any, use the address."""
        ordered = sorted(set(parts))
        if ordered:
            digest = sha256("\0".join([self.product, *ordered]).encode("utf-8", "replace")).hexdigest()[:32]
            self.identity = Identity(f"{self.meta.name}:fingerprint:{digest}", "fingerprint")
        else:
            self.identity = Identity(f"{self.meta.name}:address:{self.target.label}", "address")

    def problem(self, what: str) -> None:
        """Add a line about something that could not be probed or read."""
        self.problems.append(what[:300])

    def leave_out(self, what: str) -> None:
        """Record content that the containers may lack: beyond a limit, or not visible to this client.

        The figures of the store are then of a part, and nothing shows that the store is empty.
        """
        if what[:300] not in self.unlisted:
            self.unlisted.append(what[:300])
            self.problem(what)

    def end_early(self, why: str) -> None:
        """Record why the conversation ended before its end: the containers so far may not be all."""
        if self.containers:
            self.leave_out(why)
        else:
            self.problem(why)

    def sees_everything(self, hidden: str) -> None:
        """Take back that ``hidden`` was left out: an answer shows that nothing is hidden from this client."""
        self.sees_all = True
        self.unlisted = [one for one in self.unlisted if one != hidden]
        self.problems = [one for one in self.problems if one != hidden]

    def adopt(self, other: "ReportDraft") -> None:
        """Replace the findings by those of an account that sees at least as much; the proofs remain."""
        proofs, traits = self.proofs, self.traits
        identity = self.identity if other.identity is None else other.identity
        self.__dict__.update(other.__dict__)
        self.identity = identity
        self.proofs = [*other.proofs, *proofs]
        self.traits = traits | other.traits

    def default_accounts(self, *accounts: str) -> None:
        """Name the product's accounts that have no password by default, unless the grant names them.

        Only a synthetic user was refused then: the store may be open to these accounts, so it is not closed.
        """
        for account in accounts:
            if account not in self.target.passwordless:
                self.untested.append(f"the account {account} without a password: the grant does not name it")

    def named_accounts(self, most: int, is_valid: Callable[[str], bool]) -> Sequence[str]:
        """The accounts that the grant names and that are tried; the others become untested.

        Args:
            most: maximum number of accounts.
            is_valid: true for a name that is safe to send.
        """
        chosen: list[str] = []
        for account in self.target.passwordless:
            if not is_valid(account):
                self.problem(f"skipped an account name that is not safe to send: {account[:40]!r}")
                self.untested.append("an account of the grant whose name is not safe to send")
            elif len(chosen) < most:
                chosen.append(account)
            else:
                self.untested.append(f"the account {account[:60]} without a password: only {most} are tried")
        return chosen

    def report(self) -> ProbeReport:
        """The immutable report. ``open`` without two independent proofs becomes ``partial``.

        A server that holds no records, but that anybody can use, is ``open``. Without a list of everything, a store
        that shows no record is not ``open_empty``.
        """
        access = self.access
        hidden = self.hidden or ("" if self.sees_all else self.meta.hides)
        if access is Access.OPEN_EMPTY and hidden:
            self.leave_out(hidden)
        if access is Access.OPEN_EMPTY and not self.unlisted and any(_is_part(one) for one in self.containers):
            self.leave_out("a part of the content was not counted")
        if access is Access.OPEN_EMPTY and self.unlisted:
            access = Access.SCHEMA_ONLY
        proved = len({p.asked for p in self.proofs if p.supports is Access.OPEN}) > 1
        if access is Access.OPEN and not proved:
            access = Access.PARTIAL
        entry = self.entry or _entry(access, self.account)
        if entry is Entry.ANONYMOUS and any(proof.supports is Access.ANY_USER for proof in self.proofs):
            # The store was named empty or unreadable later; a synthetic user was let in all the same.
            entry = Entry.ANY_USER
        abilities = tuple(one for one in Ability if one in self.abilities) if proved and entry else ()
        if abilities and access in (Access.OPEN_EMPTY, Access.SCHEMA_ONLY):
            access = Access.OPEN
        containers, problems = check_figures(self.containers)
        return ProbeReport(
            target=self.target.label,
            outcome=self.outcome,
            access=access,
            proofs=tuple(self.proofs),
            product=self.product,
            version=self.version,
            identity=self.identity,
            containers=containers,
            probe=self.meta.name,
            account=self.account,
            problems=(*self.problems, *problems),
            traits=tuple(sorted(self.traits.items())),
            entry=entry,
            privileges=(self.privileges or Privileges.UNKNOWN) if entry else Privileges.NONE,
            untested=tuple(dict.fromkeys(self.untested)),
            abilities=abilities,
            unlisted=tuple(self.unlisted),
        )


def _is_part(container: Container) -> bool:
    """True if the records of a container are a lower bound: that none was counted does not show that none is there."""
    records = container.records
    return container.counts_records and records is not None and records.quality is Quality.LOWER_BOUND


def _entry(access: Access, account: str) -> Entry:
    """How a client got in, as far as the access state says it."""
    if access is Access.ANY_USER:
        return Entry.ANY_USER
    if not access.exposed and access not in (Access.OPEN_EMPTY, Access.SCHEMA_ONLY):
        return Entry.NONE
    return Entry.NAMED_ACCOUNT if account else Entry.ANONYMOUS


def run_to_report(
    meta: ProbeMeta, target: Target, talk: Callable[[ReportDraft], Conversation[None]]
) -> Conversation[ProbeReport]:
    """Run ``talk`` with a new draft and turn every way in which it can end into a report.

    A fault before the service has answered in its protocol becomes the outcome. After that the outcome stays ``ok`` and
    the fault becomes a problem line, so that nothing found is lost. A hostile answer is always the outcome.
    """
    draft = ReportDraft(meta, target)
    try:
        yield from _announced(draft, talk(draft))
    except NotThisProtocol as verdict:
        draft.outcome = Outcome.PROTOCOL_MISMATCH
        draft.problem(str(verdict))
    except TooLargeAnswer as verdict:
        draft.end_early(f"larger than the limit: {verdict}")
    except HostileAnswer as verdict:
        draft.outcome = Outcome.HOSTILE
        draft.end_early(str(verdict))
    except Fault as fault:
        if not draft.spoke or fault.outcome is Outcome.HOSTILE:
            draft.outcome = fault.outcome
        draft.end_early(f"{fault.outcome}: {fault.detail}")
    return draft.report()


def _announced(draft: ReportDraft, talk: Conversation[None]) -> Conversation[None]:
    """Pass on every step; report once that the service has answered in its protocol."""
    announced = False
    try:
        step = next(talk)
        while True:
            if draft.spoke and not announced:
                announced = True
                yield Recognised()
            try:
                answer = yield step
            except Fault as fault:
                step = talk.throw(fault)
            else:
                step = talk.send(answer)
    except StopIteration:
        return
    finally:
        talk.close()


def run_note(talk: Conversation[bytes]) -> Conversation[bytes]:
    """Run a note's conversation; after any failure the result is empty."""
    try:
        text = yield from talk
    except (NotThisProtocol, TooLargeAnswer, HostileAnswer, Fault):
        return b""
    return text[:MAX_NOTE]


def run_sample(found: list[SampledColumn], talk: Conversation[None]) -> Conversation[Samples]:
    """Run the conversation that fills ``found``; after a failure the samples so far remain."""
    with suppress(NotThisProtocol, TooLargeAnswer, HostileAnswer, Fault):
        yield from talk
    return tuple(found)


def try_named_accounts(draft: ReportDraft, talk: Callable[[ReportDraft], Conversation[bool]]) -> Conversation[None]:
    """Probe a store again as an account that the grant names, after a synthetic user got in.

    The account may see what the synthetic user does not. What ``talk`` finds then replaces the findings so far.

    Args:
        draft: findings of the synthetic user.
        talk: the conversation as a named account, with a new draft; it returns false if no account gets in.
    """
    if not draft.target.passwordless or draft.privileges is Privileges.ADMIN:
        # No other account could do more.
        return
    named = ReportDraft(draft.meta, draft.target)
    named.spoke, named.product, named.version = True, draft.product, draft.version
    draft.untested.append(_NO_ANSWER_TO_NAMED)
    try:
        inside = yield from talk(named)
    except (NotThisProtocol, TooLargeAnswer, HostileAnswer, Fault):
        if named.account:
            draft.adopt(named)
        raise
    if inside:
        draft.adopt(named)
    else:
        draft.untested = [one for one in (*draft.untested, *named.untested) if one != _NO_ANSWER_TO_NAMED]
        draft.problems += named.problems


def is_expected(meta: ProbeMeta, target: Target) -> bool:
    """True if the port or a hint points to this store: a refusal that names no product is then worth a report.

    Speaking HTTP is not a hint: too many unrelated servers answer 401 or 403.
    """
    return target.port in meta.ports or (target.service in meta.services and target.service != "http")


def was_silent(report: ProbeReport) -> bool:
    """True if the service sent no byte, neither on its own nor in answer to what the probe sent first."""
    return report.outcome is Outcome.PROTOCOL_MISMATCH and any(p.startswith(SILENT_PEER) for p in report.problems)


def was_unanswered(report: ProbeReport) -> bool:
    """True if the probe did not wait long enough to exclude its protocol: silence, or an answer without an end."""
    return was_silent(report) or (
        report.outcome is Outcome.PROTOCOL_MISMATCH and any(LATE_PEER in problem for problem in report.problems)
    )


def first_answer_timeout(meta: ProbeMeta, target: Target) -> float | None:
    """Seconds to wait for a first answer; ``None`` (the idle limit) if the port or a hint points to this store."""
    expected = target.port in meta.ports or target.service in meta.services
    return None if expected else FIRST_ANSWER_SECONDS
