"""Texts grow by parts and shrink to what two paths agree on."""

import pytest

from tieback.recognise.dataflow.values import (
    MAX_PARTS,
    MAX_TEXT,
    ArrayValue,
    Contents,
    EndpointParts,
    ObjectRef,
    TextValue,
    as_text,
    common_value,
)


def test_a_text_keeps_its_parts_and_the_place_of_the_first() -> None:
    made = TextValue("a", 3, ("a",)).plus(as_text(80)).plus(as_text(None)).plus(as_text(ObjectRef(1)))
    assert made == TextValue("a80{}{}", 3, ("a", "80"))
    assert as_text(None).plus(TextValue("b", 4, ("b",))).first == 4


def test_a_text_ends() -> None:
    text = TextValue("x" * 3000, 1, ("x",) * 60)
    assert len(text.plus(text).text) == MAX_TEXT
    assert len(text.plus(text).parts) == MAX_PARTS


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (TextValue("ab", 1, ("ab",)), TextValue("ab", 1, ("ab",)), TextValue("ab", 1, ("ab",))),
        (TextValue("abc", 1, ("ab", "c")), TextValue("abd", 1, ("ab", "d")), TextValue("ab{}", 1, ("ab",))),
        (TextValue("ab", 1, ("ab",)), TextValue("abc", 1, ("ab", "c")), TextValue("ab{}", 1, ("ab",))),
        (TextValue("x", 1, ("x",)), TextValue("y", 2, ("y",)), TextValue("{}", -1, ())),
        (
            EndpointParts({"host": "a", "port": 1}, 1),
            EndpointParts({"host": "a", "port": 2}, 1),
            EndpointParts({"host": "a"}, 1),
        ),
        (ArrayValue((1,)), ArrayValue((2,)), None),
        (TextValue("a"), ArrayValue(()), None),
    ],
)
def test_what_two_paths_agree_on(one: Contents, other: Contents, shared: Contents | None) -> None:
    assert common_value(one, other) == shared
