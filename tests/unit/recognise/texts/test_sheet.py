"""The lexer of style sheets."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.texts.sheet import is_loaded, sheet_spans


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


@each(
    ("text", "expected"),
    [
        ("a{color:red;background:url(//a) 0 0}", True),
        ("background: #fff url( '//a')", True),
        (r"\n.a {\n  background-image: linear-gradient(red, blue), url(\"//a", True),
        ("a{}/* one */b{-webkit-mask-image:URL(&quot;//a", True),
        ("a{--picture:url(//a)}", True),
        ("@import url(//a);", True),
        ("a{b:c} @import url('//a')", True),
        ("a{b:c} @import '//a' screen;", True),
        ("Do not use @import '//a' here", False),
        ("@font-face{font-family:x;src:local('x'),url(//a)", True),
        ("a{background:blurl(//a)}", False),
        ("a{backgrounds:url(//a)}", False),
        ("a{background:red;see url(//a)", False),
        ("Set background: url(//a) to load a picture", False),
        ('Write "background: url(//a)" to load a picture', False),
        ("Note: the value url(//a) is not valid", False),
        ("a{background:red} see //a", False),
        (f"a{{background:{'x' * 700}url(//a)", False),
    ],
)
def test_addresses_that_a_style_sheet_in_a_string_loads(text: str, expected: bool) -> None:
    data = f"s='{text}'".encode()
    assert is_loaded(data, 3, data.index(b"//a")) is expected


@given(st.lists(st.sampled_from(["/", "*", "'", '"', "url(", ")", "\\", "\n", ":", "a", "{", "}"])))
def test_tokens_are_in_order_and_inside_the_text(parts: list[str]) -> None:
    data = "".join(parts).encode()
    at = 0
    for span in sheet_spans(data):
        assert at <= span.start < span.end <= len(data)
        at = span.end
