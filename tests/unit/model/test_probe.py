"""Access states: empty and unknown are never open; names are joined paths."""

import pytest

from tests.each import each
from tieback.model.probe import NOT_RECORDS, Access, Container, is_undecided

EXPOSED = {Access.OPEN, Access.ANY_USER, Access.PARTIAL}


@each("access", list(Access))
def test_access_states_that_count_as_exposed(access: Access) -> None:
    assert access.exposed is (access in EXPOSED)


def test_container_name() -> None:
    assert Container(("hr", "employees"), "collection").name == "hr.employees"


@each("kind", sorted(NOT_RECORDS))
def test_no_total_counts_what_is_not_a_record(kind: str) -> None:
    assert not Container(("a",), kind).counts_records


@pytest.mark.parametrize(
    ("access", "untested", "expected"),
    [
        (Access.AUTH_REQUIRED, (), False),
        (Access.AUTH_REQUIRED, ("the account root without a password: the grant does not name it",), True),
        (Access.UNKNOWN, (), True),
        (Access.OPEN, ("names other than a",), False),
    ],
)
def test_a_refusal_is_undecided_if_another_way_in_without_credentials_is_left(
    access: Access, untested: tuple[str, ...], expected: bool
) -> None:
    assert is_undecided(access, untested) is expected
