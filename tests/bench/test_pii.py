import pytest

from bench.pii import SAMPLE, sample
from tieback.pii import classify_names
from tieback.pii.taxonomy import NONE, load_taxonomy

FLOORS = {"it": 0.85}
"""Italian has a system whose columns are three letters of the table and three of the word (``MEDNOM``)."""


def test_a_line_of_the_sample() -> None:
    line = "de|kunden|kd_nr i=person_id; ort v=postal_address,none; stand; Tag der Geburt d=birth"
    rows = list(sample(["# comment", "", line]))
    assert [(column.field, column.dtype, labels) for _, column, labels in rows] == [
        ("kd_nr", "int", ["person_id"]),
        ("ort", "varchar(50)", ["postal_address", "none"]),
        ("stand", "", ["none"]),
        ("Tag der Geburt", "date", ["birth"]),
    ]
    assert rows[0][1].siblings == ("ort", "stand", "Tag der Geburt")
    assert rows[0][0] == "de"


def test_the_sample_keeps_its_score_in_each_language() -> None:
    rows = list(sample(SAMPLE.read_text(encoding="utf-8").splitlines()))
    classes = {NONE, *load_taxonomy()}
    counts: dict[str, list[int]] = {}
    for (language, _, labels), found in zip(rows, classify_names(column for _, column, _ in rows), strict=True):
        assert set(labels) <= classes
        hit, false, missed = counts.setdefault(language, [0, 0, 0])
        right = found.pii_class in labels
        counts[language] = [
            hit + (right and found.pii_class != NONE),
            false + (not right and found.pii_class != NONE),
            missed + (not right and NONE not in labels),
        ]
    for language, (hit, false, missed) in counts.items():
        assert 2 * hit / (2 * hit + false + missed) >= FLOORS.get(language, 0.9), language


@pytest.mark.parametrize("line", ["de|kunden", "nothing"])
def test_lines_without_fields_are_damage(line: str) -> None:
    with pytest.raises(ValueError, match="unpack"):
        list(sample([line]))
