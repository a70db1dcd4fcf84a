"""Roles: which role includes which."""

from __future__ import annotations

import pytest

from tieback.pipeline.accounts.roles import Role, highest, lower_of

_ORDER = (Role.VIEWER, Role.ANALYST, Role.OPERATOR, Role.ADMIN)


@pytest.mark.parametrize("held", _ORDER)
@pytest.mark.parametrize("required", _ORDER)
def test_a_role_permits_itself_and_the_roles_below(held: Role, required: Role) -> None:
    assert held.permits(required) == (_ORDER.index(held) >= _ORDER.index(required))


def test_the_table_names_every_role() -> None:
    assert tuple(Role) == _ORDER


@pytest.mark.parametrize("first", _ORDER)
@pytest.mark.parametrize("second", _ORDER)
def test_a_ceiling_is_the_lower_role(first: Role, second: Role) -> None:
    assert lower_of(first, second) == _ORDER[min(_ORDER.index(first), _ORDER.index(second))]


def test_the_highest_of_several_roles() -> None:
    assert highest([Role.VIEWER, Role.OPERATOR, Role.ANALYST]) is Role.OPERATOR
    assert highest([]) is None
