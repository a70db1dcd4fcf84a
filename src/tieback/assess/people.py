"""Number of people affected by an exposed store, as a range.

At most: the records of all containers with a field that identifies a person, one person per record. If a record is
about several people (a sender and a recipient), there may be more. There is no upper limit if some of these records
were not counted: then the range has the records that were. At least: the distinct people found in the records
that were read.
"""

from collections.abc import Iterable, Sequence

from tieback.assess.leaves import leaf_containers
from tieback.model.exposure import ClassifiedField, PeopleRange
from tieback.model.figure import Figure, Quality, lower_bound, total
from tieback.model.pii import OwnPeople
from tieback.model.probe import Container

IDENTIFYING_CLASSES = ("national_id", "email", "phone", "person_id", "username", "person_name")
"""Classes that identify a person, best first."""
AT_MOST = "records of containers with identifying fields, one person per record"
_NO_LIMIT = (Quality.LOWER_BOUND, Quality.CLAIMED)
"""Qualities of figures that the true number may exceed without limit."""
AT_LEAST = "distinct people found in the records that were read"


def estimate_people(
    containers: Sequence[Container], fields: Iterable[ClassifiedField], met: int, unlisted: Sequence[str] = ()
) -> PeopleRange | None:
    """Return the range of one store; ``None`` if no field identifies a person.

    Args:
        containers: all containers of the store.
        fields: the fields classified as personal data.
        met: distinct people in the records that were read; 0 if none were read.
        unlisted: content that the containers may lack, as in the report.
    """
    telling = {field.container for field in fields if field.pii_class in IDENTIFYING_CLASSES}
    if not telling:
        return None
    own = [leaf for leaf in leaf_containers(containers) if leaf.counts_records]
    counted = [leaf.records for leaf in own if leaf.name in telling]
    # Containers whose fields were not read may have people too.
    blind = any(not leaf.fields and (leaf.records is None or leaf.records.value) for leaf in own)
    records = total((*counted, None) if unlisted else counted, AT_MOST)
    at_least = lower_bound(met, AT_LEAST) if met else None
    # The store's own figures may lag behind the records that were read.
    if records.value < met or unlisted or blind or any(one is None or one.quality in _NO_LIMIT for one in counted):
        return PeopleRange(None, at_least, records if records.value >= met else lower_bound(met, AT_LEAST))
    return PeopleRange(records, at_least)


def most_own_people(found: Iterable[OwnPeople | None]) -> OwnPeople | None:
    """The one with most people at our own domains; ``None`` if nothing was compared. Others may be the same people."""
    known = [one for one in found if one is not None]
    return max(known, key=lambda one: (one.at_least, one.addresses, one.sampled), default=None)


class PeopleTotal:
    """Range over all stores. They may contain the same people, so the lower bound is the highest of any one store."""

    def __init__(self) -> None:
        self._records: Figure | None = None
        self._limited = True
        self._at_least: Figure | None = None

    def add(self, one: PeopleRange | None) -> None:
        """Add a store."""
        if one is None:
            return
        so_far = () if self._records is None else (self._records,)
        self._limited = self._limited and one.at_most is not None
        self._records = total((*so_far, one.at_most or one.records), "sum over stores")
        if one.at_least is not None and (self._at_least is None or one.at_least.value > self._at_least.value):
            self._at_least = one.at_least

    def range(self) -> PeopleRange | None:
        """Return the range, or ``None`` if no store has identifying fields."""
        if self._records is None:
            return None
        if not self._limited:
            return PeopleRange(None, self._at_least, self._records)
        return PeopleRange(self._records, self._at_least)
