"""Programs with jumps: where paths part and meet."""

from tests.each import each
from tests.unit.recognise.dataflow.walk.programs import BASE, CALL, PATH, const, texts

TWICE = "https://api.shop.testhttps://api.shop.test"
OVER_A_CONSTANT = [0x0238, 4, *const(1, BASE), *CALL]  # if-eqz v2
CHOSEN = [0x0538, 5, 0x1212, *const(1, BASE)]  # if-eqz v5, over v2 = 1 and another v1
BOTH = "https://api.shop.test/v1/me"


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


@each(
    ("units", "made"),
    [
        # if-eqz v2, over another v0: what was chosen with v2 belongs to it; in the other order too
        ([0x0212, *CHOSEN, 0x0238, 4, *const(0, PATH), *CALL], {BOTH}),
        ([0x0212, *CHOSEN, 0x0239, 4, *const(0, PATH), *CALL], {TWICE}),
        # if-eq with a register that holds 1
        ([0x1312, 0x0212, *CHOSEN, 0x3232, 4, *const(0, PATH), *CALL], {TWICE}),
        # v2 is not known on one path, or is the same on both
        ([0x6201, *CHOSEN, 0x0238, 4, *const(0, PATH), *CALL], {BOTH, TWICE}),
        ([0x0538, 4, *const(1, BASE), 0x0738, 4, *const(0, PATH), *CALL], {BOTH, TWICE}),
        # what is behind a loop can be of a later turn: if-eqz v7 backwards
        ([0x0212, *CHOSEN, 0x0000, 0x0738, 0xFFFF, 0x0238, 4, *const(0, PATH), *CALL], {BOTH, TWICE}),
    ],
)
def test_a_choice_that_decides_a_comparison(units: list[int], made: set[str]) -> None:
    found = {one for one in texts([*const(0, BASE), *const(1, PATH), *units]) if one.startswith(("https:", "[Alt"))}
    assert found == made
