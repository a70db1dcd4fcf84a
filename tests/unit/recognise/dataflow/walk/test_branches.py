"""Programs with jumps: where paths part and meet."""

from tests.each import each
from tests.unit.recognise.dataflow.walk.programs import BASE, CALL, PATH, const, texts

TWICE = "https://api.shop.testhttps://api.shop.test"
OVER_A_CONSTANT = [0x0238, 4, *const(1, BASE), *CALL]  # if-eqz v2


@each(
    ("units", "made"),
    [
        # behind a return nothing is known
        ([*const(0, BASE), *const(1, PATH), 0x000E, *CALL], []),
        # if-eqz v2, over one constant: both paths agree on the rest
        ([*const(0, BASE), *const(1, PATH), 0x0238, 4, *const(3, PATH), *CALL], ["https://api.shop.test/v1/me"]),
        ([*const(0, BASE), *const(1, PATH), *OVER_A_CONSTANT], [TWICE, "https://api.shop.test/v1/me"]),
        # a known number decides: const/4 v2 with 0, then with 1
        ([*const(0, BASE), *const(1, PATH), 0x0212, *OVER_A_CONSTANT], ["https://api.shop.test/v1/me"]),
        ([*const(0, BASE), *const(1, PATH), 0x1212, *OVER_A_CONSTANT], [TWICE]),
        # goto over one constant; a goto backwards
        ([*const(0, BASE), *const(1, PATH), 0x0328, *const(1, BASE), *CALL], ["https://api.shop.test/v1/me"]),
        ([*const(0, BASE), *const(1, PATH), *CALL, 0xFD28], ["https://api.shop.test/v1/me"]),
    ],
)
def test_paths(units: list[int], made: list[str]) -> None:
    assert texts(units) == made
