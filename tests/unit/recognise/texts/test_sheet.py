"""The lexer of style sheets."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.texts.sheet import sheet_spans


@each(
    ("text", "expected"),
    [
        ("/* http://a.test */ b{}", ["comment /* http://a.test */"]),
        ("// http://a.test\nb{}", ["comment // http://a.test"]),
        ("b{background:url(http://a.test/x//y)}", ["string url(http://a.test/x//y"]),
        ("b{background:URL( //a.test/x )}", ["string URL( //a.test/x "]),
        ("@import 'http://a.test/x'; /* b", ["string 'http://a.test/x'", "comment /* b"]),
        ('b{content:"/*"} /* c */', ['string "/*"', "comment /* c */"]),
        ("$base: http://a.test/x;", []),
    ],
)
def test_tokens_of_style_sheets(text: str, expected: list[str]) -> None:
    data = text.encode()
    assert [f"{one.kind.name.lower()} {data[one.start : one.end].decode()}" for one in sheet_spans(data)] == expected


@given(st.lists(st.sampled_from(["/", "*", "'", '"', "url(", ")", "\\", "\n", ":", "a", "{", "}"])))
def test_tokens_are_in_order_and_inside_the_text(parts: list[str]) -> None:
    data = "".join(parts).encode()
    at = 0
    for span in sheet_spans(data):
        assert at <= span.start < span.end <= len(data)
        at = span.end
