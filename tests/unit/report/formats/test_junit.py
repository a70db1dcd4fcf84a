import io
from collections.abc import Callable
from xml.etree.ElementTree import Element, fromstring

from tieback.model.report import Report
from tieback.report.formats.junit import JunitRenderer


def rendered(report: Report) -> bytes:
    out = io.BytesIO()
    JunitRenderer().render(report, out)
    return out.getvalue()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.junit.xml", rendered(report))


def tree(report: Report) -> Element:
    return fromstring(rendered(report))


def test_findings_fail_and_quiet_apps_pass(report: Report) -> None:
    found, apps = tree(report)
    assert [case.attrib["classname"] for case in found] == [finding.rule for finding in report.findings.rows()]
    assert all(case.find("failure") is not None for case in found)
    assert [case.attrib["name"] for case in apps] == ["net.lantern.torch 1.0"]
    assert int(found.attrib["failures"]) == len(found)


def test_hostile_text_is_text(hostile_report: Report) -> None:
    found, _ = tree(hostile_report)
    assert {node.tag for node in found.iter()} == {"testsuite", "testcase", "failure"}
