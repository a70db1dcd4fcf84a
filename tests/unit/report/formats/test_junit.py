import io
from collections.abc import Callable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, fromstring

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import in_tables
from tieback.model.report.baseline import Baseline
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem, UnreadCode, UnreadKind
from tieback.report.formats.junit import JunitRenderer


def rendered(report: Report) -> bytes:
    out = io.BytesIO()
    JunitRenderer().render(report, out)
    return out.getvalue()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.junit.xml", rendered(report))


def tree(report: Report) -> Element:
    return fromstring(rendered(report))


def test_findings_fail_and_apps_in_no_finding_pass(report: Report) -> None:
    """Tillroll leads to a store, but to no finding."""
    found, apps, _ = tree(report)
    assert [case.attrib["classname"] for case in found] == [finding.rule for finding in report.findings.rows()]
    assert all(case.find("failure") is not None for case in found)
    assert [case.attrib["name"] for case in apps] == ["com.tillroll.pos 1.8.8", "net.lantern.torch 1.0"]
    assert int(found.attrib["failures"]) == len(found)


def test_an_app_without_a_back_end_and_a_capture_without_a_flow_do_not_pass(report: Report) -> None:
    """Nothing of them could be checked: an empty list is no good answer."""
    apps = [replace(one, unread=(), endpoints=0, exposures=()) for one in report.apps.rows()]
    empty = CaptureSummary("empty.har", "c" * 64, 0, 0, 0, ())
    bare = replace(
        in_tables(report, apps=apps), partly_read=LazyTable.of(()), captures=LazyTable.of([empty]),
        findings=LazyTable.of(()), suppressed=LazyTable.of(()),
    )  # fmt: skip
    _, suite, captures, *_ = tree(bare)
    assert {case[0].attrib["message"] for case in suite} == {"no back end was found in it, so nothing could be probed"}
    assert suite.attrib["skipped"] == suite.attrib["tests"] == str(len(apps))
    assert captures.attrib["skipped"] == captures.attrib["tests"] == "1"


@pytest.mark.parametrize("is_suppressed", [False, True])
def test_an_app_in_a_finding_does_not_pass_even_if_it_leads_to_no_store(report: Report, *, is_suppressed: bool) -> None:
    apps = [replace(summary, unread=()) for summary in report.apps.rows()]
    report = replace(in_tables(report, apps=apps), partly_read=LazyTable.of(()))
    quiet = next(summary for summary in apps if not summary.exposures)
    finding = replace(next(report.findings.rows()), id="fnd-key", exposures=(), apps=(quiet.app.sha256,))
    by = Suppression("known", "jo@example.org", "2099-01-01", rule=finding.rule)
    with_it = (
        replace(report, suppressed=LazyTable.of([SuppressedFinding(finding, by)]))
        if is_suppressed
        else replace(report, findings=LazyTable.of([*report.findings.rows(), finding]))
    )
    suite = tree(with_it)[1]
    assert [case.attrib["name"] for case in suite] == ["com.tillroll.pos 1.8.8"]
    assert suite.attrib["tests"] == "1"


def test_only_apps_with_one_name_have_a_hash_in_it(report: Report) -> None:
    summaries = list(report.apps.rows())
    torch = next(one for one in summaries if one.app.bundle_id == "net.lantern.torch")
    others = [replace(torch, app=replace(torch.app, sha256=sign * 64)) for sign in "89"]
    names = [case.attrib["name"] for case in tree(in_tables(report, apps=[*summaries, *others]))[1]]
    assert names == [
        "com.tillroll.pos 1.8.8",
        *(f"net.lantern.torch 1.0 [{sign * 12}]" for sign in "e89"),
    ]


def test_long_names_of_different_apps_differ(report: Report) -> None:
    torch = next(one for one in report.apps.rows() if not one.exposures)
    apps = [replace(torch, app=replace(torch.app, bundle_id="a" * 400 + sign, sha256=sign * 64)) for sign in "89"]
    names = {case.attrib["name"] for case in tree(in_tables(report, apps=apps, findings=()))[1]}
    assert len(names) == 2


def test_an_app_that_is_only_known_from_a_capture_does_not_pass(report: Report) -> None:
    apps = [replace(one, captured=True, unread=()) for one in report.apps.rows()]
    assert not list(tree(in_tables(report, apps=apps))[1])


def test_an_input_that_could_not_be_read_is_an_error_and_other_problems_are_skipped(report: Report) -> None:
    problems = [
        Problem("3 files were not read, such as a.txt: not apps", "folder"),
        Problem("not a ZIP archive", "lost.apk", UnreadKind.WHOLE),
    ]
    root = tree(replace(report, problems=LazyTable.of(problems)))
    suite = root[-1]
    assert (suite.attrib["name"], suite.attrib["errors"], suite.attrib["skipped"]) == ("problems", "1", "1")
    assert [(case.attrib["name"], case[0].tag, case[0].attrib["message"]) for case in suite] == [
        ("folder", "skipped", problems[0].what),
        ("lost.apk", "error", problems[1].what),
    ]
    assert root.attrib["errors"] == "1"


