"""The seam of the probes: what a probe declares, and how it reports."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Protocol, runtime_checkable

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import (
    Access,
    Container,
    Identity,
    Outcome,
    ProbeReport,
    Proof,
)
from tieback.probes.wire.opening import SAYS_NOTHING
from tieback.probes.wire.verdicts import Hostile, NotThisProtocol, TooLarge
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Target

FIRST_ANSWER_SECONDS = 1.0
"""How long a server on an odd port may take to show its protocol. Servers that speak at all answer in a round trip."""


_MAX_TRAITS = 16


class ProbeMeta(msgspec.Struct, frozen=True):
    """What a probe is, declared beside it."""

    name: str
    """The file's name, such as ``mongodb``."""
    products: tuple[str, ...]
    """Every product that it may report."""
    ports: tuple[int, ...]
    """Usual ports."""
    services: tuple[str, ...]
    """Services of endpoints that it answers for, such as ``mongodb``, ``postgresql``."""
    cpe: tuple[str, ...]
    """CPE 2.3 prefixes of the products."""
    cwe: str
    """The weakness of an open one."""
    sends: tuple[DeclaredSend, ...]
    """Every byte string that it may send."""
    references: tuple[str, ...]
    """Protocol documentation."""
    pivot: bool = True
    """Whether the usual ports are worth asking on the host of any API; not where half the Internet uses them."""
    web: bool = False
    """Whether it speaks HTTP and the finder knows it: then it is asked for by hint, by port, or when found."""
    http_too: bool = False
    """Whether its servers answer ``GET /`` on the same port, with words for whoever took the wrong protocol: then an
    HTTP server that is no store we know may still be one of them."""
    greets: bool = False
    """Whether its servers speak first: then one that left another probe's first bytes unanswered is none of them."""
    keeps_quiet: bool = False
    """Whether its servers leave another protocol's first bytes unanswered, where most would close: then it is tried
    first on a port that did."""


class Probe(Protocol):
    """One data store."""

    meta: ProbeMeta

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Ask ``target``, no deeper than ``depth``. Yields steps, does no I/O, never raises on a hostile answer."""
        ...


MAX_NOTE = 4096
"""Bytes of a ransom note that are read."""


@runtime_checkable
class NoteReader(Protocol):
    """A probe that can read a ransom note: one record, where the grant's ``ransom_note`` allows it.

    Its sends are declared with ``values``; the dialer lets one of them through, once, and only then.
    """

    meta: ProbeMeta

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:
        """The text of the first record of ``container``, at most ``MAX_NOTE`` bytes; empty where it cannot be read.

        Args:
            target: as for ``run``.
            container: one of the report's, or (``kind`` is ``key``) the path of its container and a key's name.
            account: the account that the report says let us in, or empty.
        """
        ...


MAX_SAMPLED = 12
"""Containers of one store of which records are read."""
SAMPLED_RECORDS = 50
"""Records of one container."""
SAMPLED_CHARACTERS = 256
"""Characters of one value; servers cut what is longer where they can."""
SAMPLED_COLUMNS = 40


class SampledColumn(msgspec.Struct, frozen=True):
    """Values of one field in a few records. Lives until it is classified: nothing writes it, and it does not print."""

    container: tuple[str, ...]
    """The container's path."""
    field: str
    """As in ``Container.fields``; for stores without fields a pattern of names."""
    values: tuple[str, ...]
    """One a record at most, in their order; a record that lacks the field has an empty one."""

    def __repr__(self) -> str:
        return f"SampledColumn({self.container}, {self.field!r}, {len(self.values)} values)"


type Samples = tuple[SampledColumn, ...]


@runtime_checkable
class Sampler(Protocol):
    """A probe that can read a few records, where the grant's depth is ``sample``.

    Its sends are declared with ``values`` and that depth; no transcript keeps their answers.
    """

    meta: ProbeMeta

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:
        """At most ``SAMPLED_RECORDS`` records of each container, as columns; whatever goes wrong, what was read so far.

        Args:
            target: as for ``run``.
            containers: at most ``MAX_SAMPLED`` of the report's.
            account: the account that the report says let us in, or empty.
        """
        ...


