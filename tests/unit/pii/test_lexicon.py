import pytest

from tieback.pii.lexicon import LEVELS, LexiconFile, Needs, Noun, compile_lexicon, fold_phrase, lexicon_files
from tieback.pii.taxonomy import load_taxonomy


def test_every_file_names_its_source_and_knows_the_taxonomy() -> None:
    files = dict(lexicon_files())
    assert len({content.language for content in files.values()}) >= 12
    for name, content in files.items():
        assert content.source, name
        assert set(content.phrases) <= {*load_taxonomy(), "none"}, name
        assert {level for levels in content.phrases.values() for level in levels} <= set(LEVELS), name


def test_every_class_has_phrases_in_the_large_languages() -> None:
    by_language: dict[str, set[str]] = {}
    for _, content in lexicon_files():
        by_language.setdefault(content.language, set()).update(content.phrases)
    for language in ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "id", "zh", "ru"):
        missing = set(load_taxonomy()) - by_language[language]
        assert missing <= {"ip_address", "device_id", "secret_token", "pin_otp", "retail"}, (language, missing)


def test_no_word_is_listed_twice_with_two_certain_classes_in_one_language() -> None:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for _, content in lexicon_files():
        for pii_class, levels in content.phrases.items():
            for level in ("certain", "strong"):
                for text in levels.get(level, []):
                    key = (content.language, fold_phrase(text))
                    assert seen.setdefault(key, pii_class) == pii_class, (text, seen[key], pii_class)


def file(**changes: object) -> LexiconFile:
    return LexiconFile(**{"language": "xx", "source": "test", "head": "last", **changes})  # type: ignore[arg-type]


def test_umlauts_are_found_in_both_spellings() -> None:
    compiled = compile_lexicon([file(phrases={"phone": {"certain": ["Rückrufnummer"]}})])
    assert ("ruckrufnummer",) in compiled.phrases
    assert ("rueckrufnummer",) in compiled.phrases


def test_a_language_may_disagree_with_another() -> None:
    compiled = compile_lexicon(
        [
            file(phrases={"none": {"language": ["nombre"]}}),
            file(language="yy", phrases={"person_name": {"person": ["nombre"]}}),
        ]
    )
    assert [(p.pii_class, p.needs) for p in compiled.phrases["nombre",]] == [
        ("none", Needs.LANGUAGE),
        ("person_name", Needs.PERSON),
    ]


def test_word_for_both_a_person_and_a_thing_is_ignored() -> None:
    content = file()
    content.nouns.person = ["editor", "writer"]
    content.nouns.thing = ["editor", "file"]
    assert compile_lexicon([content]).nouns == {"writer": Noun.PERSON, "file": Noun.THING}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (file(phrases={"shoe_size": {"certain": ["shoes"]}}), "unknown class 'shoe_size'"),
        (file(phrases={"email": {"perhaps": ["mail"]}}), "unknown level 'perhaps'"),
        (file(phrases={"email": {"certain": ["42"]}}), "no letters after folding"),
    ],
)
def test_damaged_files(content: LexiconFile, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        compile_lexicon([content])
