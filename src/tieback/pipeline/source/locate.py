"""Original names and lines of the source for the findings of a report: ``--mapping`` and ``--source``."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from msgspec.structs import replace

from tieback.intake.source.checkout import Checkout
from tieback.intake.source.r8_mapping import Mapping, OriginalMethod, class_names, read_mapping
from tieback.model.app import App, Platform
from tieback.model.count_text import count_text
from tieback.model.errors import UsageError
from tieback.model.exposure import Finding
from tieback.model.report.apps import AppSighting
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Evidence, Problem
from tieback.model.source import SourceLocation, SourceMatch
from tieback.pipeline.source.map_ids import is_of_another_build, map_ids
from tieback.pipeline.source.search import SourceSearch
from tieback.pipeline.source.traces import Place, Places, Trace, place_text, traces_of
from tieback.report.detail import iter_details

MAX_FINDINGS = 10_000
"""Most findings that are followed."""
MAX_PLACES = 200_000
"""Most endpoints of apps that are kept for it."""
MAX_CLASSES = 100_000
MAX_LOCATIONS = 5
"""Most lines of one finding."""
_FLOW = "dex-flow/"
"""Beginning of ``Evidence.how`` where the context begins with a method."""
_MOST_ORIGINS = 8
_MOST_LINES = 20
_SHOWN_ID = 12


def with_source(report: Report, mapping: Path | None, checkout: Checkout | None) -> Report:
    """The report with original names in its evidence, and with the lines of a checkout for its findings.

    IDs of findings do not change. Findings without a line stay without one, and a problem states their number.

    Args:
        report: the full report, before it is reduced for an audience.
        mapping: the R8 or ProGuard mapping of the app.
        checkout: the source of the app.

    Raises:
        UsageError: a mapping for a report on several Android apps, or on none.
        InputError: the mapping cannot be read.
    """
    if mapping is not None:
        require_one_app((summary.app for summary in report.apps.rows()), mapping)
    classes, places = _places(report)
    names = read_mapping(mapping, classes) if mapping is not None else Mapping()
    traces = {
        detail.finding.id: traces_of(detail, places)
        for detail in iter_details(report, islice(report.findings.rows(), MAX_FINDINGS))
    }
    problems: list[Problem] = []
    if mapping is not None:
        packages = (summary.path for summary in report.apps.rows() if summary.app.platform is Platform.ANDROID)
        problems += mapping_problems(mapping, names, classes, packages)
    lines = Located(traces, names)
    if checkout is not None:
        lines.search(checkout)
        problems += _source_problems(checkout, lines, report.findings.count)
    return _applied(report, names, lines, problems)


def require_one_app(apps: Iterable[App], mapping: Path) -> None:
    """Check that a mapping is used for one Android app. Splits and packages by architecture of one build share one.

    Raises:
        UsageError: there are several, or only apps of other platforms.
    """
    every = list(apps)
    bundles = {app.bundle_id for app in every if app.platform is Platform.ANDROID}
    if every and not bundles:
        raise UsageError(
            "the mapping of R8 or ProGuard belongs to an Android app, and there is none",
            where=f"--mapping {mapping}",
            advice="Leave out --mapping",
        )
    if len(bundles) > 1:
        raise UsageError(
            f"a mapping belongs to one app, and these are {len(bundles):,} Android apps",
            where=f"--mapping {mapping}",
            advice="Pass the packages of one app",
        )


def _places(report: Report) -> tuple[frozenset[str], Places]:
    """Names of classes in the evidence, and where the apps have their endpoints."""
    classes: set[str] = set()
    places: dict[tuple[str, str], Place] = {}
    for row in report.sightings.rows():
        evidence = row.sighting.evidence
        if len(classes) < MAX_CLASSES:
            classes.update(name for text in (evidence.context, *evidence.chain) for name in class_names(text))
        if len(places) < MAX_PLACES:
            place = Place(evidence.file, evidence.offset, method_of(evidence))
            places.setdefault((row.app_sha256, row.sighting.endpoint.value), place)
            if place.method:
                places.setdefault((row.app_sha256, place_text(evidence.file, evidence.offset)), place)
    for finding in islice(report.findings.rows(), MAX_FINDINGS):
        if len(classes) < MAX_CLASSES:
            classes.update(name for line in finding.evidence for name in class_names(line))
    return frozenset(classes), places


def method_of(evidence: Evidence) -> str:
    """The method in smali notation with which the context of a data flow begins."""
    if not evidence.how.startswith(_FLOW):
        return ""
    method, colon, _ = evidence.context.partition(": ")
    return method if colon and "->" in method else ""


class Located:
    """The lines of findings."""

    def __init__(self, traces: dict[str, tuple[Trace, ...]], names: Mapping) -> None:
        self._traces = traces
        self._names = names
        self._search: SourceSearch | None = None
        every = dict.fromkeys(trace.method for found in traces.values() for trace in found if trace.method)
        self._origins = {method: _origins(names, method) for method in every}
        self.found: dict[str, tuple[SourceLocation, ...]] = {}
        """By the ID of the finding."""
        self._fill("")

    def search(self, checkout: Checkout) -> None:
        """Find the lines in a checkout."""
        methods = [
            (origin, self._source_file(method, origin))
            for method, origins in self._origins.items()
            for origin in origins
        ]
        self._search = SourceSearch(chain.from_iterable(self._traces.values()), methods)
        self._search.run(checkout)
        self._fill(_shown(checkout.top))

    @property
    def left_out(self) -> int:
        """Number of texts that were not searched, because there are too many."""
        return self._search.left_out if self._search else 0

    def _source_file(self, method: str, origin: OriginalMethod) -> str:
        (name,) = set(class_names(method)) or {""}
        known = self._names.classes.get(name)
        return known.source_file if known is not None and known.name == origin.owner else ""

    def _fill(self, prefix: str) -> None:
        order = list(SourceMatch)
        for key, traces in self._traces.items():
            found: dict[object, SourceLocation] = {}
            every = chain.from_iterable(self._of(trace, prefix) for trace in traces)
            for one in sorted(every, key=lambda one: order.index(one.match)):
                found.setdefault((one.file, one.line) if one.file else one, one)
            self.found[key] = tuple(islice(found.values(), MAX_LOCATIONS))

    def _of(self, trace: Trace, prefix: str) -> Iterator[SourceLocation]:
        method = "" if not trace.method else _label(self._names, trace.method)
        origins = self._origins.get(trace.method, ())
        lines = list(islice(self._search.lines(trace, origins), _MOST_LINES)) if self._search else []
        for match, line in lines:
            yield SourceLocation(prefix + line.file, line.line, match, trace.entry, trace.offset, method)
        if not lines and method:
            yield SourceLocation("", 0, SourceMatch.NONE, trace.entry, trace.offset, method)


def _origins(names: Mapping, method: str) -> tuple[OriginalMethod, ...]:
    """The methods of the source that can be a method of the package, and those inlined into it."""
    found = [one for origin in names.origins(method) for one in (origin.method, *origin.inlined)]
    if not found:
        owner = next(iter(class_names(names.restore(method))), "")
        found = [OriginalMethod(owner, method.rpartition("->")[2])] if owner else []
    return tuple(dict.fromkeys(found))[:_MOST_ORIGINS]


def _label(names: Mapping, method: str) -> str:
    """A method in smali notation by its original name, with dots."""
    owner, _, name = names.restore(method).partition(";->")
    return f"{owner.removeprefix('L').replace('/', '.')}.{name}"


def _shown(top: Path) -> str:
    """Prefix of paths in a checkout: from the current folder, if the checkout is inside it."""
    try:
        below = top.resolve().relative_to(Path.cwd().resolve())
    except (ValueError, OSError):
        return ""
    return "" if below == Path() else f"{below.as_posix()}/"


def mapping_problems(
    path: Path, names: Mapping, classes: frozenset[str], packages: Iterable[str] = ()
) -> Iterator[Problem]:
    """What a mapping lacks, and that it is of another build.

    Args:
        path: the mapping.
        names: what was read of it.
        classes: names of the classes in the evidence.
        packages: paths of the packages of the app; those that can no longer be read are passed over.
    """
    if names.map_id and is_of_another_build(names.map_id, map_ids(packages)):
        yield Problem(
            f"this mapping ({names.map_id[:_SHOWN_ID]}) is of another build than the app: "
            "the original names of classes and methods can be wrong",
            str(path),
        )
    if classes and not names.classes:
        none = (
            "the class in the evidence is not"
            if len(classes) == 1
            else f"none of the {count_text(len(classes), 'class', 'classes')} in the evidence is"
        )
        yield Problem(f"{none} in the mapping; is it from this build?", str(path))
    if names.unread:
        yield Problem(f"{count_text(names.unread, 'line')} of the classes in the evidence could not be read", str(path))


def _source_problems(checkout: Checkout, lines: Located, findings: int) -> Iterator[Problem]:
    missing = findings - sum(any(one.file for one in found) for found in lines.found.values())
    if missing:
        yield Problem(
            f"{missing:,} of {count_text(findings, 'finding')} {'was' if missing == 1 else 'were'} not found in this "
            "source",
            str(checkout.top),
        )
    yield from search_problems(checkout, lines, said=bool(missing))


def search_problems(checkout: Checkout, lines: Located, *, said: bool = False) -> Iterator[Problem]:
    """What the search of a checkout left out. Documents of tieback are no loss, and are counted beside other lines."""
    where = str(checkout.top)
    for reason, count in sorted(checkout.left_out.items()):
        yield Problem(f"{count_text(count, 'file or folder was', 'files or folders were')} not read: {reason}", where)
    if lines.left_out:
        yield Problem(f"{count_text(lines.left_out, 'text was', 'texts were')} not searched: too many endpoints", where)
    if checkout.documents and (said or checkout.left_out or lines.left_out):
        documents = count_text(checkout.documents, "document of tieback was", "documents of tieback were")
        yield Problem(f"{documents} not searched: a report is not source code", where)


def restored(evidence: Evidence, names: Mapping) -> Evidence:
    """Evidence with the original names of classes and methods."""
    return replace(
        evidence,
        context=names.restore(evidence.context),
        chain=tuple(names.restore(step, fields=True) for step in evidence.chain),
    )


def _applied(report: Report, names: Mapping, lines: Located, problems: Sequence[Problem]) -> Report:
    def finding(one: Finding) -> Finding:
        evidence = tuple(map(names.restore, one.evidence))
        return replace(one, evidence=evidence, locations=lines.found.get(one.id, ()))

    def sighting(row: AppSighting) -> AppSighting:
        evidence = restored(row.sighting.evidence, names)
        same = evidence == row.sighting.evidence
        return row if same else replace(row, sighting=replace(row.sighting, evidence=evidence))

    before, found, earlier = report.findings, report.sightings, report.problems
    return replace(
        report,
        findings=LazyTable[Finding](before.count, lambda: map(finding, before.rows())),
        sightings=LazyIndex[AppSighting](
            found.count, lambda: map(sighting, found.rows()), pick=lambda keys: map(sighting, found.pick(keys))
        ),
        problems=_with(earlier, problems),
    )


def _with(earlier: LazyTable[Problem], problems: Iterable[Problem]) -> LazyTable[Problem]:
    more = tuple(problems)
    return LazyTable[Problem](earlier.count + len(more), lambda: chain(more, earlier.rows()))
