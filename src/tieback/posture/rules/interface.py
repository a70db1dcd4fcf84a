"""The seam of the rules: who asks, what a reader declares, and what a file of rules answers."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

import msgspec

from tieback.posture.rules.source import RulesText

MAX_PATHS = 20_000
"""Paths of one file that an audit names."""


class Stranger(StrEnum):
    """Who asks. Both came from the Internet today; nothing that is stored or named in a file is theirs."""

    ANONYMOUS = "anonymous"
    """Without any login."""
    ANY_USER = "any-user"
    """Signed in with an account that everybody can make."""


class Permit(msgspec.Struct, frozen=True):
    """Whether a kind of request passes, and what decides it."""

    allowed: bool
    certain: bool = True
    """False where something decides that the file does not hold: stored data (``allowed`` is true then, since unknown
    is never safe) or the product's release (``allowed`` is what the supported ones do)."""
    line: int = 0
    """The line that decides, from 1; 0 where no line does and the default of the product holds."""
    rule: str = ""
    """What stands there."""
    request: str = ""
    """A request that passes; empty where none does."""
    reason: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """What a stranger may do at one path."""

    read: Permit
    write: Permit

    @property
    def decisive(self) -> Permit:
        """The permit that a reader of one line wants: what is allowed before what is not, reading before writing."""
        if self.read.allowed or not self.write.allowed:
            return self.read if self.read.line or not self.write.line else self.write
        return self.write


class Policy(Protocol):
    """A file of rules that was read."""

    def paths(self) -> Iterable[str]:
        """The paths or resources that the file speaks of, in its order, each once, at most ``MAX_PATHS``."""
        ...

    def ask(self, who: Stranger, path: str) -> Verdict:
        """What this stranger may do there. A path that no rule covers gets the default of the product."""
        ...


class ReaderMeta(msgspec.Struct, frozen=True):
    """What a reader reads."""

    name: str
    """As ``--kind`` takes it."""
    title: str
    source: str
    """The documentation that its semantics follow."""


class Reader(Protocol):
    """Reads one grammar."""

    meta: ReaderMeta

    def recognises(self, text: RulesText) -> bool:
        """Whether it is a file of this grammar, by content; the name may help."""
        ...

    def read(self, text: RulesText) -> Policy:
        """Read the whole file.

        Raises:
            InputError: it has a mistake; ``where`` gives file, line and column, ``what`` what was expected.
        """
        ...


def allowed(line: int = 0, rule: str = "", request: str = "", *, reason: str = "", certain: bool = True) -> Permit:
    """A permit that passes."""
    return Permit(True, certain, line, shown(rule), request, reason)


def refused(reason: str, line: int = 0, rule: str = "", *, certain: bool = True) -> Permit:
    """A permit that does not pass."""
    return Permit(False, certain, line, shown(rule), "", reason)


def shown(text: str) -> str:
    """A rule's text on one line, at most 240 characters."""
    line = " ".join(text[:2000].split())
    return line if len(line) <= 240 else f"{line[:239]}…"
