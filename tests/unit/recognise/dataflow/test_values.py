"""Texts grow by parts and shrink to what two paths agree on."""

import pytest

from tieback.recognise.dataflow.values import MAX_PARTS, MAX_TEXT, Array, Contents, Facts, Ref, Text, as_text, common


def test_a_text_keeps_its_parts_and_the_place_of_the_first() -> None:
    made = Text("a", 3, ("a",)).plus(as_text(80)).plus(as_text(None)).plus(as_text(Ref(1)))
    assert made == Text("a80{}{}", 3, ("a", "80"))
    assert as_text(None).plus(Text("b", 4, ("b",))).first == 4


def test_a_text_ends() -> None:
    text = Text("x" * 3000, 1, ("x",) * 60)
    assert len(text.plus(text).text) == MAX_TEXT
    assert len(text.plus(text).parts) == MAX_PARTS


@pytest.mark.parametrize(
    ("one", "other", "shared"),
    [
        (Text("ab", 1, ("ab",)), Text("ab", 1, ("ab",)), Text("ab", 1, ("ab",))),
        (Text("abc", 1, ("ab", "c")), Text("abd", 1, ("ab", "d")), Text("ab{}", 1, ("ab",))),
        (Text("ab", 1, ("ab",)), Text("abc", 1, ("ab", "c")), Text("ab{}", 1, ("ab",))),
        (Text("x", 1, ("x",)), Text("y", 2, ("y",)), Text("{}", -1, ())),
        (Facts({"host": "a", "port": 1}, 1), Facts({"host": "a", "port": 2}, 1), Facts({"host": "a"}, 1)),
        (Array((1,)), Array((2,)), None),
        (Text("a"), Array(()), None),
    ],
)
def test_what_two_paths_agree_on(one: Contents, other: Contents, shared: Contents | None) -> None:
    assert common(one, other) == shared
