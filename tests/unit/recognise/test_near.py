"""Slow patterns that are tried only near a text: the matches are those of the whole file."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.text_places import places_of
from tieback.recognise.near import matches_near
from tieback.recognise.pages import unloaded
from tieback.recognise.pages.page_marks import places_of_marks
from tieback.recognise.settings import firebase_web, script_objects


def _joined(data: bytes) -> Iterator[re.Match[bytes]]:
    return unloaded._joined(data, places_of_marks(unloaded._MARKS, data))


type Near = Callable[[bytes], Iterator[re.Match[bytes]]]
PATTERNS: dict[str, tuple[re.Pattern[bytes], Near, tuple[bytes, ...]]] = {
    "joined names": (unloaded._JOINED, _joined, (b".js", b".HTML", b"+", b"concat(", b"a.b", b"}")),
    "hosts": (script_objects._HOST, script_objects._hosts, (b"ost", b"OST_NAME", b"ndPoint", b"Name", b"{address:")),
    "assigned": (
        script_objects._ASSIGNED, script_objects._assigned,
        (b"host", b"dbHost", b"e.", b"=", b"dbPort=80", b"port='80'"),
    ),
    "buckets": (
        script_objects._S3_BUCKET, script_objects._s3_buckets, (b"S3_", b"s3", b"bucket", b"Bucket", b"_Name"),
    ),
    "projects": (firebase_web._NAMED, firebase_web._named_projects, (b"projectId", b"$", b".", b",", b"}")),
    "server": (firebase_web._LIBRARY, firebase_web._servers, (b"firestore.googleapis.com", b"firestore")),
}  # fmt: skip
COMMON = (b'"', b"'", b":", b" ", b"    ", b"ab-c.d", b"x", b"\n", b"\xff", b"a" * 62, b"a" * 252)


@pytest.mark.parametrize("name", PATTERNS)
@settings(max_examples=examples(150), deadline=None)
@given(data=st.data())
def test_matches_are_those_of_the_whole_file(name: str, data: st.DataObject) -> None:
    pattern, near, texts = PATTERNS[name]
    raw = b"".join(data.draw(st.lists(st.sampled_from((*texts, *COMMON)), max_size=40)))
    assert [found.regs for found in near(raw)] == [found.regs for found in pattern.finditer(raw)]


def test_a_name_that_goes_on_behind_a_suffix_is_no_joined_name() -> None:
    assert [found[0] for found in _joined(b"}.js.jsconcat(")] == [b"}.js"]


def test_places_of_overlapping_texts() -> None:
    assert list(places_of(b"aaa", b"aa")) == [0, 1]


def test_no_place_no_match() -> None:
    assert list(matches_near(re.compile(rb"a"), b"aaa", (), 1, 1)) == []


COMMENT_BLOCK = re.compile(rb"^[ \t]{0,200}/\*\*?[ \t]{0,200}\r?\n.*?\*/", re.MULTILINE | re.DOTALL)
COMMENT_LINE = re.compile(rb"^[ \t]{0,200}(?://.*|/?\*(?![\w/])(?:[^*\n]|\*(?!/))*(?:\*/[ \t\r]*)?)$", re.MULTILINE)


@settings(max_examples=examples(150), deadline=None)
@given(
    st.lists(
        st.sampled_from((b"//", b"/*", b"* ", b"*/", b"\n", b"\r", b" ", b"\t", b"a", b"/", b" " * 200)), max_size=20
    )
)
def test_lines_that_are_comments_are_left_out(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    assert unloaded._without_comments(raw, is_page=False) == COMMENT_LINE.sub(b"", COMMENT_BLOCK.sub(b"", raw))


def test_the_code_directly_behind_a_comment_stays() -> None:
    code = b"/*\n * a\n */b = 1;\n/**\n * c\n */\nd();"
    assert unloaded._without_comments(code, is_page=False) == b"b = 1;\n\nd();"
