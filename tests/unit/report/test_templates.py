"""The templates of HTML reports are compiled once, and give the same page from the cache."""

from collections.abc import Iterator
from pathlib import Path

import jinja2
import pytest

from tieback.report.templates import report_templates

NAME = "diff/page.html.j2"


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    """The templates of this process are made anew, before and after."""
    report_templates.cache_clear()
    yield
    report_templates.cache_clear()


def compiled(folder: Path) -> list[Path]:
    return sorted(folder.glob("template-*"))


def test_a_template_is_compiled_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TIEBACK_CACHE", str(folder))
    first = report_templates().get_template(NAME)
    assert len(compiled(folder)) == 1
    report_templates.cache_clear()
    monkeypatch.setattr(jinja2.Environment, "compile", lambda *_: pytest.fail("compiled again"))
    second = report_templates().get_template(NAME)
    assert second is not first
    assert second.filename == first.filename


def test_a_damaged_cache_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "cache"
    monkeypatch.setenv("TIEBACK_CACHE", str(folder))
    report_templates().get_template(NAME)
    (kept,) = compiled(folder)
    content = kept.read_bytes()
    kept.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    report_templates.cache_clear()
    assert report_templates().get_template(NAME).name == NAME
    assert kept.read_bytes() == content


def test_without_a_cache_it_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIEBACK_CACHE", "")
    assert report_templates().get_template(NAME).name == NAME
