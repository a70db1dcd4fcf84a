"""Requirements of standards and laws: sourced data, chosen by catalogue or by requirement."""

import datetime

import pytest

from tieback.assess.references import NOTE, labels, load_catalogues, load_requirements, select
from tieback.assess.rules import load_rules
from tieback.model.errors import UsageError

RULES = load_rules()


def test_each_rule_names_known_requirements_once() -> None:
    for name, rule in RULES.items():
        assert rule.references, name
        assert set(rule.references) <= set(load_requirements()), name
        assert len(set(rule.references)) == len(rule.references), name


def test_each_requirement_is_used_by_a_rule() -> None:
    assert {one for rule in RULES.values() for one in rule.references} == set(load_requirements())


def test_each_catalogue_has_a_date_and_a_source() -> None:
    for catalogue in load_catalogues().values():
        assert datetime.date(2020, 1, 1) < catalogue.date < datetime.date(2027, 1, 1)
        assert catalogue.source.startswith("https://")
        for one in catalogue.requirements.values():
            assert one.source.startswith("https://") or one.source == ""
    assert {name for name, one in load_catalogues().items() if one.law} == {"nis2", "cra"}


def test_an_open_store_is_related_to_authentication() -> None:
    assert labels(RULES["open-store"].references) == [
        "OWASP Mobile M3",
        "OWASP Mobile M9",
        "NIS 2 Art. 21(2)(i)",
        "CRA Annex I, Part I (2)(d)",
        "CRA Annex I, Part I (2)(j)",
    ]
    assert labels(["cra:of-a-later-version"]) == ["cra:of-a-later-version"]


def test_the_note_is_no_legal_conclusion() -> None:
    assert "may apply" in NOTE
    for word in ("violat", "breach", "complian", "infring", "must"):
        assert word not in NOTE.lower()
        assert not any(word in one.title.lower() for one in load_requirements().values())


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], set()),
        (["owasp-mobile:m9"], {"owasp-mobile:M9"}),
        (["NIS2"], {one for one in load_requirements() if one.startswith("nis2:")}),
        (["cra:I.2.d", "owasp-mobile:M1"], {"cra:I.2.d", "owasp-mobile:M1"}),
    ],
)
def test_words_select_references(words: list[str], expected: set[str]) -> None:
    assert select(words) == expected


@pytest.mark.parametrize("word", ["owasp", "nis2:", "owasp-mobile:M11", ""])
def test_an_unknown_reference_is_an_error_that_lists_the_known_ones(word: str) -> None:
    with pytest.raises(UsageError) as error:
        select([word])
    assert "owasp-mobile:M9" in str(error.value.diagnostics())
