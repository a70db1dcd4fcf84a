"""The seam of the probes: what a probe declares, and how it reports."""

from collections.abc import Callable
from typing import Protocol

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
from tieback.scope.conversation import Conversation, DeclaredSend, Fault, Target


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


class Probe(Protocol):
    """One data store."""

    meta: ProbeMeta

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Ask ``target``, no deeper than ``depth``. Yields steps, does no I/O, never raises on a hostile answer."""
        ...


class NotThisProtocol(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """What answers is something else; ``detail`` says what was seen."""


class Hostile(Exception):  # noqa: N818 - a verdict of the conversation, not an error
    """The answer breaks a bound or a rule that honest servers keep."""


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
        self.spoke = False
        """Whether the service has answered in its protocol; a fault after that keeps the outcome ``ok``."""

    def prove(self, asked: str, answer: str, supports: Access) -> None:
        """Note an answer that supports an access state; the text is cut at 200 characters."""
        self.proofs.append(Proof(asked, answer[:200], supports))

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
    except Hostile as verdict:
        draft.outcome = Outcome.HOSTILE
        draft.problem(str(verdict))
    except Fault as fault:
        if not draft.spoke or fault.outcome is Outcome.HOSTILE:
            draft.outcome = fault.outcome
        draft.problem(f"{fault.outcome}: {fault.detail}")
    return draft.report()
