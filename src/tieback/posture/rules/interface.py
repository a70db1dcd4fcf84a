"""Interface of the rules: identities, reader properties, and the access that a rules file grants."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

import msgspec

from tieback.posture.rules.source import RulesText

MAX_PATHS = 20_000
"""Limit on the paths of one file in an audit."""


class Stranger(StrEnum):
    """Identity of a requester. Both are new on the Internet; no stored data and no entry of a file belongs to them."""

    ANONYMOUS = "anonymous"
    """Without a login."""
    ANY_USER = "any-user"
    """Signed in with an account that anyone can create."""


class Permit(msgspec.Struct, frozen=True):
    """Whether an operation is allowed, and the reason."""

    allowed: bool
    certain: bool = True
    """False if the result depends on data outside the file. Stored data: ``allowed`` is True, because unknown is never
    safe. Product version: ``allowed`` is the result for supported versions."""
    line: int = 0
    """The line that decides, from 1; 0 if the product default decides."""
    rule: str = ""
    """Text of that line."""
    request: str = ""
    """A request that is allowed; empty if there is none."""
    reason: str = ""


class Verdict(msgspec.Struct, frozen=True):
    """Access of an identity to one path."""

    read: Permit
    write: Permit

    @property
    def decisive(self) -> Permit:
        """The permit to show on one line: allowed before denied, read before write."""
        if self.read.allowed or not self.write.allowed:
            return self.read if self.read.line or not self.write.line else self.write
        return self.write


class Policy(Protocol):
    """A parsed rules file."""

    def paths(self) -> Iterable[str]:
        """Yield the paths or resources in the file, in file order, each once, at most ``MAX_PATHS``."""
        ...

    def ask(self, who: Stranger, path: str) -> Verdict:
        """Return the access of this identity to a path. A path without a rule gets the product default."""
        ...


class ReaderMeta(msgspec.Struct, frozen=True):
    """Properties of a reader."""

    name: str
    """Value of ``--kind``."""
    title: str
    source: str
    """Documentation of the semantics."""


class Reader(Protocol):
    """Reads one file format."""

    meta: ReaderMeta

    def recognises(self, text: RulesText) -> bool:
        """True if the file has this format, by content; the name may help."""
        ...

    def read(self, text: RulesText) -> Policy:
        """Parse the whole file.

        Raises:
            InputError: the file is invalid; ``where`` contains file, line and column, ``what`` the expected text.
        """
        ...


def allowed(line: int = 0, rule: str = "", request: str = "", *, reason: str = "", certain: bool = True) -> Permit:
    """Create a permit that allows."""
    return Permit(True, certain, line, shown(rule), request, reason)


def refused(reason: str, line: int = 0, rule: str = "", *, certain: bool = True) -> Permit:
    """Create a permit that denies."""
    return Permit(False, certain, line, shown(rule), "", reason)


def shown(text: str) -> str:
    """Return the text of a rule on one line, at most 240 characters."""
    line = " ".join(text[:2000].split())
    return line if len(line) <= 240 else f"{line[:239]}…"
