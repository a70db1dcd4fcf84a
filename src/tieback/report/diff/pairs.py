"""Which finding, app and store of a report is which one of an older report."""

import re
from collections.abc import Iterable, Iterator

from tieback.assess.findings import former_lines
from tieback.recognise.makers.words import names_no_app
from tieback.report.diff.past import PastApp, PastFinding, PastReport, PastStore
from tieback.report.shortened import cut

_ABOUT_NAMES = frozenset(("dangling-name", "retired-back-end"))
VOLATILE = re.compile(
    r"(?:(?:(?<=\.dex)|(?<=\.smali))(?: at 0x[0-9a-f]+)?, in [^ ,:]+| at 0x[0-9a-f]+)(?=$|, found by your rule )"
    r"|(?<=\w) \((?:normal|superuser|private_key|unknown)\)(?= )|(?<=\bclasses)\d{1,4}(?=\.dex\b)"
    r"|(?<=, in), (?:to|from)(?= )|(?<=\)) for an unknown endpoint(?=: )"
)
"""Parts of evidence that are not compared: the offset; the method and the grade, which older releases did not write;
the number of a DEX file, because each build distributes the classes anew; the word before the host of received data:
it was ``to``; the words of older releases for a credential without an endpoint."""
_FOR = re.compile(r"^(\w+(?: \(\w+\))? .{1,40}? \(\d+\)) for \S+(?=: )")
"""A credential with its endpoint."""


def paired_findings(old: PastReport, new: PastReport) -> Iterator[tuple[str, str]]:
    """Pairs of new and old findings with different ids but the same rule and address, or the same app and evidence."""
    left: dict[tuple[str, str], str] = {}
    for finding in old.findings.values():
        if finding.id not in new.findings:
            for place in places_of(finding, old):
                left.setdefault((finding.rule, place), finding.id)
    taken: set[str] = set()
    for finding in new.findings.values():
        if finding.id in old.findings:
            continue
        for place in places_of(finding, new):
            found = left.get((finding.rule, place))
            if found is not None and found not in taken:
                taken.add(found)
                yield finding.id, found
                break
    yield from _paired_apps(old, new, taken)


def _paired_apps(old: PastReport, new: PastReport, taken: set[str]) -> Iterator[tuple[str, str]]:
    """Pairs of findings of one app with other ids.

    One of the reports may not know the platform of the app, because a capture did not name it. Older releases took the
    platform from the capture also if there was a package, which both reports name.
    """
    left: dict[tuple[str, str, str], str] = {}
    for finding in old.findings.values():
        if finding.id not in new.findings and finding.id not in taken:
            for mark in _marks(finding, old):
                left.setdefault(mark, finding.id)
    for finding in new.findings.values():
        if finding.id not in old.findings:
            marks = [*_marks(finding, new), *_marks(finding, new, placed=False)]
            pairs = (left[mark] for mark in marks if mark in left and left[mark] not in taken)
            found = next((one for one in pairs if _one_platform(old.findings[one], old, finding, new)), None)
            if found is not None:
                taken.add(found)
                yield finding.id, found


def _marks(finding: PastFinding, past: PastReport, *, placed: bool = True) -> Iterator[tuple[str, str, str]]:
    """Rule, identifier of the app and each line of evidence, of a finding of an app.

    A line has everything but the app that the id of such a finding is made of. Findings about a name are of no app.
    Unless ``placed``, a credential is without its endpoint, as older releases had it, or under the rule and the kind
    that they gave it.
    """
    if not finding.exposures and finding.rule not in _ABOUT_NAMES:
        for name in sorted({app.bundle_id for app in apps_of(finding, past)} - {""}):
            for line in finding.evidence:
                text = VOLATILE.sub("", line)
                if placed:
                    yield finding.rule, name, text
                    continue
                for rule, former in ((finding.rule, line), *former_lines(finding.rule, line)):
                    text = VOLATILE.sub("", former)
                    yield from ((rule, name, text), (rule, name, _FOR.sub(r"\1", text)))


def _one_platform(before: PastFinding, old: PastReport, now: PastFinding, new: PastReport) -> bool:
    was, is_ = ({app.platform for app in apps} for apps in (apps_of(before, old), apps_of(now, new)))
    return was == is_ or "unknown" in was | is_


def places_of(finding: PastFinding, past: PastReport) -> list[str]:
    """Return the places of the stores of a finding, sorted."""
    return sorted({place for key in finding.exposures if key in past.stores for place in past.stores[key].places})


def labels_of(finding: PastFinding, past: PastReport) -> tuple[str, ...]:
    """Return labels of the stores and apps of a finding."""
    stores = [past.stores[key].label for key in finding.exposures if key in past.stores]
    apps = list(dict.fromkeys(past.apps[key].label for key in finding.apps if key in past.apps))
    return (*cut(stores, 3, one="store"), *cut(apps, 5, one="app"))


def apps_of(finding: PastFinding, past: PastReport) -> list[PastApp]:
    """Return the apps of a finding that the report has."""
    return [past.apps[key] for key in finding.apps if key in past.apps]


class TemplateApps:
    """The apps of both reports that have the identifier of a template: packages and signers by identifier."""

    def __init__(self, old: PastReport, new: PastReport) -> None:
        self._old, self._new = map(_marks_of, (old.apps.values(), new.apps.values()))

    def shared(self, ones: Iterable[PastApp], others: Iterable[PastApp]) -> str:
        """That one of these apps of the old and new report is not in the other report; empty if all are."""
        only = [app for app in ones if not _has_counterpart(app, self._new)]
        only += [app for app in others if not _has_counterpart(app, self._old)]
        if not only:
            return ""
        are = "is" if len(only) == 1 else "are"
        name = only[0].bundle_id
        return (
            f"different apps share the identifier {name} of a template; {len(only):,} of them {are} in only one report"
        )


def _marks_of(apps: Iterable[PastApp]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for app in apps:
        if names_no_app(app.bundle_id):
            found.setdefault(app.bundle_id, set()).update(app.marks)
    return found


def _has_counterpart(app: PastApp, marks: dict[str, set[str]]) -> bool:
    return not names_no_app(app.bundle_id) or not app.marks.isdisjoint(marks.get(app.bundle_id, ()))


def store_pairs(
    before: PastFinding, now: PastFinding, old: PastReport, new: PastReport
) -> Iterator[tuple[PastStore, PastStore]]:
    """Yield the stores of a finding in both reports."""
    ones = [old.stores[key] for key in before.exposures if key in old.stores]
    others = [new.stores[key] for key in now.exposures if key in new.stores]
    return zip(ones, others, strict=False)
