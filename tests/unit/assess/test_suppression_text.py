"""Edits of a suppression file: each entry that is not concerned stays, with its comments."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.assess.suppression_text import add_entry, has_entry, remove_entry
from tieback.model.errors import UsageError
from tieback.model.report.suppression import Suppression

ENTRY = Suppression("ticket 4711", "Jo", "2027-03-31", "fnd-1")
BY_HAND = """# Accepted by the security office.

[[suppress]]   # all test systems
rule = "cleartext-store"
store = "*.test:*"
reason = "test systems"
author = "Ann"
expires = 2027-01-01

# Only until the move.
[[suppress]]
finding = "fnd-2"
reason = '''
[[suppress]]
finding = "fnd-1"'''
author = "Ann"
expires = 2027-01-01
"""


def reasons(text: str) -> list[str]:
    return [entry["reason"] for entry in tomllib.loads(text).get("suppress", [])]


def test_an_entry_is_added_and_removed_again() -> None:
    for text in ("", BY_HAND, BY_HAND.rstrip("\n")):
        added = add_entry(text, ENTRY)
        assert added.startswith(text)
        assert tomllib.loads(added)["suppress"][-1]["finding"] == "fnd-1"
        assert reasons(remove_entry(added, "fnd-1")) == reasons(text)


def test_only_the_entry_of_the_finding_is_removed() -> None:
    text = add_entry(BY_HAND, ENTRY)
    left = remove_entry(text, "fnd-2")
    assert reasons(left) == ["test systems", "ticket 4711"]
    assert left.startswith("# Accepted by the security office.\n\n[[suppress]]   # all test systems\n")


def test_comments_of_the_next_entry_stay() -> None:
    text = add_entry("", ENTRY) + "\n# About fnd-3\n[[suppress]]\nfinding = 'fnd-3'\nreason = 'r'\n"
    assert remove_entry(text, "fnd-1") == "# About fnd-3\n[[suppress]]\nfinding = 'fnd-3'\nreason = 'r'\n"


def test_a_second_entry_of_a_finding_replaces_the_first() -> None:
    text = add_entry(BY_HAND, ENTRY)
    again = add_entry(text, Suppression("ticket 4712", "Ann", "2027-04-30", "fnd-1"))
    assert [reason for reason in reasons(again) if "ticket" in reason] == ["ticket 4712"]


def test_an_entry_with_a_pattern_is_not_of_one_finding() -> None:
    text = '[[suppress]]\nfinding = "fnd-1"\nstore = "a"\nreason = "r"\n'
    assert not has_entry(text, "fnd-1")
    with pytest.raises(UsageError, match="no entry names only this finding"):
        remove_entry(text, "fnd-1")


@pytest.mark.parametrize(
    "text", ["suppress = [{finding = 'fnd-2', reason = 'r'}]\n", "other = 1\n", "[[suppress]\n", "suppress = 1\n"]
)
def test_another_style_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        add_entry(text, ENTRY)


def test_an_entry_within_an_array_of_inline_tables_cannot_be_removed() -> None:
    with pytest.raises(UsageError, match="cannot be removed here"):
        remove_entry("suppress = [{finding = 'fnd-1', reason = 'r'}]\n", "fnd-1")


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_reason_and_author_stay_one_entry(reason: str, author: str) -> None:
    text = add_entry(BY_HAND, Suppression(reason, author, "2027-03-31", "fnd-1"))
    assert len(reasons(text)) == 3
    assert reasons(remove_entry(text, "fnd-1")) == reasons(BY_HAND)
