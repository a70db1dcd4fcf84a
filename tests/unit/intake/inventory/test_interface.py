"""Words of inventories and what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.inventory.interface import (
    clean_text,
    json_keys,
    parse_count,
    parse_ownership,
    parse_platform,
    parse_yes,
)
from tieback.model.device import DevicePlatform, Ownership

P = DevicePlatform


@each(
    ("word", "platform"),
    [
        ("iOS", P.IOS), ("iPadOS", P.IOS), ("iOS/iPadOS", P.IOS), ("I", P.IOS), ("iPad", P.IOS), ("Android", P.ANDROID),
        ("androidWorkProfile", P.ANDROID), ("AndroidFullyManagedDedicated", P.ANDROID), ("A", P.ANDROID),
        ("macOS", P.MACOS), ("Mac", P.MACOS), ("Windows10", P.WINDOWS), ("chromeOS", P.CHROMEOS), ("Linux", P.LINUX),
        ("", P.UNKNOWN), (None, P.UNKNOWN), ("Symbian", P.UNKNOWN), (7, P.UNKNOWN),
    ],
)  # fmt: skip
def test_platforms(word: object, platform: DevicePlatform) -> None:
    assert parse_platform(word) is platform


@each(
    ("word", "whose"),
    [
        ("company", Ownership.CORPORATE), ("Institutional", Ownership.CORPORATE),
        ("COMPANY_OWNED", Ownership.CORPORATE),
        ("personal", Ownership.PERSONAL), ("BYOD", Ownership.PERSONAL), ("PERSONALLY_OWNED", Ownership.PERSONAL),
        ("unknown", Ownership.UNKNOWN), (None, Ownership.UNKNOWN),
    ],
)  # fmt: skip
def test_whose_a_device_is(word: object, whose: Ownership) -> None:
    assert parse_ownership(word) is whose


@each(
    ("value", "count"),
    [
        (7, 7), ("7", 7), ("1,234", 1234), ("1.234", 1234), ("1 234", 1234), ("1\u202f234", 1234), ("1'234", 1234),
        ("", None), ("-1", None), ("many", None), (None, None), (True, None), (1.5, None), ("9" * 30, 2**53),
    ],
)  # fmt: skip
def test_counts_with_any_separators(value: object, count: int | None) -> None:
    assert parse_count(value) == count


@each(
    ("value", "text"),
    [
        (" Acme ", "Acme"), ("a\nb", "a b"), ("\x00x", "x"), ("=1+1", "=1+1"), (12, "12"), (1.5, "1.5"), (True, ""),
        (None, ""), (["x"], ""), ("x" * 999, "x" * 255), ("Grüße", "Grüße"),
    ],
)  # fmt: skip
def test_texts_are_cleaned(value: object, text: str) -> None:
    assert clean_text(value) == text


@given(st.text())
def test_any_text_can_be_stored(value: str) -> None:
    text = clean_text(value)
    assert len(text) <= 255
    assert "\n" not in text
    assert "\x00" not in text
    text.encode()


@pytest.mark.parametrize(
    ("word", "said"), [("true", True), (True, True), ("Internal", True), ("Public", False), ("", False)]
)
def test_boolean_words_are_parsed(word: object, said: bool) -> None:
    assert parse_yes(word) is said


def test_names_of_members() -> None:
    assert json_keys(b'{"a":1, "b c" : {"d":"e:f"}}') == {"a", "b c", "d"}
