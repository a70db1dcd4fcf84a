"""Words of inventories and what they mean."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.inventory.interface import (
    clean_text,
    is_absent,
    json_keys,
    parse_count,
    parse_ownership,
    parse_platform,
    parse_yes,
)
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import rows_from_cells
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
        ("privat", Ownership.PERSONAL), ("Firma", Ownership.CORPORATE), ("Dienstgerät", Ownership.CORPORATE),
        ("personnel", Ownership.PERSONAL), ("entreprise", Ownership.CORPORATE), ("privado", Ownership.PERSONAL),
        ("empresa", Ownership.CORPORATE), ("pessoal", Ownership.PERSONAL), ("corporate-dedicated", Ownership.CORPORATE),
    ],
)  # fmt: skip
def test_whose_a_device_is(word: object, whose: Ownership) -> None:
    assert parse_ownership(word) is whose


@each(
    ("word", "absent"),
    [
        ("false", True), (False, True), ("Not installed", True), ("not_installed", True), ("nein", True),
        ("deinstalliert", True), ("non", True), ("no instalado", True), ("não", True), ("pendingInstall", True),
        ("true", False), (True, False), ("Installed", False), ("ja", False), ("", False), ("who knows", False),
    ],
)  # fmt: skip
def test_which_words_mean_that_an_app_is_not_on_a_device(word: object, absent: bool) -> None:
    assert is_absent(word) is absent


def test_a_word_of_no_known_meaning_is_counted_by_its_field(tmp_path: Path) -> None:
    source = InventorySource(tmp_path / "x.csv")
    cells = {"name": "A", "ownership": "wem?", "installed": "vielleicht", "in_house": "x", "platform": "Symbian"}
    known = {"name": "A", "ownership": "privat", "installed": "ja", "in_house": "nein", "platform": "Android"}
    for row in (cells, cells, known, {"name": "A", "ownership": "", "installed": "", "in_house": "", "platform": ""}):
        assert len(list(rows_from_cells(source, row))) == 1
    assert sorted(source.word_notes()) == [
        "in_house: these words are not understood, and count as no: 'x' (2)",
        "installed: these words are not understood, and count as installed: 'vielleicht' (2)",
        "ownership: these words are not understood, and count as unknown: 'wem?' (2)",
        "platform: these words are not understood, and count as unknown: 'Symbian' (2)",
    ]
    source.rewind()
    assert source.word_notes() == []


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
