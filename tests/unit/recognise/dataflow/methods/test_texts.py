"""String methods of Java and Kotlin on constants."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.dataflow.methods import texts


@each(
    ("result", "expected"),
    [
        (texts.replace("https://H/x", "H", "a.test"), "https://a.test/x"),
        (texts.replace("ab", "", "c"), None),
        (texts.replace_pattern("https://{h}/x", "\\{h\\}", "a.test"), "https://a.test/x"),
        (texts.replace_pattern("a.b.c", "[.]", "/"), "a/b/c"),
        (texts.replace_pattern("aaa", "a+", "b"), None),
        (texts.part("https://a.test/", 0, 14), "https://a.test"),
        (texts.part("https://a.test", 0, 13), None),  # only code that has found a slash there cuts it
        (texts.part("https://a.test", 8, 13), "a.tes"),
        (texts.part("abc", 0, 2), "ab"),
        (texts.part("abc", 2, 1), None),
        (texts.replace_pattern("aa", "a", "$1"), None),
        (texts.insert("a.test", 0, "https://"), "https://a.test"),
        (texts.insert("a.test", 9, "x"), None),
        (texts.insert("a.test", 6, None), "a.test{}"),
        (texts.from_chars([104, 105, None]), "hi{}"),
        (texts.from_bytes([104, -1]), "h\ufffd"),
        (texts.from_bytes([0, 1]), None),
        (texts.from_bytes([104, None]), None),
        (texts.join("/", ["a", 1, None]), "a/1/{}"),
        (texts.split("a,b", ","), ["a", "b"]),
        (texts.split("a.b", "\\."), ["a", "b"]),
        (texts.split("ab", "a*"), None),
        (texts.java_hash("prod"), 3449687),
        (texts.parse_int("50051"), 50051),
        (texts.parse_int("5x"), None),
        (texts.percent("a b/c"), "a+b%2Fc"),
        (texts.uri_encoded("a b/c~*"), "a%20b%2Fc~*"),
        (texts.uri_encoded("a b/c", "/"), "a%20b/c"),
        (texts.unpercent("https%3A%2F%2Fa"), "https://a"),
        (texts.base64("YS50ZXN0"), list(b"a.test")),
        (texts.base64("!"), None),
        (texts.message_format("https://{0}/{1}/{2}", ["a.test", 7]), "https://a.test/7/{}"),
    ],
)
def test_results(result: object, expected: object) -> None:
    assert result == expected


@settings(max_examples=examples(50), deadline=None)
@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=12))
def test_results_are_bounded(text: str, old: str, new: str) -> None:
    for result in (
        texts.replace(text * 200, old, new),
        texts.replace_pattern(text * 200, old, new),
        texts.join(new, [text * 200] * 4),
        texts.percent(text * 200),
    ):
        assert result is None or len(result) <= texts.MAX_RESULT
