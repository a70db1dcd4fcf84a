"""Interface of the rules readers: the requester, the reader, and the answers of a rules file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from tieback.posture.rules.source import RulesText

MAX_PATHS = 20_000
"""Most paths of one file in an audit."""

EXPIRED = "expired: the condition on time allowed access before"
LIMITED = "the condition on time ends this access later"


class Requester(StrEnum):
    """An external requester. It is new on the Internet: no stored data and no name in a file belongs to it."""

    ANONYMOUS = "anonymous"
    """Without a login."""
    ANY_USER = "any-user"
    """Signed in with an account that anyone can create."""


class Permission(msgspec.Struct, frozen=True):
    """Whether a kind of request is allowed, and what decides it."""

    allowed: bool
    """True if the request is allowed."""
    certain: bool = True
    """False if something outside the file decides. For stored data ``allow`` is true, because unknown is never safe.
    For the release of the product ``allow`` is the behaviour of supported releases.
    """
    line: int = 0
    """The line that decides, from 1; 0 if no line does and the default of the product applies."""
    rule: str = ""
    """Text of the rule."""
    request: str = ""
    """A request that is allowed; empty if there is none."""
    reason: str = ""
    """Why it is allowed or denied."""
    own_only: bool = False
    """True if only the requester's own documents or rows are accessible: those that have its user ID."""
    file: str = ""
    """The file of the line, if the rules are in several files."""
    operations: tuple[str, ...] = ()
    """The operations that are allowed, such as ``get`` and ``list``, if the rules distinguish them."""


class PathPermissions(msgspec.Struct, frozen=True):
    """Access of a requester to one path."""

    read: Permission
    write: Permission

    @property
    def decisive(self) -> Permission:
        """The permit for a one-line summary: allowed before denied access, reading before writing."""
        if self.read.allowed or not self.write.allowed:
            return self.read if self.read.line or not self.write.line else self.write
        return self.write


class RulesPolicy(Protocol):
    """A rules file that was read."""

    def paths(self) -> Iterable[str]:
        """The paths or resources in the file, in its order, each once, at most ``MAX_PATHS``."""
        ...

    def ask(self, who: Requester, path: str) -> PathPermissions:
        """Access of this requester to the path. A path without a rule gets the default of the product."""
        ...


class RulesReaderMeta(msgspec.Struct, frozen=True):
    """Name and source of a reader."""

    name: str
    """Name for ``--kind``."""
    title: str
    source: str
    """The documentation of its semantics."""


class RulesReader(Protocol):
    """Reader of one grammar."""

    meta: RulesReaderMeta

    def recognises(self, text: RulesText) -> bool:
        """True if a file has this grammar, by content; the name can help."""
        ...

    def read(self, text: RulesText) -> RulesPolicy:
        """Parse the whole file.

        Raises:
            InputError: it has an error; ``where`` has file, line and column, ``what`` the expected element.
        """
        ...


@runtime_checkable
class ProjectRulesReader(RulesReader, Protocol):
    """Reader of a grammar whose rules are in several files of a project."""

    def read_project(self, texts: Sequence[RulesText]) -> RulesPolicy:
        """Parse all files as one state. Raises as ``read``."""
        ...


@runtime_checkable
class TimedRulesReader(RulesReader, Protocol):
    """Reader of a grammar with conditions on time."""

    def at(self, moment: datetime) -> RulesReader:
        """A reader for the access at that moment."""
        ...


def allow(
    line: int = 0, rule: str = "", request: str = "", *, reason: str = "", certain: bool = True, own_only: bool = False
) -> Permission:
    """A permit that allows access; ``own_only``: only to data that names the requester as the owner."""
    return Permission(True, certain, line, rule_excerpt(rule), request, reason, own_only=own_only)


def deny(reason: str, line: int = 0, rule: str = "", *, certain: bool = True) -> Permission:
    """A permit that denies access."""
    return Permission(False, certain, line, rule_excerpt(rule), "", reason)


def strongest(found: Mapping[str, Permission]) -> Permission:
    """The permission of the most open operation, with the names of all operations that are allowed."""
    allowed = tuple(name for name, one in found.items() if one.allowed)
    best = min(found.values(), key=lambda one: (not one.allowed, not one.certain, one.own_only, not one.line))
    return msgspec.structs.replace(best, operations=allowed)


def rule_excerpt(text: str) -> str:
    """Text of a rule on one line, at most 240 characters."""
    line = " ".join(text[:2000].split())
    return line if len(line) <= 240 else f"{line[:239]}…"
