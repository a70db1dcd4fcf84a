"""Access states: empty and unknown are never open; names are joined paths."""

import pytest

from tieback.model.probe import Access, Container

EXPOSED = {Access.OPEN, Access.ANY_USER, Access.PARTIAL}


@pytest.mark.parametrize("access", list(Access))
def test_access_states_that_count_as_exposed(access: Access) -> None:
    assert access.exposed is (access in EXPOSED)


def test_container_name() -> None:
    assert Container(("hr", "employees"), "collection").name == "hr.employees"
