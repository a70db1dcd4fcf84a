"""Compares the personal data and credential fields of a store with those when its case was opened, at equal depth.

Owners are asked to keep fewer classes and no credentials. A class counts as gone only if every container that had it is
gone, or was described again without it. A look at a lower depth shows less, which proves nothing: it is not compared.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tieback.assess.exposures import classify_fields
from tieback.assess.leaves import leaf_containers
from tieback.model.case import Comparison
from tieback.model.exposure import ClassifiedField, Exposure
from tieback.model.grant import Depth
from tieback.model.probe import Container, ProbeReport
from tieback.pii.interface import Detector
from tieback.pii.taxonomy import load_taxonomy

CREDENTIALS = frozenset({"password", "pin_otp", "secret_token"})
"""Classes of personal data that are credentials."""
MAX_NAMES = 40
"""Limit on the credential fields that a comparison names."""


def compare_data(store: Exposure, reports: Sequence[ProbeReport], detector: Detector) -> Comparison:
    """Compare the open places of a store with the store when its case was opened.

    Args:
        store: the store when the case was opened.
        reports: reports of the places that are open now.
        detector: classifies field names.
    """
    before, after = _leaves([store.containers]), _leaves(report.containers for report in reports)
    first, now = _depth(before.values()), _depth(after.values())
    if first is Depth.ENUMERATE:
        return Comparison(first, why_not="no field names were read when the case was opened")
    if now.rank < first.rank:
        return Comparison(first, why_not=f"this look had depth {now}, the first one {first}")
    after = {path: _at_depth(one, before.get(path), first) for path, one in after.items()}
    old = classify_fields(before.values(), detector)
    new = classify_fields(after.values(), detector)
    classes = {one.pii_class for one in new}
    lost = [one for one in old if one.pii_class not in classes]
    blind = {
        one.name for path, one in before.items() if path in after and _depth([after[path]]).rank < _depth([one]).rank
    }
    unclear = {one.pii_class for one in lost if one.container in blind}
    kept = _credentials(new)
    return Comparison(
        first,
        fewer=tuple(sorted({one.pii_class for one in lost} - CREDENTIALS - unclear)),
        more=tuple(sorted(classes - {one.pii_class for one in old})),
        credentials_gone=tuple(
            name for name in _credentials(one for one in old if one.container not in blind) if name not in kept
        )[:MAX_NAMES],
        credentials=kept[:MAX_NAMES],
        unclear=tuple(sorted(unclear)),
    )


def _leaves(looks: Iterable[Sequence[Container]]) -> dict[tuple[str, ...], Container]:
    """Leaves by path; of several reports, the one with most detail."""
    found: dict[tuple[str, ...], Container] = {}
    for leaf in (leaf for containers in looks for leaf in leaf_containers(containers)):
        if leaf.system:
            continue
        known = found.get(leaf.path)
        if known is None or (bool(leaf.sampled), bool(leaf.fields)) > (bool(known.sampled), bool(known.fields)):
            found[leaf.path] = leaf
    return found


def _depth(leaves: Iterable[Container]) -> Depth:
    depth = Depth.ENUMERATE
    for leaf in leaves:
        if leaf.sampled is not None:
            return Depth.SAMPLE
        if leaf.fields:
            depth = Depth.DESCRIBE
    return depth


def _at_depth(leaf: Container, before: Container | None, first: Depth) -> Container:
    """The leaf without what the first look at it did not have."""
    sampled = first is Depth.SAMPLE and (before is None or before.sampled is not None)
    return leaf if sampled else msgspec.structs.replace(leaf, sampled=None)


def _credentials(fields: Iterable[ClassifiedField]) -> tuple[str, ...]:
    names = {f"{one.container}.{one.field}" for one in fields if one.pii_class in CREDENTIALS}
    return tuple(sorted(names))


def comparison_lines(comparison: Comparison) -> tuple[str, ...]:
    """The comparison in English, one clause each. Cases, events and letters quote it."""
    taxonomy = load_taxonomy()

    def named(classes: Iterable[str]) -> str:
        return ", ".join(taxonomy[one].title if one in taxonomy else one for one in classes)

    if comparison.why_not:
        return (f"personal data not compared: {comparison.why_not}",)
    lines = []
    if comparison.fewer:
        lines.append(f"fewer classes of personal data: {named(comparison.fewer)} are gone")
    if comparison.more:
        lines.append(f"new classes of personal data: {named(comparison.more)}")
    if comparison.credentials_gone:
        lines.append(f"credentials gone: {', '.join(comparison.credentials_gone)}")
    if comparison.credentials:
        lines.append(f"credentials still readable: {', '.join(comparison.credentials)}")
    if comparison.unclear:
        lines.append(f"not compared: {named(comparison.unclear)}, because fewer field names were read")
    return tuple(lines) or ("the same classes of personal data",)
