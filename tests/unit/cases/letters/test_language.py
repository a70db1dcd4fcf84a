"""Languages are files: ours, or the operator's before ours."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.cases.letters.language import KINDS, languages, load_language, write_templates
from tieback.model.case import RecheckVerdict
from tieback.model.errors import InputError, UsageError
from tieback.model.figure import estimate, exact, lower_bound
from tieback.model.probe import Access

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
    [("", "not a letter file"), ("x = [", "not a letter file"), ("#" * (2 << 20), "longer than 1 MiB")],
)
def test_a_damaged_file_is_one_line(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "de.toml").write_text(text)
    with pytest.raises(InputError, match=says):
        load_language("de", tmp_path)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    write_templates(tmp_path)
    german = tmp_path / "de.toml"
    german.write_text("\n".join(line for line in german.read_text().splitlines() if not line.startswith("records =")))
    with pytest.raises(InputError, match=r"missing key words\.records"):
        load_language("de", tmp_path)
    with pytest.raises(UsageError, match="Available languages: de, en"):
        load_language("xx")


@given(st.binary(max_size=200))
def test_any_bytes(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "qq.toml").write_bytes(data)
    with pytest.raises(InputError):
        load_language("qq", tmp_path)
