"""Field names that rules of users assign to a class: only where the built-in words recognise nothing."""

import pytest

from tieback.model.pii import Column
from tieback.pii.names import NameDetector
from tieback.pii.user_words import words_problem
from tieback.userrules.model import FieldWordsRule


def rule(*words: str, pii_class: str = "person_id") -> FieldWordsRule:
    return FieldWordsRule(
        id="acme-words", pii_class=pii_class, words=words, source="our schema", accept=("x",), reject=("y",)
    )


def classify(field: str, *words: str, dtype: str = "") -> tuple[str, str]:
    [found] = NameDetector((rule(*words),)).classify_names((Column(field, dtype=dtype),))
    return found.pii_class, " ".join(found.evidence)


@pytest.mark.parametrize("field", ["zqpref", "ZqPref", "zqpref_alt", "rec.zqpref", "ZQPREF2"])
def test_a_name_with_a_word_of_the_rule(field: str) -> None:
    words = ("zqpref", "zq pref")
    pii_class, evidence = classify(field, *words)
    assert pii_class == "person_id"
    assert "your rule acme-words" in evidence


@pytest.mark.parametrize("field", ["zqp", "pre", "zqprefx", "quantity"])
def test_other_names(field: str) -> None:
    assert classify(field, "zqpref")[0] == "none"


@pytest.mark.parametrize("field", ["email", "password", "customer_email"])
def test_a_rule_does_not_change_what_built_in_words_say(field: str) -> None:
    [plain] = NameDetector().classify_names((Column(field),))
    [changed] = NameDetector((rule("email", "password", pii_class="retail"),)).classify_names((Column(field),))
    assert plain.pii_class != "none"
    assert changed == plain


def test_a_word_that_says_that_it_is_a_thing_needs_the_whole_name() -> None:
    assert classify("zqpref_count", "zqpref")[0] == "none"
    assert classify("zqpref_count", "zqpref count")[0] == "person_id"


def test_the_type_must_fit() -> None:
    [found] = NameDetector((rule("zmail", pii_class="email"),)).classify_names((Column("zmail", dtype="boolean"),))
    assert found.pii_class == "none"


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        (rule("x", pii_class="none"), "is not a class"),
        (rule("x", pii_class="emails"), "email"),
        (rule("--"), "letters"),
    ],
)
def test_mistakes_that_need_the_taxonomy(bad: FieldWordsRule, what: str) -> None:
    assert what in words_problem(bad)[0]


def test_a_correct_rule_has_no_mistake() -> None:
    assert words_problem(rule("zqpref")) == ("", "")
