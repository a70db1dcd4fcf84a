import io
import re
from collections.abc import Callable
from itertools import pairwise

from tests.each import each
from tieback.model.report.document import Report
from tieback.report.formats.markdown import MOST_FINDINGS, MarkdownRenderer
from tieback.report.texts.clean import escape_markdown


def rendered(report: Report) -> str:
    out = io.BytesIO()
    MarkdownRenderer().render(report, out)
    return out.getvalue().decode()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.md", rendered(report).encode())


def test_hostile_text_is_escaped(hostile_report: Report) -> None:
    text = rendered(hostile_report)
    bare = text.replace("\\\\", "").replace("\\<", "")
    assert "<script" not in bare
    assert "<img" not in bare
    assert "\x1b" not in text
    bars = [len(re.findall(r"(?<!\\)\|", line)) for line in text.splitlines()]
    assert any(bars)
    # The lines of a table have the same cells.
    assert all(one == other for one, other in pairwise(bars) if one and other)


@each(
    ("text", "shown"),
    [
        ("@octocat", r"\@octocat"),
        ("[x](http://a.test) #1", r"\[x\](http\://a.test) \#1"),
        ("`x` a|b *c* <i> www.a.test", r"\`x\` a\|b \*c\* \<i\> www\.a.test"),
        ("- a", r"\- a"),
        ("1. a", r"1\. a"),
        ("es.fieldhand.test:9200 (a-b)", "es.fieldhand.test:9200 (a-b)"),
    ],
)
def test_hostile_text_makes_no_mentions_or_links(text: str, shown: str) -> None:
    assert escape_markdown(text) == shown


def test_without_a_grant(report: Report, tabled: Callable[..., Report]) -> None:
    text = rendered(tabled(report, scope=None, exposures=(), findings=()))
    assert "no back end was contacted" in text
    assert "## Findings" not in text


def test_without_a_grant_it_lists_what_the_apps_name(report: Report, tabled: Callable[..., Report]) -> None:
    text = rendered(tabled(report, scope=None, exposures=(), findings=()))
    assert "## Endpoints in apps and captures" in text
    row = next(line for line in text.splitlines() if "telemetry.vendor-sdk.test" in line)
    assert "api.lantern.test, telemetry.vendor-sdk.test" in row


def test_without_a_grant_no_number_of_stores_is_shown(report: Report, tabled: Callable[..., Report]) -> None:
    lines = rendered(tabled(report, scope=None, exposures=(), findings=())).splitlines()
    assert "| distinct stores accessible without authentication | not probed |  | there was no grant |" in lines
    assert "| Platform | Apps analysed |" in lines
    assert not [line for line in lines if line.startswith("|") and "Open" in line]


def test_many_findings_are_cut_and_counted(report: Report, tabled: Callable[..., Report]) -> None:
    finding = next(report.findings.rows())
    many = [
        type(finding)(**{f: getattr(finding, f) for f in finding.__struct_fields__} | {"id": str(n)})
        for n in range(140)
    ]
    text = rendered(tabled(report, findings=many))
    assert f"and {140 - MOST_FINDINGS} more" in text
