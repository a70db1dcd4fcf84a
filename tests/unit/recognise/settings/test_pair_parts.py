"""The object, section or block of a key, in whatever form a text has them."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.settings.pair_parts import MAX_DEPTH, TextParts, is_same_part, outer_key


def parts(text: str) -> str:
    """One letter per ``K`` in a text: equal ones are in the same part; ``-`` is outside of all."""
    reader = TextParts(text)
    numbers = [reader.at(offset) for offset, char in enumerate(text) if char == "K"]
    letters = dict(zip(dict.fromkeys(one for one in numbers if one), "abcdefgh", strict=False))
    return "".join(letters.get(one, "-") for one in numbers)


@each(
    ("text", "expected"),
    [
        ("K=1\nK=2\n", "--"),
        ("[s]\nK=1\nK=2\n[t]\nK=3\n", "aab"),
        ("K=1\n[s]\nK=2\n", "-a"),
        ("[[s]]\nK=1\n[[s]]\nK=2\n", "ab"),
        ("[s] ; x\nK=1\n", "a"),
        ("a=[1]\nK=1\n", "-"),
        ("[1, 2]\nK=1\n", "-"),
        ("{K {K} K}", "aba"),
        ("K {K} K", "-a-"),
        ("} K", "-"),
        ("a:\n  K: 1\n  K: 2\nb:\n  K: 3\nK: 4\n", "aab-"),
        ("a:\n  K: 1\n  b:\n    K: 2\n  K: 3\n", "aba"),
        ("a: &x\n  K: 1\nb: # c\n  K: 2\n'c d':\n  K: 3\n", "abc"),
        ("a:\n  \"K\": 1\n  'K': 2\n", "aa"),
        ("- K: 1\n  K: 2\n- K: 3\n", "aab"),
        ("a:\n- K: 1\n  K: 2\n- K: 3\nK: 4\n", "aab-"),
        ("a:\n  - K: 1\n    b:\n      K: 2\n    K: 3\n  - K: 4\n", "abac"),
        ("a: {K: 1, K: 2}\nb: {K: 3}\nK: 4\n", "aab-"),
        ("a:\r\n  K: 1\r\nb:\r\n  K: 2\r\n", "ab"),
        ("a:\n\tK: 1\nb:\n\tK: 2\n", "ab"),
        ("a:\n  K: 1, K: 2\n", "aa"),
        ("a:\n  x: " + "y" * 999 + " K: 1\n  K: 2\n", "aa"),
        ("x=https://h/{id}/v1 K\nK", "--"),
        ("{" * (MAX_DEPTH + 9) + "K" + "}" * (MAX_DEPTH + 9) + "K", "a-"),
    ],
)
def test_parts(text: str, expected: str) -> None:
    assert parts(text) == expected


@given(st.text(st.sampled_from("K{}[]:=-# \n\"'ab"), max_size=80))
def test_any_text_has_parts(text: str) -> None:
    assert len(parts(text)) == text.count("K")


@each(
    ("text", "same"),
    [
        ("K=1\nK=2\n", True),
        ("K=1\n[s]\nK=2\n", False),
        ("a: 1, K: 2}, {K: 3", False),
        ("K: 2, x: {y: 3}, K: 3", True),
        ("K: 2, x: {K: 3}", False),
        ("{x: {K: 2}, K: 3}", False),
        ("  K: 1\n  x:\n    y: 2\n  K: 3\n", True),
        ("  K: 1\nb:\n  K: 3\n", False),
        ("  K: 1\n    K: 3\n", False),
        ("- K: 1\n  K: 2\n", True),
        ("- K: 1\n- K: 2\n", False),
    ],
)
def test_two_keys_of_a_piece_of_text(text: str, same: bool) -> None:
    places = text.index("K"), text.rindex("K")
    assert is_same_part(text, *places) is same
    assert is_same_part(text, *reversed(places)) is same


@each(
    ("text", "name"),
    [
        ("a: {K: 1}", "a"),
        ('"a": {"x": {"y": 1}, "K": 1}', "a"),
        ("b={a:{K:1}}", "a"),
        ("a: {x: 1}, K: 2", ""),
        ("f({K: 1})", ""),
        ("b:\n  a:\n    x: 1\n    K: 2\n", "a"),
        ("b:\n  - a:\n      K: 2\n", "a"),
        ("a: 1\nK: 2\n", ""),
        ("a: 1\n  K: 2\n", ""),
        ("K", ""),
        ("a: {" + "x" * 400 + "K: 1}", ""),
    ],
)
def test_the_key_around_a_place(text: str, name: str) -> None:
    found = outer_key(text, text.index("K"))
    assert (found["name"] if found else "") == name
