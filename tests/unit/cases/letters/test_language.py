"""Languages are files: ours, or the operator's before ours."""

import re
import tomllib
from datetime import date
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.cases.letters.language import KINDS, languages, load_language, write_templates
from tieback.model.case import RecheckVerdict
from tieback.model.errors import InputError, UsageError
from tieback.model.figure import estimate, exact, lower_bound
from tieback.model.probe import Access
from tieback.pii.taxonomy import load_taxonomy

OURS = ("de", "en", "es", "fr", "pt")


def test_the_languages_of_the_program() -> None:
    assert languages() == OURS


@pytest.mark.parametrize("name", OURS)
def test_each_language_has_every_text(name: str) -> None:
    language = load_language(name)
    for kind in KINDS:
        template = getattr(language, kind)
        assert template.subject
        assert '{% include "closing" %}' in template.text
    assert set(language.verdict) == set(RecheckVerdict)
    assert {access.value for access in Access if access.exposed} <= set(language.access)


@pytest.mark.parametrize(
    ("name", "day", "number", "figure", "size"),
    [
        ("en", "1 March 2026", "1,350", "1,350 (exact)", "≈1.2 MB (estimate)"),
        ("de", "01.03.2026", "1.350", "1.350 (genau)", "≈1,2 MB (geschätzt)"),
        ("fr", "01/03/2026", "1 350", "1 350 (exact)", "≈1,2 MB (estimation)"),
        ("es", "01/03/2026", "1.350", "1.350 (exacto)", "≈1,2 MB (estimación)"),
        ("pt", "01/03/2026", "1.350", "1.350 (exato)", "≈1,2 MB (estimativa)"),
    ],
)
def test_numbers_and_days_as_they_are_written(name: str, day: str, number: str, figure: str, size: str) -> None:
    language = load_language(name)
    assert language.day(date(2026, 3, 1)) == day
    assert language.day(None) == ""
    assert language.number(1350) == number
    assert language.figure(exact(1350, "x")) == figure
    assert language.size(estimate(1_200_000, "x")) == size
    assert language.figure(lower_bound(0, "x")) == language.words["not_measured"]


def test_written_templates_are_kept_and_override_the_bundled_ones(tmp_path: Path) -> None:
    assert len(write_templates(tmp_path)) == 5
    german = tmp_path / "de.toml"
    german.write_text(german.read_text().replace("Sehr geehrte Damen und Herren", "Guten Tag"))
    (tmp_path / "nl.toml").write_text((tmp_path / "en.toml").read_text().replace("English", "Nederlands"))
    assert write_templates(tmp_path) == []
    assert "Guten Tag" in load_language("de", tmp_path).exposure.text
    assert load_language("nl", tmp_path).language == "Nederlands"
    assert "nl" in languages(tmp_path)


@pytest.mark.parametrize(
    ("text", "says"),
    [("x = 1", "unknown field"), ("x = [", "not a letter file"), ("#" * (2 << 20), "longer than 1 MiB")],
)
def test_a_damaged_file_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "de.toml").write_text(text)
    with pytest.raises(InputError, match=says):
        load_language("de", tmp_path)


def test_what_is_missing_in_a_new_language_is_named(tmp_path: Path) -> None:
    write_templates(tmp_path)
    text = "\n".join(
        line for line in (tmp_path / "de.toml").read_text().splitlines() if not line.startswith("records =")
    )
    (tmp_path / "nl.toml").write_text(text)
    with pytest.raises(InputError, match=r"missing key words\.records"):
        load_language("nl", tmp_path)
    (tmp_path / "de.toml").write_text(text)
    assert load_language("de", tmp_path).words["records"] == "Datensätze"


def test_an_own_file_needs_only_what_it_changes(tmp_path: Path) -> None:
    (tmp_path / "fr.toml").write_text("[exposure]\nsubject = 'Objet'\n[words]\nto = 'Destinataire'\n")
    own, ours = load_language("fr", tmp_path), load_language("fr")
    assert (own.exposure.subject, own.exposure.text) == ("Objet", ours.exposure.text)
    assert (own.words["to"], own.words["date"], own.provider) == ("Destinataire", ours.words["date"], ours.provider)


@pytest.mark.parametrize("name", OURS)
def test_each_language_names_every_class_of_personal_data(name: str) -> None:
    classes = load_language(name).classes
    assert list(classes) == list(load_taxonomy())
    assert not [title for title in classes.values() if "_" in title or title in load_taxonomy()]
    if name == "en":
        assert [title.casefold() for title in classes.values()] == [
            one.title.casefold() for one in load_taxonomy().values()
        ]


@pytest.mark.parametrize("name", OURS)
def test_each_language_has_its_own_words_with_the_same_fields(name: str) -> None:
    """No word of a built-in language comes from English."""
    raw = tomllib.loads(resources.files("tieback.cases.letters").joinpath(f"{name}.toml").read_text())
    english = load_language("en")
    assert raw["words"].keys() == english.words.keys()
    for key, text in raw["words"].items():
        fields = sorted(re.findall(r"{\w+}", english.words[key]))
        assert sorted(re.findall(r"{\w+}", text)) == fields, key
    with pytest.raises(UsageError, match="Available languages: de, en"):
        load_language("xx")


@given(st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "qq.toml").write_bytes(data)
    with pytest.raises(InputError):
        load_language("qq", tmp_path)
