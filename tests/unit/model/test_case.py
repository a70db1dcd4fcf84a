"""A case is over when it is closed, and only then."""

from tests.each import each
from tests.unit.cases.samples import case
from tieback.model.case import Case, CaseState
from tieback.model.document import decode, encode


@each("state", CaseState)
def test_only_a_closed_case_is_over(state: CaseState) -> None:
    assert case(state=state).active is (state is not CaseState.CLOSED)


def test_a_case_is_read_back_as_it_was() -> None:
    assert decode(encode("case", case()), "case", Case) == case()
