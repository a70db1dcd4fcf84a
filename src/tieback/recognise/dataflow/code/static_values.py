"""Initial values of the static fields of an app."""

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.dex.dex_tables import Offsets, SectionKind
from tieback.recognise.dataflow.dex.encoded import Encoded, StringId


class StaticValues:
    """The initial values of static fields, by their place and by the field; each list is decoded when it is needed."""

    def __init__(self, app: AppCode) -> None:
        self._app = app
        self._arrays: dict[tuple[int, int], tuple[Encoded, ...]] = {}
        self._fields: dict[tuple[int, int], dict[tuple[type, StringId | int], list[int]]] = {}
        """The static fields of classes by their values, by file and row."""

    def fields_with(self, number: int, places: Iterable[int], value: StringId | int) -> Iterator[int | None]:
        """The static fields with an initial value; ``None`` if it can belong to a call."""
        dex = self._app.files[number]
        rows, starts = self.rows(number, places), self._initials[number][0]
        if rows and dex.sections.get(SectionKind.CALL_SITES) is not None:
            yield None
            return
        for row in (row for row in rows if row >= 0):
            for field in self._by_value(number, row, int(starts[row])).get((type(value), value), ()):
                yield self._app.field(number, field)

    def _by_value(self, number: int, row: int, at: int) -> dict[tuple[type, StringId | int], list[int]]:
        """The static fields of a class by their initial value: each of thousands of texts is looked up."""
        known = self._fields.get((number, row))
        if known is None:
            known = self._fields[number, row] = {}
            static = self._app.files[number].class_data(row).static_fields
            for field, one in zip(static, self._array(number, at), strict=False):
                if isinstance(one, (StringId, int)):
                    known.setdefault((type(one), one), []).append(field)
        return known

    def rows(self, number: int, places: Iterable[int]) -> set[int]:
        """Rows of the classes with these initial values; -1 for other bytes."""
        starts, order = self._initials[number]
        found = (int(starts.searchsorted(place, side="right", sorter=order)) - 1 for place in places)
        return {int(order[at]) if at >= 0 else -1 for at in found}

    def number(self, field: int, number: int, row: int) -> int | None:
        """The initial value of a field in a class, by its file and row, if it is a number or a truth value."""
        value = self._of(field, number, row)
        return int(value) if isinstance(value, int) else None

    def is_unset(self, field: int, number: int, row: int) -> bool:
        """True if such a field has no object until code stores one."""
        return self._of(field, number, row) in (None, 0)

    def text(self, field: int, number: int, row: int) -> tuple[bool, str | None]:
        """Whether the initial value of such a field is a text or not set, and the text."""
        value = self._of(field, number, row)
        if isinstance(value, StringId):
            return True, self._app.files[number].string(value.string)
        return value in (None, 0), None

    def _of(self, field: int, number: int, row: int) -> Encoded:
        """The initial value of a field; 0 if it is not set, and an empty array if the class has no such field."""
        dex = self._app.files[number]
        at = int(dex.classes["values"][row])
        for place, one in enumerate(dex.class_data(row).static_fields):
            if self._app.field(number, one) == field:
                values = self._array(number, at)
                return values[place] if place < len(values) else 0
        return ()

    def _array(self, number: int, at: int) -> tuple[Encoded, ...]:
        """The initial values of a class, at an offset in a file."""
        if (number, at) not in self._arrays:
            self._arrays[number, at] = self._app.files[number].values.array(at)[0] if at else ()
        return self._arrays[number, at]

    @cached_property
    def _initials(self) -> list[tuple[Offsets, Offsets]]:
        """For each file the offset of the initial values of each class, and the rows in their order."""
        every = [dex.classes["values"].astype(np.int64) for dex in self._app.files]
        return [(starts, starts.argsort(kind="stable")) for starts in every]
