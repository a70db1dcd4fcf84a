"""Turns probe reports into exposures: one per store, with the apps that lead to it, its figures and its severity.

Only services that spoke a store's protocol become exposures. Stores that require a password are included, because
reports list them too. Figures exclude the product's own containers and count a database and its tables once.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import msgspec

from tieback.assess.honeypots import HoneypotSigns
from tieback.assess.identity import Store, address_of, distinct_parts, group_stores
from tieback.assess.intrusion import MAX_REASONS, IntrusionSigns
from tieback.assess.leaves import bytes_total, leaf_containers, records_total
from tieback.assess.people import PeopleTotal, estimate_people, most_own_people
from tieback.assess.ransom import RansomSigns, strongest_verdict
from tieback.assess.severity import SeverityFacts, SeverityTable, load_severity_table, rate_severity
from tieback.model.count_text import count_text
from tieback.model.exposure import AppRoute, ClassifiedField, Exposure, PeopleRange, PiiClassTotal, SeverityFactor
from tieback.model.figure import Figure, Quality, lower_bound, total
from tieback.model.pii import Classification, ClassificationBasis, Column
from tieback.model.probe import Ability, Access, Container, Notice, Privileges, ProbeReport
from tieback.pii.interface import Detector
from tieback.pii.taxonomy import NONE, PiiClass, load_taxonomy

MAX_SIBLINGS = 64
"""Limit on the other fields of a container that the detector sees as context."""

NOT_LISTED = lower_bound(0, "contents were not listed")
"""Figure of an open store whose containers were not listed."""


def exposure_id(key: str) -> str:
    """Return the exposure id of an identity key; stable across runs."""
    return f"exp-{sha256(key.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def assess_exposures(
    reports: Sequence[ProbeReport],
    routes: Mapping[str, Sequence[AppRoute]],
    detector: Detector,
    signs: RansomSigns | None = None,
) -> tuple[Exposure, ...]:
    """Return the exposures of a run, worst first (severity, people at our own domains, records,
    id). The order of the reports does not matter.

    Args:
        reports: one per probed target; targets that did not respond are left out.
        routes: app routes per target, keyed by ``ProbeReport.target``.
        detector: classifies the fields of containers by their names.
        signs: signs of ransom; by default only those of the package.
    """
    measures = _Measures(
        detector,
        signs or RansomSigns(),
        IntrusionSigns(),
        HoneypotSigns(reports),
        load_severity_table(),
        load_taxonomy(),
    )
    found = [_exposure(store, routes, measures) for store in group_stores(reports, measures.signs)]
    return tuple(sorted(found, key=lambda e: (-e.severity.rank, -e.own_count, -e.records.value, e.id)))


@dataclass(frozen=True, slots=True)
class _Measures:
    """Rule data for assessing a store, loaded once per run."""

    detector: Detector
    signs: RansomSigns
    intrusion: IntrusionSigns
    honeypots: HoneypotSigns
    table: SeverityTable
    taxonomy: Mapping[str, PiiClass]


def _exposure(store: Store, routes: Mapping[str, Sequence[AppRoute]], measures: _Measures) -> Exposure:
    identity, reports = store
    best = reports[0]
    targets = tuple(sorted({report.target for report in reports}))
    leading = _routes(targets, routes)
    containers = _containers(reports)
    # What an extortionist wrote is about no victim.
    notes = measures.signs.note_paths(containers)
    fields = classify_fields([one for one in containers if one.path not in notes], measures.detector)
    parts = distinct_parts(store)
    unlisted = _unlisted(reports, len(parts))
    pii = tuple(_totals(containers, fields, len(parts), unlisted))
    # Not known is no exact zero: only an empty store was listed and has nothing.
    listed = bool(containers) or best.access is Access.OPEN_EMPTY
    honeypot = tuple(dict.fromkeys(reason for report in reports for reason in measures.honeypots.reasons(report)))
    way = next((report for report in reports if report.privileges is Privileges.ADMIN), best)
    facts = SeverityFacts(
        # Data of a honeypot is not real.
        access=best.access if not honeypot else Access.UNKNOWN,
        privileges=way.privileges,
        records=_if_one(records_total(containers, unlisted), len(parts)) if listed else NOT_LISTED,
        bytes=_if_one(bytes_total(containers, unlisted), len(parts)) if listed else NOT_LISTED,
        pii=pii,
        ransom=strongest_verdict((measures.signs.judge(containers), *(report.ransom for report in reports))),
        cleartext=any(report.cleartext for report in reports),
        apps=len({route.app_sha256 for route in leading}),
        abilities=tuple(one for one in Ability if any(one in report.abilities for report in reports)),
        entry=way.entry,
    )
    verdict = rate_severity(facts, measures.table, measures.taxonomy)
    return Exposure(
        id=exposure_id(identity.key),
        identity=identity,
        product=best.product,
        version=next((report.version for report in reports if report.version), ""),
        access=best.access,
        addresses=tuple(sorted({address_of(report) for report in reports})),
        targets=targets,
        routes=leading,
        containers=containers,
        records=facts.records,
        bytes=facts.bytes,
        pii=pii,
        fields=fields,
        ransom=facts.ransom,
        severity=verdict.severity,
        score=verdict.score,
        factors=(*verdict.factors, *(SeverityFactor("honeypot", 0, reason) for reason in honeypot)),
        bytes_sent=sum(report.bytes_sent for report in reports),
        bytes_read=sum(report.bytes_read for report in reports),
        cleartext=facts.cleartext,
        people=_people(parts, containers, fields, unlisted),
        own_people=most_own_people(report.own_people for report in reports),
        account=way.account or next((report.account for report in reports if report.account), ""),
        honeypot=honeypot,
        proofs=(*_rule(best), *(f"{proof.asked}: {proof.answer}" for proof in best.proofs)),
        tls=tuple(sorted({(address_of(one), one.tls) for one in reports if one.tls is not None}, key=repr)),
        experimental=best.experimental,
        at_most=len(parts),
        records_at_most=_if_several(parts, records_total),
        bytes_at_most=_if_several(parts, bytes_total),
        entry=way.entry,
        privileges=way.privileges,
        default_credentials=_trait(reports, "default_credentials"),
        notices=tuple(sorted({(Notice(key), text) for one in reports for key, text in one.traits if key in Notice})),
        untested=() if best.access.exposed else tuple(dict.fromkeys(one for r in reports for one in r.untested)),
        intrusion=_intrusion(best.product, containers, reports, measures.intrusion),
        abilities=tuple(facts.abilities),
        unlisted=unlisted,
    )


def _unlisted(reports: Sequence[ProbeReport], parts: int = 1) -> tuple[str, ...]:
    """What the containers of all reports may lack: nothing, if one report of the one store listed everything."""
    if parts == 1 and any(report.containers and not report.unlisted for report in reports):
        return ()
    return tuple(dict.fromkeys(one for report in reports for one in report.unlisted))


def _trait(reports: Sequence[ProbeReport], name: str) -> str:
    """A property that one of the reports states; empty if none does."""
    return next((text for report in reports for key, text in report.traits if key == name), "")


def _rule(report: ProbeReport) -> tuple[str, ...]:
    """What names the rule of a user that decided; it is shown with the proofs."""
    return (f"probe declared by the rule {report.rule}",) if report.rule else ()


def _intrusion(
    product: str, containers: Sequence[Container], reports: Sequence[ProbeReport], signs: IntrusionSigns
) -> tuple[str, ...]:
    """Signs that somebody wrote to the store, of all its reports and of their containers together."""
    found = [one for report in reports for one in report.intrusion]
    found += (one for report in reports for one in signs.reasons(product, (), report.traits))
    return tuple(dict.fromkeys((*found, *signs.reasons(product, containers))))[:MAX_REASONS]


def _if_one(figure: Figure, parts: int) -> Figure:
    """The figure of a store that may be several: an exact count is then only a lower bound."""
    if parts == 1 or figure.quality is not Quality.EXACT:
        return figure
    return lower_bound(figure.value, f"{figure.method}, if it is one store")


def _if_several(
    parts: Sequence[Sequence[ProbeReport]], measure: Callable[[Sequence[Container], Sequence[str]], Figure]
) -> Figure | None:
    """The sum over the parts of a store, or ``None`` if there is only one part."""
    if len(parts) == 1:
        return None
    return total(
        (measure(_containers(part), _unlisted(part)) for part in parts),
        f"sum over {count_text(len(parts), 'address', 'addresses')}",
    )


def _people(
    parts: Sequence[Sequence[ProbeReport]],
    containers: Sequence[Container],
    fields: Sequence[ClassifiedField],
    unlisted: Sequence[str],
) -> PeopleRange | None:
    """The range of a store; the upper limit counts each part that may be a store of its own."""
    met = max(report.people for part in parts for report in part)
    found = estimate_people(containers, fields, met, unlisted)
    if found is None or len(parts) == 1:
        return found
    most = PeopleTotal()
    for part in parts:
        most.add(estimate_people(_containers(part), fields, met, _unlisted(part)))
    all_parts = most.range()
    return found if all_parts is None else PeopleRange(all_parts.at_most, found.at_least, all_parts.records)


def _routes(targets: Iterable[str], routes: Mapping[str, Sequence[AppRoute]]) -> tuple[AppRoute, ...]:
    """Distinct app routes to the targets, in a stable order."""
    ways = {repr(route): route for target in targets for route in routes.get(target, ())}
    return tuple(sorted(ways.values(), key=lambda w: (w.app_sha256, w.candidate.route, w.endpoint, w.file, repr(w))))


def _containers(reports: Sequence[ProbeReport]) -> tuple[Container, ...]:
    """Containers of all reports by path. Reports come in order of detail; later ones fill missing values."""
    known: dict[tuple[str, ...], Container] = {}
    for report in reports:
        for new in report.containers:
            old = known.get(new.path)
            known[new.path] = new if old is None else _filled(old, new)
    return tuple(known[path] for path in sorted(known))


def _filled(old: Container, new: Container) -> Container:
    return msgspec.structs.replace(
        old,
        system=old.system or new.system,
        records=_most(old.records, new.records),
        bytes=_most(old.bytes, new.bytes),
        fields=old.fields or new.fields,
        created=old.created or new.created,
        sampled=old.sampled or new.sampled,
    )


def _most(old: Figure | None, new: Figure | None) -> Figure | None:
    """Greater of two figures for one container: a lagging replica or a shard reports too little."""
    if old is None or new is None or old.value == new.value:
        return new if old is None else old
    if Quality.CLAIMED in (old.quality, new.quality):
        return new if old.quality is Quality.CLAIMED else old
    more = max(old, new, key=lambda figure: figure.value)
    # An estimate may be too high, so it never becomes a lower bound.
    quality = more.quality if more.quality is Quality.ESTIMATE else Quality.LOWER_BOUND
    return Figure(more.value, quality, f"{more.method}, maximum over its addresses")


def classify_fields(containers: Iterable[Container], detector: Detector) -> tuple[ClassifiedField, ...]:
    """Classify the fields of containers: the best class per field that looks like personal data."""
    return tuple(_classified(tuple(containers), detector))


def _classified(containers: Sequence[Container], detector: Detector) -> Iterator[ClassifiedField]:
    """Best class per field that looks like personal data; if values were classified, only their result counts."""
    for leaf in leaf_containers(containers):
        if leaf.system:
            continue
        judged = {one.field: one.verdict for one in leaf.sampled.fields} if leaf.sampled is not None else {}
        for name, verdict in judged.items():
            if verdict.pii_class != NONE:
                yield _classified_field(leaf.name, name, verdict)
        names = tuple(dict.fromkeys(field.name for field in leaf.fields))
        siblings = names[:MAX_SIBLINGS]
        for field in {field.name: field for field in leaf.fields}.values():
            if field.name in judged:
                continue
            column = Column(field=field.name, table=leaf.name, dtype=field.type, siblings=siblings)
            best = next(iter(detector.classify(column)), None)
            if best is not None and best.pii_class != NONE:
                yield _classified_field(leaf.name, field.name, best)


def _classified_field(container: str, field: str, verdict: Classification) -> ClassifiedField:
    return ClassifiedField(
        container, field, verdict.pii_class, verdict.confidence, verdict.evidence, verdict.basis, verdict.detail
    )


def _totals(
    containers: Sequence[Container], fields: Sequence[ClassifiedField], parts: int, unlisted: Sequence[str]
) -> Iterator[PiiClassTotal]:
    """One total per class, most records first: records of the containers that have such a field."""
    missing = (None,) if unlisted else ()
    records = {leaf.name: leaf.records for leaf in leaf_containers(containers) if not leaf.system}
    totals = [
        PiiClassTotal(
            pii_class,
            _if_one(total((*(records[name] for name in dict.fromkeys(f.container for f in own)), *missing)), parts),
            len(own),
            ClassificationBasis.VALUE
            if any(field.basis is ClassificationBasis.VALUE for field in own)
            else ClassificationBasis.NAME,
            tuple(sorted({field.detail for field in own} - {""})),
        )
        for pii_class in sorted({field.pii_class for field in fields})
        if (own := [field for field in fields if field.pii_class == pii_class])
    ]
    yield from sorted(totals, key=lambda t: (-t.records.value, t.pii_class))
