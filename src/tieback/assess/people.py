"""How many people an exposed store is about, as a range.

At most: the records of the containers with a field that tells people apart, each held to be about somebody else; where
a record is about several people (a sender and a receiver) there may be more. At least: the distinct people that were
met in the records that were read.
"""

from collections.abc import Iterable, Sequence

from tieback.assess.leaves import leaves
from tieback.model.exposure import ClassifiedField, People
from tieback.model.figure import Figure, lower_bound, total
from tieback.model.probe import Container

TELLING = ("national_id", "email", "phone", "person_id", "username", "person_name")
"""Classes by which people are told apart, the best first."""
AT_MOST = "records of containers that tell people apart, one person a record"
AT_LEAST = "distinct people in the records that were read"


def people(containers: Sequence[Container], fields: Iterable[ClassifiedField], met: int) -> People | None:
    """The range of one store; ``None`` where no field tells people apart.

    Args:
        containers: all of the store.
        fields: those that look like personal data.
        met: distinct people in the records that were read; 0 where none were.
    """
    telling = {field.container for field in fields if field.pii_class in TELLING}
    if not telling:
        return None
    records = total((leaf.records for leaf in leaves(containers) if leaf.name in telling and not leaf.system), AT_MOST)
    # Figures of a store may lag behind what was read there.
    at_most = records if records.value >= met else lower_bound(met, AT_LEAST)
    return People(at_most, lower_bound(met, AT_LEAST) if met else None)


class PeopleOfAll:
    """The range of all stores: they may hold the same people, so the least is that of one."""

    def __init__(self) -> None:
        self._at_most: Figure | None = None
        self._at_least: Figure | None = None

    def add(self, one: People | None) -> None:
        """Take a store in."""
        if one is None:
            return
        so_far = () if self._at_most is None else (self._at_most,)
        self._at_most = total((*so_far, one.at_most), "sum over stores")
        if one.at_least is not None and (self._at_least is None or one.at_least.value > self._at_least.value):
            self._at_least = one.at_least

    def range(self) -> People | None:
        """The range, or ``None`` where no store tells people apart."""
        return None if self._at_most is None else People(self._at_most, self._at_least)
