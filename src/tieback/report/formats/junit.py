"""JUnit XML for build servers: one test case per finding and per app without one.

Source: the common schema (https://github.com/testmoapp/junitxml). Findings are failures, worst first.
"""

from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from tieback.model.report import Report
from tieback.report.detail import iter_details
from tieback.report.document import clean, place_text
from tieback.report.interface import RendererMeta

_LONGEST = 4000


class JunitRenderer:
    """Renders two suites: findings, and apps that lead to no store that answered."""

    meta = RendererMeta("junit", ".junit.xml", "application/xml")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``, case by case."""
        found, apart, quiet = report.findings.count, report.suppressed.count, report.quiet.count
        stamp = report.created.strftime("%Y-%m-%dT%H:%M:%S")
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write(f'<testsuites name="tieback" tests="{found + apart + quiet}" failures="{found}">\n'.encode())
        out.write(
            f'<testsuite name="findings" tests="{found + apart}" failures="{found}" errors="0" skipped="{apart}" '
            f'timestamp="{stamp}">\n'.encode()
        )
        for detail in iter_details(report):
            finding = detail.finding
            about = ", ".join(
                [summary.app.bundle_id for summary in detail.apps[:5]]
                + [place_text(store) for store in detail.stores[:3]]
            )
            body = "\n".join((*finding.evidence, f"What to do: {finding.advice}"))
            out.write(
                (
                    f"<testcase classname={_attribute(finding.rule)} name={_attribute(f'{finding.id} {about}')}>"
                    f"<failure type={_attribute(finding.severity.value)} message={_attribute(finding.title)}>"
                    f"{_text(body)}</failure></testcase>\n"
                ).encode()
            )
        for suppressed in report.suppressed.rows():
            finding, by = suppressed.finding, suppressed.by
            words = _attribute(f"suppressed by {by.author} until {by.expires}: {by.reason}")
            rule, case = _attribute(finding.rule), _attribute(f"{finding.id} {finding.title}")
            out.write(f"<testcase classname={rule} name={case}><skipped message={words}/></testcase>\n".encode())
        out.write(f'</testsuite>\n<testsuite name="apps" tests="{quiet}" failures="0" errors="0">\n'.encode())
        for summary in report.quiet.rows():
            case = f"{summary.app.bundle_id} {summary.app.version_name}"
            out.write(f'<testcase classname="app" name={_attribute(case)}/>\n'.encode())
        out.write(b"</testsuite>\n</testsuites>\n")


def _attribute(text: str) -> str:
    return quoteattr(clean(text, 300))


def _text(text: str) -> str:
    return escape("\n".join(clean(line, _LONGEST) for line in text.split("\n")))
