"""The four roles of a workspace's pages and REST API, each including the ones below it."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """What a user or a token may do; not text, so that `<` cannot compare names by the alphabet."""

    VIEWER = "viewer"
    """Totals only: the overview and the health of the server."""
    ANALYST = "analyst"
    """Read everything; work on cases, letters and suppressions."""
    OPERATOR = "operator"
    """Also start runs under existing grants, uploads and imports."""
    ADMIN = "admin"
    """Also users, the tokens of others and the audit log."""

    def permits(self, required: Role) -> bool:
        """Say if this role includes `required`."""
        return _RANK[self] >= _RANK[required]


_RANK = {role: rank for rank, role in enumerate(Role)}


def role_named(name: str) -> Role | None:
    """The role with this name, such as ``analyst``; None for any other text."""
    return next((role for role in Role if role.value == name), None)


def lower_of(first: Role, second: Role) -> Role:
    """The role that permits less: a token never does more than its owner."""
    return first if second.permits(first) else second


def highest(roles: list[Role]) -> Role | None:
    """The role that permits most, or None if there is none."""
    return max(roles, key=_RANK.__getitem__, default=None)
