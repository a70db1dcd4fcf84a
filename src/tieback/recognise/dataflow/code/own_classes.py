"""Classes of an app itself, by the types that they extend or implement."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import ALL

_MAX_MEMBERS = 200_000


class OwnClasses:
    """Classes of one file that do not belong to libraries, by the types that they extend or implement."""

    def __init__(self, dex: DexFile) -> None:
        self._dex = dex

    def below(self, kind: int) -> list[int]:
        """Types that extend or implement a type directly."""
        places = [place for place, kinds in self._lists.items() if kind in kinds]
        its = self._classes["super"] == kind
        if places:
            its |= np.isin(self._classes["interfaces"], places)
        found: list[int] = self._classes["type"][its].tolist()
        return found

    @cached_property
    def _classes(self) -> NDArray[np.void]:
        classes = self._dex.classes
        return classes[~self._dex.types_of(ALL).take(classes["type"], mode="clip")]

    @cached_property
    def _lists(self) -> dict[int, tuple[int, ...]]:
        """The lists of interfaces by their offset."""
        places = distinct(self._classes["interfaces"]).tolist()
        return {place: self._dex.type_list(place) for place in places[:_MAX_MEMBERS] if place}
