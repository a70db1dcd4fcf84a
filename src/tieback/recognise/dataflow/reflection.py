"""Which classes of an app look for members of a class by reflection: ``type.getDeclaredField(name)``.

Source: https://developer.android.com/reference/java/lang/Class
"""

from functools import cached_property

import numpy as np

from tieback.recognise.dataflow.app import AppCode
from tieback.recognise.dataflow.dexfile import CodeItem

CLASS = "Ljava/lang/Class;"
_FIELDS, _OF_FIELD = "()[Ljava/lang/reflect/Field;", "(Ljava/lang/String;)Ljava/lang/reflect/Field;"
_OF_METHOD = "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;"
FIELD_LOOK_UPS = frozenset(
    (("getDeclaredFields", _FIELDS), ("getFields", _FIELDS), ("getDeclaredField", _OF_FIELD), ("getField", _OF_FIELD))
)
"""Names and types of the methods of ``Class`` that find fields."""
_METHOD_LOOK_UPS = frozenset((("getDeclaredMethod", _OF_METHOD), ("getMethod", _OF_METHOD)))
_VIRTUAL_CALLS = (0x6E, 0x74)


class Reflection:
    """Finds such calls in the methods of one class, so that the code of the others is not read."""

    def __init__(self, app: AppCode) -> None:
        """The code of the app."""
        self._app = app
        self._fields: dict[str, bool] = {}
        self._methods: dict[str, bool] = {}

    def finds_fields(self, owner: str) -> bool:
        """True if a class of the app looks for fields of a class."""
        if owner not in self._fields:
            self._fields[owner] = self._has_call(owner, self._field_look_ups)
        return self._fields[owner]

    def finds_methods(self, owner: str) -> bool:
        """True if a class of the app looks for methods of a class by their names."""
        if owner not in self._methods:
            self._methods[owner] = self._has_call(owner, self._method_look_ups)
        return self._methods[owner]

    def finds_fields_in(self, number: int, code: CodeItem) -> bool:
        """True if a method of a file looks for fields of a class."""
        return self._calls(number, code, self._field_look_ups[number])

    def _has_call(self, owner: str, look_ups: list[list[int]]) -> bool:
        found = self._app.class_of(owner)
        if found is None or not look_ups[found[0]]:
            return False
        dex = self._app.files[found[0]]
        codes = (dex.code(offset) for offset in dex.class_data(found[1]).methods if offset)
        return any(code is not None and self._calls(found[0], code, look_ups[found[0]]) for code in codes)

    def _calls(self, number: int, code: CodeItem, look_ups: list[int]) -> bool:
        """True if a method may call one of these; an operand can look like such a call."""
        data = self._app.files[number].data
        raw = bytes(data[code.begin : code.begin + 2 * code.units])
        if not any(index.to_bytes(2, "little") in raw for index in look_ups):
            return False
        units = np.frombuffer(raw, "<u2")
        calls = np.isin(units[1:], look_ups) & np.isin(units[:-1] & 0xFF, _VIRTUAL_CALLS)
        return bool(calls.any())

    @cached_property
    def _field_look_ups(self) -> list[list[int]]:
        return self._indices(FIELD_LOOK_UPS)

    @cached_property
    def _method_look_ups(self) -> list[list[int]]:
        return self._indices(_METHOD_LOOK_UPS)

    def _indices(self, wanted: frozenset[tuple[str, str]]) -> list[list[int]]:
        """For each file the indices of these methods of ``Class``."""
        found: list[list[int]] = []
        for number, dex in enumerate(self._app.files):
            kind = self._app.type_of(number, CLASS)
            methods = dex.methods_of(kind) if kind >= 0 else range(0)
            refs = ((index, self._app.method(number, index)) for index in methods)
            found.append([index for index, one in refs if one >= 0 and self._app.ref(one)[1:] in wanted])
        return found
