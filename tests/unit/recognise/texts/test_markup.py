"""The lexer of HTML and XML, and the attributes of a tag."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.recognise.texts import markup
from tieback.recognise.texts.markup import attributes, element_at, markup_spans, tag_name
from tieback.recognise.texts.spans import SpanKind


@each(
    ("text", "expected"),
    [
        ("<!-- a --><b>c</b>", ["comment <!-- a -->", "tag <b>", "tag </b>"]),
        ("<!-- a", ["comment <!-- a"]),
        ("<!DOCTYPE html><?xml x?>", ["comment <!DOCTYPE html>", "comment <?xml x?>"]),
        ("<?php echo 'a' ?>b", ["script <?php echo 'a' ?>"]),
        ("<a title='x>y' href=b>", ["tag <a title='x>y' href=b>"]),
        ('<a title="x<y">', ['tag <a title="x<y">']),
        ("<script>a<b</script>", ["tag <script>", "script a<b", "tag </script>"]),
        ("<STYLE>a{}</style >b", ["tag <STYLE>", "style a{}", "tag </style >"]),
        ("<textarea><b></textarea>", ["tag <textarea>", "raw <b>", "tag </textarea>"]),
        ("a < b <![CDATA[<c>]]>", ["raw <![CDATA[<c>]]>"]),
        ('<a title="x> <b>', ['tag <a title="x>', "tag <b>"]),
    ],
)
def test_tokens_of_pages(text: str, expected: list[str]) -> None:
    data = text.encode()
    assert [f"{one.kind.name.lower()} {data[one.start : one.end].decode()}" for one in markup_spans(data)] == expected


def test_a_script_element_of_xml_is_no_code() -> None:
    assert [one.kind for one in markup_spans(b"<script>a<b/></script>", html=False)] == [SpanKind.TAG] * 3


def test_the_attributes_of_a_tag() -> None:
    data = b"<a  HREF = \"x y\" b='c' d=e f>"
    [tag] = markup_spans(data)
    found = list(attributes(data, tag))
    assert tag_name(data, tag) == "a"
    assert [(one.name, one.value) for one in found] == [("href", b"x y"), ("b", b"c"), ("d", b"e"), ("f", b"")]
    assert data[found[0].start :].startswith(b"x y")


def test_the_element_of_a_text() -> None:
    data = b"<p>a<option>b"
    spans = markup_spans(data)
    assert (element_at(data, spans, 3), element_at(data, spans, 12), element_at(data, spans, 0)) == ("p", "option", "")


@given(st.lists(st.sampled_from(["<", ">", "!--", "-->", '"', "'", "a", " ", "=", "/", "script", "?", "![CDATA["])))
def test_tokens_are_in_order_and_inside_the_text(parts: list[str]) -> None:
    data = "".join(parts).encode()
    at = 0
    for span in markup_spans(data):
        assert at <= span.start < span.end <= len(data)
        assert span.kind is not SpanKind.TAG or isinstance(list(attributes(data, span)), list)
        at = span.end


@each("unit", ["<", '<a "', "<a", "<!--", "<script>", "<?", "<a x=y "])
def test_hostile_pages_are_read_in_linear_time(unit: str) -> None:
    assert_linear(lambda size: unit.encode() * (size // len(unit)), markup_spans, 100_000)


PARTS = (
    b"<a ", b"</a", b"<script", b"</SCRIPT>", b"<scripts>", b"<style/>", b"<textarea>", b"<!--", b"-->", b"<?php",
    b"?>", b"<![CDATA[", b"]]>", b"<!x", b"<", b">", b'"', b"'", b"=", b"x", b"/", b"\n",
)  # fmt: skip


@pytest.mark.parametrize("html", [True, False])
@settings(max_examples=examples(150), deadline=None)
@given(parts=st.lists(st.sampled_from(PARTS), max_size=30))
def test_tags_that_are_found_together_are_those_that_are_found_one_by_one(*, html: bool, parts: list[bytes]) -> None:
    raw = b"".join(parts)
    together = list(markup_spans(raw, html=html))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_plain_tags", lambda _data, at, _stop, _spans: at)
        assert together == list(markup_spans(raw, html=html))
