"""Lines on personal data for human-readable formats: classes, number of people, notification duties.

A class is detected by value if values of at least one field support it, otherwise only by field names.
"""

from collections.abc import Iterator

from tieback.model.count_text import count_text
from tieback.model.exposure import ClassifiedField, PeopleRange
from tieback.model.figure import Figure, Quality
from tieback.model.pii import ClassificationBasis, OwnPeople
from tieback.model.report.headline import Headline
from tieback.pii.taxonomy import load_taxonomy
from tieback.report.figures import NOT_MEASURED, figure_text

MOST_CLASSES = 10
UNKNOWN = "Unknown class of data"
_PLAIN = frozenset({"email", "phone", "person_name", "username", "ip_address", "employment"})
"""Classes whose kind adds no information for the reader."""
_BY = {ClassificationBasis.NAME: "by name", ClassificationBasis.VALUE: "by value"}


def personal_lines(head: Headline, *, internal: bool = True) -> Iterator[tuple[str, str]]:
    """Yield label and text of each line; nothing if no exposed store contains personal data.

    Args:
        head: figures of the report.
        internal: true if the reader belongs to the organisation whose e-mail domains were compared.
    """
    if head.pii:
        taxonomy = load_taxonomy()
        told = [
            f"{taxonomy[name].title if name in taxonomy else UNKNOWN} {figure_text(records)}{_by(head, name)}"
            for name, records in head.pii[:MOST_CLASSES]
        ]
        more = len(head.pii) - len(told)
        rest = f"; {count_text(more, 'further class', 'further classes')}" if more > 0 else ""
        yield ("Personal data", f"{'; '.join(told)}{rest} (records)")
    if head.people is not None:
        yield ("People", people_text(head.people))
        own = head.own_people
        if internal:
            yield ("People at your domains", own_people_text(own))
        elif own is not None and own.at_least:
            yield ("People at our domains", f"at least {own.at_least:,} of {own.sampled:,} sampled people")
    for duty in head.duties:
        yield (f"Possible duty, {duty.title}", f"{duty.advice} Reason: {duty.reason}.")
    if head.duties:
        yield ("Notices", "advice for the party responsible for the data, not a legal opinion")


def _by(head: Headline, pii_class: str) -> str:
    if head.by_value is None:
        return ""
    return f" {_BY[ClassificationBasis.VALUE if pii_class in head.by_value else ClassificationBasis.NAME]}"


def people_text(people: PeopleRange) -> str:
    """Format a range, such as ``at most 4,850, at least 100`` or ``number unknown, in ≥150 records``."""
    text = f"at most {figure_text(people.at_most)}" if people.at_most is not None else _unlimited_text(people.records)
    if people.at_least is not None:
        text += f", at least {people.at_least.value:,} (found in the records that were read)"
    return text


def _unlimited_text(records: Figure | None) -> str:
    """The records that were counted are no upper limit, because not all were."""
    shown = figure_text(records)
    if records is None or shown == NOT_MEASURED:
        return "number unknown"
    part = "" if records.quality is Quality.LOWER_BOUND else " and in others that were not counted"
    return f"number unknown, in {shown} {'record' if records.value == 1 else 'records'}{part}"


def own_people_text(own: OwnPeople | None) -> str:
    """Format sampled people at the workspace's own domains, such as ``at least 3 of 25 sampled people``."""
    if own is None:
        return "not looked"
    if not own.addresses:
        return "unknown, no e-mail address was in the records that were read"
    if not own.at_least:
        return f"none of {count_text(own.addresses, 'address', 'addresses')} in the records that were read"
    return f"at least {own.at_least:,} of {own.sampled:,} sampled people are at your domains"


def field_words(field: ClassifiedField, title: str) -> str:
    """Return the class of a field, its kind and its basis: ``Payment cards (card number), by name``."""
    kind = f" ({field.detail})" if field.detail and field.pii_class not in _PLAIN else ""
    return f"{title}{kind}, {_BY[field.basis]}"
