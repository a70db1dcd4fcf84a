"""JUnit XML for build servers: one test case per finding, per app without one or only partly read, and per problem.

Source: the common schema (https://github.com/testmoapp/junitxml). Findings are failures, worst first. With a baseline,
only findings that are new or worse are failures. Inputs that are damaged or could not be read are errors; other
problems are skipped, and so are apps without a known back end and captures without a flow: nothing of them was checked.
Build servers know a case by its name, so the name has the first apps and stores and no number; ``system-out`` lists the
others and counts what is left out. The name of an app has the first characters of its SHA-256 only if other apps share
its identifier and version: each build has another hash, so a name with it would be new in each build. A problem has the
name of its place; if others share it, also what is wrong there. Some build servers show one case of each name.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import CaptureSummary
from tieback.model.report.document import Report
from tieback.model.sighting import Problem, UnreadKind
from tieback.report.detail import MOST_APPS, FindingDetail, iter_details
from tieback.report.interface import RendererMeta
from tieback.report.shortened import cut_text
from tieback.report.texts.clean import clean
from tieback.report.texts.shared_identifier import shared_identifier_text
from tieback.report.texts.stores import place_text
from tieback.report.texts.unread import unread_text

_LONGEST = 4000
_LONGEST_NAME = 300
_MARK = 12
"""Characters of the SHA-256 in the name of an app whose identifier and version other apps share."""
_NAMED_APPS = 5
_NAMED_STORES = 3
_MOST_STORES = 100


class JunitRenderer:
    """Renders suites: findings, apps, captures and problems; the last two only if there are any.

    The suite of apps has those in no finding, suppressed or not, and those that were only partly read.
    """

    meta = RendererMeta("junit", ".junit.xml", "application/xml")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the document to ``out``, case by case."""
        found, apart = report.findings.count, report.suppressed.count
        new = found - _known(report)
        apps = _AppCases(report)
        captures = report.captures.count
        odd = sum(bool(_why_skipped(one)) for one in report.captures.rows())
        cut_off = sum(one.damaged for one in report.captures.rows())
        problems, failed = report.problems.count, sum(map(_is_error, report.problems.rows()))
        stamp = report.created.strftime("%Y-%m-%dT%H:%M:%S")
        out.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        out.write(
            f'<testsuites name="tieback" tests="{found + apart + apps.count + captures + problems}" failures="{new}" '
            f'errors="{apps.damaged + cut_off + failed}">\n'.encode()
        )
        out.write(
            f'<testsuite name="findings" tests="{found + apart}" failures="{new}" errors="0" '
            f'skipped="{found - new + apart}" timestamp="{stamp}">\n'.encode()
        )
        out.writelines(_case(report, detail).encode() for detail in iter_details(report))
        for suppressed in report.suppressed.rows():
            finding, by = suppressed.finding, suppressed.by
            words = _attribute(f"suppressed by {by.author} until {by.expires}: {by.reason}")
            rule, case = _attribute(finding.rule), _attribute(f"{finding.id} {finding.title}")
            out.write(f"<testcase classname={rule} name={case}><skipped message={words}/></testcase>\n".encode())
        out.write(
            f'</testsuite>\n<testsuite name="apps" tests="{apps.count}" failures="0" errors="{apps.damaged}" '
            f'skipped="{apps.partly - apps.damaged}">\n'.encode()
        )
        out.writelines(case.encode() for case in apps.cases())
        if captures:
            out.write(
                f'</testsuite>\n<testsuite name="captures" tests="{captures}" failures="0" errors="{cut_off}" '
                f'skipped="{odd - cut_off}">\n'.encode()
            )
            out.writelines(_captures(report))
        if problems:
            out.write(
                f'</testsuite>\n<testsuite name="problems" tests="{problems}" failures="0" errors="{failed}" '
                f'skipped="{problems - failed}">\n'.encode()
            )
            out.writelines(_problems(report))
        out.write(b"</testsuite>\n</testsuites>\n")


def _known(report: Report) -> int:
    """Number of findings that the baseline has, and that are not worse."""
    known = report.baseline
    if known is None:
        return 0
    return sum(not known.is_news(finding.id) for finding in report.findings.rows())


def _case(report: Report, detail: FindingDetail) -> str:
    finding = detail.finding
    # Unrelated apps share the identifier of a template: it is named once.
    apps = list(dict.fromkeys(summary.app.bundle_id for summary in detail.apps))
    stores = [place_text(store) for store in detail.stores]
    about = ", ".join([*apps[:_NAMED_APPS], *stores[:_NAMED_STORES]])
    more_apps = len(apps) > _NAMED_APPS or len(finding.apps) > MOST_APPS
    more = " and more" if more_apps or len(finding.exposures) > _NAMED_STORES else ""
    name = f"{finding.id} {about}{more}"
    head = f"<testcase classname={_attribute(finding.rule)} name={_attribute(name)}>"
    tail = f"{_others(detail, apps, stores) if more or len(name) > _LONGEST_NAME else ''}</testcase>\n"
    known = report.baseline
    if known is not None and not known.is_news(finding.id):
        since = f"{known.standing(finding.id).value} since the baseline {known.name} of {known.created:%Y-%m-%d}"
        words = f"{since}: {finding.title}"
        return f"{head}<skipped message={_attribute(words)}/>{tail}"
    lines = (*finding.evidence, shared_identifier_text(finding), f"What to do: {finding.advice}")
    body = "\n".join(filter(None, lines))
    new = f"{known.word(finding.id)}: " if known is not None else ""
    return (
        f"{head}<failure type={_attribute(finding.severity.value)} message={_attribute(new + finding.title)}>"
        f"{_text(body)}</failure>{tail}"
    )


