"""The lexer of scripts: comments, literals and regular expressions; hostile text ends in linear time."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.linear import assert_linear
from tieback.recognise.texts.script import LastScript, script_spans
from tieback.recognise.texts.spans import SpanKind


def tokens(text: str) -> list[str]:
    data = text.encode()
    return [f"{span.kind.name.lower()} {data[span.start : span.end].decode()}" for span in script_spans(data)]


TABLE = [
    ("a // x\nb", ["comment // x"]),
    ("a /* x\n*/ b", ["comment /* x\n*/"]),
    ("a /* x", ["comment /* x"]),
    ("'//a' + \"/*b\"", ["string '//a'", 'string "/*b"']),
    (r'"a\"//b"', [r'string "a\"//b"']),
    ("'it\nx // y", ["string 'it", "comment // y"]),
    ("'a\\\nb' // c", ["string 'a\\\nb'", "comment // c"]),
    ("x = /[/*]/ // y", ["regex /[/*]/", "comment // y"]),
    ("x = /'/g, '//'", ["regex /'/g", "string '//'"]),
    ("a / b // c", ["comment // c"]),
    ("a[0] / b / 'c'", ["string 'c'"]),
    ("a++ / b / 'c'", ["string 'c'"]),
    ("return /'/.test(x)", ["regex /'/"]),
    ("x.return / 2 / '1'", ["string '1'"]),
    ("if (a(b)) /'/.test(c)", ["regex /'/"]),
    ("(a + b) / 2 / '1'", ["string '1'"]),
    ("{}\n/'/.test(a)", ["regex /'/"]),
    ("'a' / 'b' / 'c'", ["string 'a'", "string 'b'", "string 'c'"]),
    ("x = /* y */ /'/", ["comment /* y */", "regex /'/"]),
    ("a /* y */ / 'b'", ["comment /* y */", "string 'b'"]),
    ("`a ${b ? '}' : `c`} // d` // e", ["string `a ${", "string '}'", "string `c`", "string } // d`", "comment // e"]),
    ("`${ {a: 1} }//` //b", ["string `${", "string }//`", "comment //b"]),
    (r"`\`//` // a", [r"string `\`//`", "comment // a"]),
    ("<b>x</b> // y", ["comment // y"]),
]


@each(("text", "expected"), TABLE)
def test_tokens_of_scripts(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@each(("text", "expected"), TABLE)
def test_a_single_offset_has_the_same_token(text: str, expected: list[str]) -> None:
    data, spans = text.encode(), script_spans(text.encode())
    every = list(spans)
    assert len(every) == len(expected)
    for offset in range(len(data)):
        assert spans.at(offset) == next((one for one in every if one.start <= offset < one.end), None)


def test_a_part_of_a_text_is_read_alone() -> None:
    data = b"'<script>a // b</script>'"
    [span] = script_spans(data, 9, 15)
    assert (data[span.start : span.end], span.kind) == (b"// b", SpanKind.COMMENT)


PARTS = ["/", "*", "'", '"', "`", "${", "}", "{", "\\", "\n", " ", "a", ")", "(", "return ", "[", "]"]


@given(st.lists(st.sampled_from(PARTS)))
def test_tokens_are_in_order_and_inside_the_text(parts: list[str]) -> None:
    data = "".join(parts).encode()
    at = 0
    for span in script_spans(data):
        assert at <= span.start < span.end <= len(data)
        at = span.end


@pytest.mark.parametrize("unit", ["/", "(/[", "()/x/", "a)/", "}/a", "`", "`${a}`+", "/**//", "'\n", "\\", ")"])
def test_hostile_scripts_are_read_in_linear_time(unit: str) -> None:
    assert_linear(lambda size: unit.encode() * (size // len(unit)), script_spans, 100_000)


def test_the_ranges_of_the_last_script_are_read_once() -> None:
    last, data = LastScript(), b"var a='b' // c"
    first = last.spans(data)
    assert last.spans(data) is first
    assert last.spans(bytes(bytearray(data))) is not first
    last.clear()
    assert last.spans(data) is not first


@given(
    st.lists(st.sampled_from(["'a'", '"', "`b${c}`", "// d\n", "/* e */", "/f/", " ", "=", "{", "}", "g"]), max_size=20)
)
def test_the_edges_are_those_of_the_ranges(parts: list[str]) -> None:
    spans = script_spans("".join(parts).encode())
    edges = iter(spans.ranges())
    both = [edge for edge in zip(edges, edges, strict=True) if edge[0] < edge[1]]
    assert both == [(span.start, span.end) for span in spans if span.start < span.end]