class Draft:
    """A report in the making. What stands in it is kept when the conversation breaks off."""

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
        self.traits: dict[str, str] = {}
        self.spoke = False
        """Whether the service has answered in its protocol; a fault after that keeps the outcome ``ok``."""

    def prove(self, asked: str, answer: str, supports: Access) -> None:
        """Note an answer that supports an access state; the text is cut at 200 characters."""
        self.proofs.append(Proof(asked, answer[:200], supports))

    def trait(self, key: str, value: object) -> None:
        """Note what the server says of itself; empty values say nothing."""
        if value not in ("", None) and len(self.traits) < _MAX_TRAITS:
            self.traits[key] = str(value)[:120]

    def vendor_id(self, label: str, value: str, store: str = "") -> None:
        """The product's own identifier makes the store the same one at another address.

        Args:
            label: the identifier's name in its product.
            value: the identifier.
            store: the probe whose keys these are, where a product answers by two protocols.
        """
        self.identity = Identity(f"{store or self.meta.name}:{label}:{value}", "vendor_id")

    def fingerprint(self, parts: Iterable[str]) -> None:
        """A digest of names and of identifiers the store gave them; where there are none, only the address is known."""
        ordered = sorted(set(parts))
        if ordered:
            digest = sha256("\0".join([self.product, *ordered]).encode("utf-8", "replace")).hexdigest()[:32]
            self.identity = Identity(f"{self.meta.name}:fingerprint:{digest}", "fingerprint")
        else:
            self.identity = Identity(f"{self.meta.name}:address:{self.target.label}", "address")

    def problem(self, what: str) -> None:
        """Note what could not be asked or read."""
        self.problems.append(what[:300])

    def report(self) -> ProbeReport:
        """The frozen report. ``open`` without two independent proofs becomes ``partial``."""
        access = self.access
        if access is Access.OPEN and len({p.asked for p in self.proofs if p.supports is Access.OPEN}) < 2:
            access = Access.PARTIAL
        return ProbeReport(
            target=self.target.label,
            outcome=self.outcome,
            access=access,
            proofs=tuple(self.proofs),
            product=self.product,
            version=self.version,
            identity=self.identity,
            containers=tuple(self.containers),
            probe=self.meta.name,
            account=self.account,
            problems=tuple(self.problems),
            traits=tuple(sorted(self.traits.items())),
        )


def reported(meta: ProbeMeta, target: Target, talk: Callable[[Draft], Conversation[None]]) -> Conversation[ProbeReport]:
    """Run ``talk`` on a fresh draft and turn every way it can end into a report.

    A fault before the service spoke its protocol is the outcome. After that the outcome stays ``ok`` and the fault is a
    problem line, so that nothing that was found is lost; a hostile answer is always the outcome.
    """
    draft = Draft(meta, target)
    try:
        yield from talk(draft)
    except NotThisProtocol as verdict:
        draft.outcome = Outcome.PROTOCOL_MISMATCH
        draft.problem(str(verdict))
    except TooLarge as verdict:
        draft.problem(f"more than we read: {verdict}")
    except Hostile as verdict:
        draft.outcome = Outcome.HOSTILE
        draft.problem(str(verdict))
    except Fault as fault:
        if not draft.spoke or fault.outcome is Outcome.HOSTILE:
            draft.outcome = fault.outcome
        draft.problem(f"{fault.outcome}: {fault.detail}")
    return draft.report()


def noted(talk: Conversation[bytes]) -> Conversation[bytes]:
    """Run a note's conversation; whatever goes wrong, there is no note."""
    try:
        text = yield from talk
    except (NotThisProtocol, TooLarge, Hostile, Fault):
        return b""
    return text[:MAX_NOTE]


def sampled(found: list[SampledColumn], talk: Conversation[None]) -> Conversation[Samples]:
    """Run the conversation that fills ``found``; what breaks it off takes nothing away."""
    with suppress(NotThisProtocol, TooLarge, Hostile, Fault):
        yield from talk
    return tuple(found)


def expected(meta: ProbeMeta, target: Target) -> bool:
    """Whether the port or a hint speaks for this store, so that a refusal that names no product is worth a report.

    That something speaks HTTP is no hint: half the Internet answers 401 or 403.
    """
    return target.port in meta.ports or (target.service in meta.services and target.service != "http")


def silent(report: ProbeReport) -> bool:
    """Whether the service said nothing at all, neither by itself nor to what the probe sent first."""
    return report.outcome is Outcome.PROTOCOL_MISMATCH and any(p.startswith(SAYS_NOTHING) for p in report.problems)


def patience(meta: ProbeMeta, target: Target) -> float | None:
    """Seconds to wait for a first answer: the idle limit where the port or a hint speaks for this store, else one."""
    expected = target.port in meta.ports or target.service in meta.services
    return None if expected else FIRST_ANSWER_SECONDS
