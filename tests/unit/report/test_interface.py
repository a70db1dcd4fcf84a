import io
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.each import each
from tests.unit.report.conftest import in_tables
from tieback.model.errors import UsageError
from tieback.model.probe import Field
from tieback.model.report.document import Report
from tieback.report import by_name, by_suffix, renderers


def test_names_and_suffixes_are_unique() -> None:
    metas = [renderer.meta for renderer in renderers()]
    assert len({meta.name for meta in metas}) == len({meta.suffix for meta in metas}) == len(metas)


@each("name", [renderer.meta.name for renderer in renderers()])
def test_by_name(name: str) -> None:
    assert by_name(name).meta.name == name


@each(
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


def test_unknown_format_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match=r"--format docx: unknown format\. Choose one of terminal, html, pdf, json, "):
        by_name("docx")
    with pytest.raises(UsageError, match=r"report\.docx: .*Use one of \.txt, \.html, \.pdf, "):
        by_suffix(Path("report.docx"))


LONG = 65_536
"""Characters of a field's name: what a server may well answer."""


@pytest.mark.parametrize("name", [one.meta.name for one in renderers() if one.meta.name != "pdf"])
def test_names_of_any_length_make_no_report_unreadable(report: Report, name: str) -> None:
    """Formats for people cut them, formulas are none, and what is for machines is whole."""
    long = "=HYPERLINK(" + "f" * LONG
    stores = [
        replace(
            store,
            product=long,
            containers=tuple(replace(one, path=(long,), fields=(Field(long),)) for one in store.containers),
            fields=tuple(replace(one, container=long, field=long) for one in store.fields),
            proofs=(long,),
        )
        for store in report.exposures()
    ]
    apps = [replace(one, app=replace(one.app, name=long, vendor=long, bundle_id=long)) for one in report.apps.rows()]
    found = [replace(one, title=long, evidence=(long,)) for one in report.findings.rows()]
    out = io.BytesIO()
    by_name(name).render(in_tables(report, exposures=stores, apps=apps, findings=found), out)
    text = out.getvalue().decode()
    if name in {"json", "ndjson"}:
        assert long in text
    elif name != "csv":
        assert "f" * 10_000 not in text
    if name == "csv":
        assert not any(line.startswith("=") or ",=" in line for line in text.splitlines())
