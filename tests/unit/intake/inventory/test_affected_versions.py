"""Affected versions as lists write them, and which versions they contain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.inventory.affected_versions import (
    AffectedVersions,
    comparable,
    is_in_range,
    is_range,
    parse_affected,
    version_key,
)


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("", ()), ("all", ()), ("*", ()), ("All versions", ()),
        ("1.9", ("1.9",)), ("1.9, 1.10", ("1.9", "1.10")), ("1.9;1.10", ("1.9", "1.10")), ("1.9 1.10", ("1.9", "1.10")),
        ("1.8, 1.9 and 1.10", ("1.8", "1.9", "1.10")), ("version 1.9", ("1.9",)), ("=1.9", ("1.9",)),
        ("< 1.9", ("<1.9",)), ("<2.0", ("<2.0",)), ("≤ 2.0", ("<=2.0",)), ("before 2.0", ("<2.0",)),
        ("all versions before 2.0", ("<2.0",)), ("prior to 2.0", ("<2.0",)), ("up to 2.0", ("<=2.0",)),
        ("up to and including 2.0", ("<=2.0",)), ("2.0 and earlier", ("<=2.0",)), ("2.0 or later", (">=2.0",)),
        ("1.0-2.0", (">=1.0 <=2.0",)), ("1.0 - 2.0", (">=1.0 <=2.0",)), ("1.0 \u2013 2.0", (">=1.0 <=2.0",)),
        ("1.0 to 2.0", (">=1.0 <=2.0",)), ("from 1.0 to 2.0", (">=1.0 <=2.0",)), ("1.0 up to 2.0", (">=1.0 <=2.0",)),
        (">= 1.0, < 2.0", (">=1.0 <2.0",)), (">=1.0 <2.0", (">=1.0 <2.0",)), ("2.x", (">=2.0 <3.0",)),
        ("1.2.x", (">=1.2 <1.3",)), ("vers:generic/>=1.0|<2.0", (">=1.0 <2.0",)), ("0.9, < 0.5", ("0.9", "<0.5")),
        ("2.10.4-1", ("2.10.4-1",)), ("1.0-beta", ("1.0-beta",)), ("310", ("310",)),
    ],
)  # fmt: skip
def test_affected_versions(text: str, versions: tuple[str, ...]) -> None:
    assert parse_affected(text) == AffectedVersions(versions)


@pytest.mark.parametrize("text", ["the newest", "1.0 (build 7)", "<", "see advisory"])
def test_what_is_not_understood_is_kept_and_never_means_all(text: str) -> None:
    assert parse_affected(text) == AffectedVersions((text,), (text,))


@pytest.mark.parametrize(
    ("version", "text", "inside"),
    [
        ("1.8.8", "<1.9", True), ("1.9", "<1.9", False), ("1.9.0", "<=1.9", True), ("1.10", "<1.9", False),
        ("0.9", ">=1.0 <2.0", False), ("1.5", ">=1.0 <2.0", True), ("2.0", ">=1.0 <2.0", False),
        ("310", "<2.0", None), ("", "<2.0", None), ("1.0-beta", "<2.0", None), ("v1.0", "<2.0", True),
    ],
)  # fmt: skip
def test_which_versions_are_in_a_range(version: str, text: str, inside: bool | None) -> None:
    assert is_range(text)
    assert is_in_range(version, text) is inside


@pytest.mark.parametrize(
    ("older", "newer"), [("1.9", "1.10"), ("1.0", "1.0.1"), ("2", "10"), ("1.2.3", "1.3")]
)  # fmt: skip
def test_versions_are_ordered_by_their_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)
    assert comparable(older, newer) == (("." in older) == ("." in newer))


def test_a_version_code_is_not_compared_with_a_name() -> None:
    assert version_key("1.0") == version_key("1.0.0")
    assert not comparable("310", "4.0.7")
    assert not comparable("1.0-beta", "1.0")
    assert not comparable("", "1.0")


@given(st.text(alphabet="<>=≤-\u2013.,;|* x019av()/\n", max_size=60))
def test_a_cell_of_any_text_means_all_only_if_it_is_empty_or_says_so(text: str) -> None:
    found = parse_affected(text)
    for one in found.versions:
        assert not is_range(one) or is_in_range("1.0", one) in (True, False, None)
    assert found.versions or not text.strip(" ,;|\n") or "*" in text
