from pathlib import Path

import pytest

from tieback.model.errors import UsageError
from tieback.report import by_name, by_suffix, renderers


def test_names_and_suffixes_are_unique() -> None:
    metas = [renderer.meta for renderer in renderers()]
    assert len({meta.name for meta in metas}) == len({meta.suffix for meta in metas}) == len(metas)


@pytest.mark.parametrize("name", [renderer.meta.name for renderer in renderers()])
def test_by_name(name: str) -> None:
    assert by_name(name).meta.name == name


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a.html", "html"),
        ("b.v2.JSON", "json"),
        ("c.txt", "terminal"),
        ("d.sarif", "sarif"),
        ("e.cdx.json", "cyclonedx"),
        ("f.stix.json", "stix"),
        ("g.csaf.json", "csaf"),
        ("h.junit.xml", "junit"),
        ("i.md", "markdown"),
    ],
)
def test_by_suffix(file: str, name: str) -> None:
    assert by_suffix(Path(file)).meta.name == name


def test_an_unknown_format_says_which_there_are() -> None:
    with pytest.raises(
        UsageError, match=r"--format docx: there is no such format\. Choose one of terminal, html, pdf, json, "
    ):
        by_name("docx")
    with pytest.raises(UsageError, match=r"report\.docx: .*End it in one of \.txt, \.html, \.pdf, "):
        by_suffix(Path("report.docx"))