@pytest.mark.parametrize(
    ("problems", "names"),
    [([("a", "x"), ("b", "x")], ["a", "b"]), ([("a", "x"), ("a", "y"), ("b", "x")], ["a: x", "a: y", "b"]),
     ([("a", "x"), ("a", "x"), ("a", "x")], ["a: x", "a: x (2)", "a: x (3)"]),
     ([("a\u202e", "x"), ("a\u202d", "x")], ["a\ufffd: x", "a\ufffd: x (2)"]),
     ([("", "x"), ("", "y")], [": x", ": y"])],
)  # fmt: skip
def test_problems_have_different_names(report: Report, problems: list[tuple[str, str]], names: list[str]) -> None:
    rows = [Problem(what, where) for where, what in problems]
    root = tree(replace(report, problems=LazyTable.of(rows)))
    assert [case.attrib["name"] for case in root[-1]] == names


def test_long_places_and_captures_of_one_path_have_different_names(report: Report) -> None:
    long = "/shared/" + "d" * 400
    problems = [Problem("no app", f"{long}{number}") for number in range(2)]
    captures = [
        CaptureSummary(path, f"{number:x}".zfill(12) + "0" * 52, 0, 0, 0, ())
        for number, path in enumerate(("x", "x", f"{long}.pcap", "y"))
    ]
    report = replace(report, problems=LazyTable.of(problems), captures=LazyTable.of(captures))
    root = tree(report)
    names = [[case.attrib["name"] for case in suite] for suite in root]
    assert [len(set(some)) for some in names] == [len(some) for some in names]
    assert max(len(name) for some in names for name in some) <= 300
    assert names == [[case.attrib["name"] for case in suite] for suite in tree(report)]
    assert names[-2][-1] == "y"


def test_hostile_text_is_text(hostile_report: Report) -> None:
    found = tree(hostile_report)[0]
    assert {node.tag for node in found.iter()} == {"testsuite", "testcase", "failure"}


def test_with_a_baseline_only_new_findings_fail(report: Report) -> None:
    ids = [finding.id for finding in report.findings.rows()]
    known = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), frozenset(ids[1:]), frozenset(), 1, 0, 0)
    root = tree(replace(report, baseline=known))
    found = root[0]
    assert [case.find("failure") is not None for case in found] == [True] + [False] * (len(ids) - 1)
    assert all("baseline old.json" in skipped.attrib["message"] for skipped in found.iter("skipped"))
    assert (root.attrib["failures"], found.attrib["failures"], found.attrib["skipped"]) == ("1", "1", str(len(ids) - 1))


def test_with_a_baseline_a_worse_finding_fails_too(report: Report) -> None:
    ids = [finding.id for finding in report.findings.rows()]
    worse = frozenset(ids[:1])
    known = Baseline("old.json", datetime(2026, 11, 1, tzinfo=UTC), frozenset(ids[1:]), worse, 0, 0, 0, worse)
    root = tree(replace(report, baseline=known))
    assert [one.attrib["message"].startswith("worse: ") for one in root.iter("failure")] == [True]
    assert root.attrib["failures"] == "1"


def test_what_the_name_of_a_case_does_not_have_is_in_its_output(crowded: Report) -> None:
    """The name is constant: build servers know a case by it, so it has no number."""
    (case,) = tree(crowded)[0]
    assert [child.tag for child in case] == ["failure", "system-out"]
    names = ", ".join(f"org.app{n}" for n in range(5))
    assert case.attrib["name"].endswith(f" {names}, opensearch 2.11.0 at s0.test:9200 and more")
    output = case.findtext("system-out") or ""
    assert output.splitlines()[0].endswith("org.app99 and 20 more")
    assert output.splitlines()[1] == "Stores: opensearch 2.11.0 at s0.test:9200"


def test_an_identifier_that_unrelated_apps_share_is_named_once(report: Report) -> None:
    first = next(report.apps.rows())
    apps = [replace(first, app=replace(first.app, sha256=digit * 64)) for digit in "123456789"]
    finding = replace(next(report.findings.rows()), exposures=(), apps=tuple(one.app.sha256 for one in apps))
    case = tree(in_tables(report, apps=apps, findings=[finding]))[0][0]
    assert case.attrib["name"] == f"{finding.id} {first.app.bundle_id}"


def test_counts_are_those_of_the_cases(report: Report) -> None:
    summaries = list(report.apps.rows())
    cut = UnreadCode(UnreadKind.DAMAGED, "the file ends within this entry", "classes.dex")
    apps = [replace(one, unread=(cut,)) if number < 2 else one for number, one in enumerate(summaries)]
    partly = [one for one in apps if one.unread]
    root = tree(replace(in_tables(report, apps=apps), partly_read=LazyTable.of(partly)))
    for suite in root:
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(list(suite.iter(tag))), (suite.attrib["name"], name)
        assert int(suite.attrib["tests"]) == len(suite)
    assert int(root.attrib["errors"]) == 2
    assert [error.attrib["message"] for error in root.iter("error")] == [
        "only partly read: cut off or damaged: the file ends within this entry (classes.dex)"
    ] * 2
