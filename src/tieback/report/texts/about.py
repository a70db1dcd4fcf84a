"""What a report is about: audience, comparison with an earlier report, scope, and data that it used."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from tieback.model.count_text import count_text
from tieback.model.exposure import Finding
from tieback.model.report.baseline import Baseline
from tieback.model.report.document import Report
from tieback.model.report.scope import RunScope, SkipReason
from tieback.model.report.used import DataUsed, PluginUsed, RulesUsed
from tieback.report.personal import personal_lines
from tieback.report.recorded import recorded_text
from tieback.report.shortened import fit_text
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import MOST_SEARCHED
from tieback.report.texts.stores import EXPERIMENTAL, EXPERIMENTAL_MEANS

_CITED = ("tieback", "asn", "city", "country")
"""Prefixes of data set names that the user did not choose."""


def baseline_counts(known: Baseline) -> str:
    """The numbers of new, fixed, changed and unconfirmed findings, and how many are worse."""
    worse = f" ({len(known.worse):,} of them worse)" if known.worse else ""
    told = f"{known.new:,} new, {known.fixed:,} fixed, {len(known.updated):,} changed or moved{worse}"
    return f"{told}, {known.unconfirmed:,} unconfirmed" if known.unconfirmed else told


def new_first(report: Report) -> Iterator[Finding]:
    """The findings, most severe first; with a baseline, those that are new or worse before all others."""
    known = report.baseline
    if known is None:
        return report.findings.rows()
    return chain(
        (finding for finding in report.findings.rows() if known.is_news(finding.id)),
        (finding for finding in report.findings.rows() if not known.is_news(finding.id)),
    )


def about_lines(report: Report) -> Iterator[tuple[str, str]]:
    """Yield audience, comparison with an earlier report, and scope, as label and text."""
    if report.audience:
        yield ("Audience", report.audience)
    yield ("Sharing", f"TLP:{report.tlp}")
    if report.suppressed.count:
        yield ("Suppressed", f"{count_text(report.suppressed.count, 'finding')}, listed separately")
    if (known := report.baseline) is not None:
        yield (f"Compared with {clean(known.name, 60)} of {known.created:%Y-%m-%d}", baseline_counts(known))
        for note in known.notes:
            yield ("Comparison", clean(note, 500))
    yield from personal_lines(report.headline, internal=not report.audience)
    yield from scope_lines(report.scope)
    if report.scope is not None:
        means = f"; {EXPERIMENTAL}: {EXPERIMENTAL_MEANS}" if _marks_experimental(report) else ""
        yield ("Probes", f"{recorded_text()}{means}")
    if report.rules:
        yield ("Rules of users", clean(fit_text((one.cited for one in report.rules), 500), 500))
    if report.plugins:
        yield ("Plug-ins", clean(fit_text((one.cited for one in report.plugins), 500), 500))
    if report.data:
        yield ("Address data", clean(fit_text((one.cited for one in report.data), 500), 500))


def _marks_experimental(report: Report) -> bool:
    """True if a verdict can be marked as experimental; of many stores only the first are looked at."""
    if report.exposed.count + report.answered.count > MOST_SEARCHED:
        return True
    if any(store.experimental for store in report.exposures()):
        return True
    return any(probe.experimental for probe in report.probes.first(MOST_SEARCHED))


def data_for_others(data: Iterable[DataUsed]) -> tuple[DataUsed, ...]:
    """Return the address data for other audiences, without list names that the user chose."""
    return tuple(one if one.name.startswith(_CITED) else msgspec.structs.replace(one, name="a list") for one in data)


def rules_for_others(rules: Iterable[RulesUsed]) -> tuple[RulesUsed, ...]:
    """Return the files with rules of users for other audiences, without the names that users chose."""
    return tuple(msgspec.structs.replace(one, name="a file") for one in rules)


def plugins_for_others(plugins: Iterable[PluginUsed]) -> tuple[PluginUsed, ...]:
    """Return the plug-ins for other audiences, without names, which may be those of the user's own software."""
    return tuple(msgspec.structs.replace(one, name="a plug-in", distribution="a distribution") for one in plugins)


_OUTSIDE = (SkipReason.OUTSIDE, SkipReason.RESOURCE)


def scope_lines(scope: RunScope | None) -> Iterator[tuple[str, str]]:
    """Yield what the run was authorised to do and what it did, as label and text."""
    if scope is None:
        yield ("Authorised by", "no grant, so no back end was contacted")
        return
    yield ("Authorised by", f"{clean(scope.authorised_by)}, until {clean(scope.not_after, 20)}")
    yield ("Contact", clean(scope.contact))
    # The same number as in the headline; other audiences see none.
    outside = None if scope.targets_out_of_scope is None else sum(map(scope.unprobed.get, _OUTSIDE, (0, 0)))
    yield (
        "Probed",
        count_text(scope.targets_asked, "target")
        + ("" if outside is None else f"; {outside:,} outside the grant, not contacted"),
    )
    yield ("Traffic", f"{scope.bytes_sent:,} B sent, {scope.bytes_read:,} B read")
    if scope.note:
        yield ("Note", clean(scope.note, 500))
    if scope.audit_log:
        yield ("Audit log", clean(scope.audit_log, 300))