def _others(detail: FindingDetail, apps: list[str], stores: list[str]) -> str:
    """The apps and stores of a case whose name does not have them all, with the number of those left out."""
    lines = []
    if apps:
        lines.append(f"Apps: {cut_text(map(clean, apps), MOST_APPS, count=len(apps) + detail.more_apps)}")
    if stores:
        lines.append(f"Stores: {cut_text(stores, _MOST_STORES, count=len(detail.finding.exposures))}")
    return f"<system-out>{escape(chr(10).join(lines))}</system-out>"


class _AppCases:
    """The cases of apps, counted in one pass and written in another: only keys and hashes of names are in memory."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._found = set(
            chain.from_iterable(
                finding.apps
                for finding in chain(report.findings.rows(), (one.finding for one in report.suppressed.rows()))
            )
        )
        self.count = self.partly = self.damaged = 0
        names: set[int] = set()
        self._shared: set[int] = set()
        for summary in self._rows():
            self.count += 1
            self.partly += bool(_why_skipped(summary))
            self.damaged += summary.damaged
            key = hash(_app_name(summary))
            (self._shared if key in names else names).add(key)

    def _rows(self) -> Iterator[AppSummary]:
        """Apps that are only known from a capture were not read, so none of them passes."""
        for summary in self._report.apps.rows():
            if summary.unread or not (summary.captured or summary.app.sha256 in self._found):
                yield summary

    def cases(self) -> Iterator[str]:
        for summary in self._rows():
            name = _app_name(summary)
            mark = f" [{summary.app.sha256[:_MARK]}]" if hash(name) in self._shared else ""
            yield _input("app", name + mark, summary)


def _app_name(summary: AppSummary) -> str:
    name = f"{summary.app.bundle_id} {summary.app.version_name}"
    return clean(name, _LONGEST_NAME - _MARK - len(" []"))


def _why_skipped(summary: AppSummary | CaptureSummary) -> str:
    """Why an input without a finding does not pass; empty if it does. An input that shows nothing is not checked."""
    if summary.unread:
        return f"only partly read: {unread_text(summary)}"
    if isinstance(summary, CaptureSummary):
        return "" if summary.flows else "no flow was found in it, so nothing is known about the servers"
    known = summary.endpoints or summary.exposures
    return "" if known else "no back end was found in it, so nothing could be probed"


def _input(kind: str, name: str, summary: AppSummary | CaptureSummary) -> str:
    case, why = _attribute(name), _why_skipped(summary)
    if not why:
        return f'<testcase classname="{kind}" name={case}/>\n'
    words = _attribute(why)
    element = f'<error type="damaged" message={words}/>' if summary.damaged else f"<skipped message={words}/>"
    return f'<testcase classname="{kind}" name={case}>{element}</testcase>\n'


def _is_error(problem: Problem) -> bool:
    return problem.unread is UnreadKind.WHOLE


def _shared(names: Iterable[str]) -> set[int]:
    """Hashes of the names that occur several times; the names themselves can be many."""
    seen: set[int] = set()
    shared: set[int] = set()
    for name in names:
        (shared if hash(name) in seen else seen).add(hash(name))
    return shared


def _captures(report: Report) -> Iterator[bytes]:
    shared = _shared(clean(one.path, _LONGEST) for one in report.captures.rows())
    for capture in report.captures.rows():
        name = clean(capture.path, _LONGEST)
        yield _input("capture", _marked(name, capture.sha256 if hash(name) in shared else ""), capture).encode()


def _marked(name: str, mark: str = "") -> str:
    """A name with a mark. A name that would be cut has a mark of its whole text, so that two of them stay apart."""
    if not mark and len(name) <= _LONGEST_NAME:
        return name
    mark = mark or hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()
    return f"{clean(name, _LONGEST_NAME - _MARK - len(' []'))} [{mark[:_MARK]}]"


def _problems(report: Report) -> Iterator[bytes]:
    shared = _shared(clean(one.where, _LONGEST) for one in report.problems.rows())
    numbers: Counter[int] = Counter()
    for problem in report.problems.rows():
        name = clean(problem.where, _LONGEST)
        if hash(name) in shared:
            name = f"{name}: {clean(problem.what, _LONGEST)}"
            numbers[hash(name)] += 1
            if (number := numbers[hash(name)]) > 1:
                name += f" ({number})"
        yield _problem(problem, _marked(name)).encode()


def _problem(problem: Problem, name: str) -> str:
    words = _attribute(problem.what)
    element = f'<error type="not read" message={words}/>' if _is_error(problem) else f"<skipped message={words}/>"
    return f'<testcase classname="problem" name={_attribute(name)}>{element}</testcase>\n'


def _attribute(text: str) -> str:
    return quoteattr(clean(text, _LONGEST_NAME))


def _text(text: str) -> str:
    return escape("\n".join(clean(line, _LONGEST) for line in text.split("\n")))
