"""Texts of what apps declare about personal data, beside what their traffic showed. Nothing here is a breach."""

from collections.abc import Iterable, Iterator

from tieback.model.declaration import Declared, DeclaredItem, DeclaredState
from tieback.model.report.captures import Recipient
from tieback.report.texts.clean import clean

TITLE = "Declared data and tracking domains"
NOTE = "Data that are not declared, or declared and not seen, are facts to check, not breaches."
IN_CLEAR = "sent in the clear, though the form states encryption in transit"
NOT_SEEN = "declared_and_not_seen"
"""The mark of a row of the table that has no recipient."""
_MARKS = {
    Declared.NOT_DECLARED: "not declared",
    Declared.NO_TYPE: "stores have no type for it",
    Declared.UNKNOWN: "unknown",
}


def declared_text(one: Recipient) -> str:
    """Whether the app declares what the recipient received, and by whom, such as ``declared by app``."""
    text = _MARKS.get(one.declared) or f"declared by {by_text(one.declared_by)}"
    return "; ".join(filter(None, (text, tracking_text(one), IN_CLEAR if one.encryption_stated else "")))


def tracking_text(one: Recipient) -> str:
    """Who declares the host as a tracking domain; empty if it is none."""
    if not one.tracking_domain_of:
        return ""
    text = f"tracking domain declared by {by_text(one.tracking_domain_of)}"
    return f"{text}, though NSPrivacyTracking is false" if one.tracking_denied else text


def by_text(by: tuple[str, ...]) -> str:
    """The first who declare it, and how many more."""
    more = f" and {len(by) - 3} more" if len(by) > 3 else ""
    return ", ".join(clean(name, 60) for name in by[:3]) + more


def item_text(one: DeclaredItem) -> str:
    """What is declared, such as ``Email address (linked, for tracking)``."""
    facts = [
        text
        for text, true in (("linked", one.linked), ("for tracking", one.tracking), ("shared", one.shared))
        if true and one.kind == "data"
    ]
    what = f"tracking domain {clean(one.name, 200)}" if one.kind == "domain" else clean(one.title, 120)
    return f"{what} ({', '.join(facts)})" if facts else what


def state_text(one: DeclaredItem) -> str:
    """Whether it was seen, and where."""
    where = ", ".join(clean(host, 100) for host in one.hosts[:3])
    more = f" and {len(one.hosts) - 3} more" if len(one.hosts) > 3 else ""
    if one.kind == "domain":
        if one.state is not DeclaredState.SEEN:
            return "declared and not contacted"
        return f"contacted: {where}{more}{', though NSPrivacyTracking is false' if one.contradicts else ''}"
    match one.state:
        case DeclaredState.SEEN:
            return f"seen at {where}{more}"
        case DeclaredState.NOT_SEEN:
            return "declared and not seen"
        case DeclaredState.NOT_READ:
            return "unknown: no readable content"
        case _:
            return "not compared: tieback has no class for it"


def not_seen_cells(items: Iterable[DeclaredItem], columns: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Rows of the table of recipients for classes that are declared and not seen: without a recipient.

    Args:
        items: what apps declare.
        columns: the columns of the table; those without a value here are empty.
    """
    for one in items:
        if one.state is not DeclaredState.NOT_SEEN or one.kind != "data":
            continue
        for covered in one.classes:
            pii_class, _, kind = covered.partition(": ")
            values = {
                "app": one.app,
                "bundle_id": one.bundle_id,
                "app_sha256": one.app_sha256,
                "class": pii_class,
                "kind": kind,
                "count": "0",
                "flows": "0",
                "in_clear": "0",
                "declared": NOT_SEEN,
                "declared_by": "; ".join(one.declared_by),
            }
            yield tuple(values.get(column, "") for column in columns)
