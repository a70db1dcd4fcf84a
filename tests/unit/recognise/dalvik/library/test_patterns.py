"""Regular expressions of the platform: what they give, and which are not run."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.patterns import CALLS
from tieback.recognise.dalvik.library.strings import Builder
from tieback.recognise.dalvik.objects import STRING, JavaObject, LimitError, NotRunnableError, ThrownError

PATTERN, MATCHER, SEQUENCE = "Ljava/util/regex/Pattern;", "Ljava/util/regex/Matcher;", "Ljava/lang/CharSequence;"
TWO = f"({STRING}{STRING})"


def call(name: str, *arguments: Any) -> Any:
    return CALLS[name](machine(), arguments)


@each(
    ("name", "arguments", "text"),
    [
        (f"{STRING}->replaceFirst{TWO}", ("http://a.test/http", "^http", "ws"), "ws://a.test/http"),
        (f"{STRING}->replaceFirst{TWO}", ("a-b-c", "-", "+"), "a+b-c"),
        (f"{STRING}->replaceAll{TWO}", ("a.test:8080/x", ":\\d+", ""), "a.test/x"),
        (f"{STRING}->replaceAll{TWO}", ("/v1//a///b", "/{2,}", "/"), "/v1/a/b"),
        (f"{STRING}->replaceAll{TWO}", ("key=value", "(\\w+)=(\\w+)", "$2=$1"), "value=key"),
        (f"{STRING}->replaceAll{TWO}", ("ab", "b", "\\$"), "a$"),
        (f"{STRING}->matches({STRING})", ("https://a.test", "https?://.*"), 1),
        (f"{STRING}->matches({STRING})", ("see https://a.test", "https?://.*"), 0),
        (f"{PATTERN}->quote({STRING})", ("a.b",), "a\\.b"),
    ],
)
def test_methods_of_texts(name: str, arguments: tuple[Any, ...], text: Any) -> None:
    assert call(name, *arguments) == text


@each(
    ("text", "pattern", "limit", "parts"),
    [
        ("a1b22c", "\\d+", 0, ["a", "b", "c"]),
        ("a,b,,", ",", 0, ["a", "b"]),
        ("a,b,,", ",", -1, ["a", "b", "", ""]),
        ("a, b,c", ",\\s*", 2, ["a", "b,c"]),
        ("abc", "", 0, ["a", "b", "c"]),
        (",a", ",", 0, ["", "a"]),
    ],
)
def test_a_text_is_split(text: str, pattern: str, limit: int, parts: list[str]) -> None:
    assert call(f"{STRING}->split({STRING}I)", text, pattern, limit).items == parts
    assert (
        call(f"{PATTERN}->split({SEQUENCE}I)", call(f"{PATTERN}->compile({STRING})", pattern), text, limit).items
        == parts
    )


def searched(pattern: str, text: str, flags: int = 0) -> JavaObject:
    found = call(f"{PATTERN}->matcher({SEQUENCE})", call(f"{PATTERN}->compile({STRING}I)", pattern, flags), text)
    assert isinstance(found, JavaObject)
    return found


def test_each_match_has_its_groups_and_places() -> None:
    its = searched("\\{(\\w+)\\}", "https://{host}/{path}")
    seen = []
    while call(f"{MATCHER}->find()", its):
        places = call(f"{MATCHER}->start()", its), call(f"{MATCHER}->end()", its)
        seen.append((call(f"{MATCHER}->group(I)", its, 1), *places))
    assert seen == [("host", 8, 14), ("path", 15, 21)]
    assert call(f"{MATCHER}->find(I)", its, 9)
    assert call(f"{MATCHER}->group()", its) == "{path}"
    assert call(f"{MATCHER}->groupCount()", its) == 1


def test_matches_are_replaced_one_by_one() -> None:
    its, builder = searched("[a-c]", "xaybz"), JavaObject("Ljava/lang/StringBuffer;", Builder())
    while call(f"{MATCHER}->find()", its):
        call(f"{MATCHER}->appendReplacement(Ljava/lang/StringBuffer;{STRING})", its, builder, "<$0>")
    call(f"{MATCHER}->appendTail(Ljava/lang/StringBuffer;)", its, builder)
    assert "".join(builder.payload.units) == "x<a>y<b>z"


def test_a_flag_counts_and_an_unknown_one_is_not_run() -> None:
    assert call(f"{MATCHER}->matches()", searched("HTTP", "http", 2))
    assert not call(f"{MATCHER}->matches()", searched("HTTP", "http"))
    with pytest.raises(NotRunnableError):
        searched("a", "a", 4)


@each(
    ("pattern"),
    [
        "(a+)+b",
        "(a|ab)*c",
        "(?:a*b*)*",
        "(?<name>a)",
        "[a[b]]",
        "\\p{Alpha}",
        "(a",
        "a" * 201,
        "a{300}",
        "(?<=a)b",
        "é\\é",
        "[0--]",
        "[a~~b]",
        "[a||b]",
    ],
)
def test_a_pattern_whose_work_or_meaning_is_not_known_is_not_run(pattern: str) -> None:
    with pytest.raises(NotRunnableError):
        call(f"{STRING}->replaceAll{TWO}", "aaab", pattern, "")


@each(("length", "is_run"), [(1_000, True), (1_100, False)])
def test_the_work_of_a_search_is_bounded_by_the_text(length: int, is_run: bool) -> None:
    arguments = "a" * length, "a*b", ""
    if is_run:
        assert call(f"{STRING}->replaceAll{TWO}", *arguments) == "a" * length
    else:
        with pytest.raises(NotRunnableError):
            call(f"{STRING}->replaceAll{TWO}", *arguments)


def test_a_match_that_was_not_found_has_no_group() -> None:
    with pytest.raises(ThrownError):
        call(f"{MATCHER}->group()", searched("a", "b"))


_SIGNS = st.text(st.sampled_from("ab.*+?()[]{}|\\^$0123,:-"), max_size=14)


@given(_SIGNS, st.text(st.sampled_from("ab01(:"), max_size=300), _SIGNS)
@settings(max_examples=2_000, deadline=None)
def test_any_pattern_gives_a_text_or_is_not_run(pattern: str, text: str, new: str) -> None:
    result = ""
    with suppress(NotRunnableError, LimitError, ThrownError):
        result = call(f"{STRING}->replaceAll{TWO}", text, pattern, new)
    assert isinstance(result, str)
