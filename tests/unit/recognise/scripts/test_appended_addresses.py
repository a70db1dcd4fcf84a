"""Whole addresses that code appends to another one."""

from tests.each import each
from tieback.recognise.scripts.appended_addresses import without_base

A, B = "https://a.test/", "https://b.test/x"


@each(
    ("text", "parts", "result"),
    [
        (A + B, (A, B), B),
        (A + A + "y", (A, A, "y"), A + "y"),
        (f"GET {A}{B}, done", ("GET ", A, B, ", done"), f"GET {B}, done"),
        # One constant, a parameter, and two addresses in a text.
        (A + B, (A + B,), A + B),
        (f"{A}?url={B}", (f"{A}?url=", B), f"{A}?url={B}"),
        (f"{A} {B}", (A, " ", B), f"{A} {B}"),
        (A + "x", (A, "x"), A + "x"),
    ],
)
def test_the_appended_address_is_one_of_its_own(text: str, parts: tuple[str, ...], result: str) -> None:
    assert without_base(text, parts) == result
