"""Evidence that is compared between two reports: what differs in each build is left out."""

import pytest

from tests.each import each
from tieback.report.diff.pairs import VOLATILE


@each(
    "text",
    [
        "",
        " at 0x4f",
        " at 0x5a1, in Keys.API_KEY",
        ", in Keys.API_KEY",
    ],
)
@pytest.mark.parametrize("end", ["", ", found by your rule mine"])
def test_the_place_in_a_file_is_not_compared(text: str, end: str) -> None:
    """Older releases wrote no method, and a text for no endpoint. A shrinker renames the method in the next build."""
    evidence = f"generic_secret (normal) d8***8b (32) for an unknown endpoint: classes.dex{text}{end}"
    decoded = evidence.replace("classes.dex", "smali/a/B.smali")
    assert VOLATILE.sub("", decoded) == f"generic_secret d8***8b (32): smali/a/B.smali{end}"
    assert VOLATILE.sub("", evidence) == f"generic_secret d8***8b (32): classes.dex{end}"


def test_other_words_at_the_end_of_evidence_are_compared() -> None:
    assert VOLATILE.sub("", "password, in header") == "password, in header"
