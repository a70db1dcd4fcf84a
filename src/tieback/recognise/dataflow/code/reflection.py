"""Which classes of an app look for members of a class by reflection: ``type.getDeclaredField(name)``.

Source: https://developer.android.com/reference/java/lang/Class
"""

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.dex.dexfile import CodeItem
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, CONST_CLASS, VIRTUAL_CALLS
from tieback.recognise.dataflow.dex.reaching import MethodFlow

CLASS = "Ljava/lang/Class;"
_FIELDS, _OF_FIELD = "()[Ljava/lang/reflect/Field;", "(Ljava/lang/String;)Ljava/lang/reflect/Field;"
_OF_METHOD = "(Ljava/lang/String;[Ljava/lang/Class;)Ljava/lang/reflect/Method;"
FIELD_LOOK_UPS = frozenset(
    (("getDeclaredFields", _FIELDS), ("getFields", _FIELDS), ("getDeclaredField", _OF_FIELD), ("getField", _OF_FIELD))
)
"""Names and types of the methods of ``Class`` that find fields."""
_METHOD_LOOK_UPS = frozenset((("getDeclaredMethod", _OF_METHOD), ("getMethod", _OF_METHOD)))
_LOADERS = frozenset(((CLASS, "forName"), ("Ljava/lang/ClassLoader;", "loadClass")))
"""Methods that find a class by its name, which code has as a text."""


class Reflection:
    """Finds such calls in the methods of one class, so that the code of the others is not read."""

    def __init__(self, app: AppCode, flow: Callable[[int, CodeItem], MethodFlow | None]) -> None:
        """The code of the app; ``flow`` gives the values of a method."""
        self._app, self._flow = app, flow
        self._fields: dict[str, bool] = {}
        self._methods: dict[str, bool] = {}

    def finds_fields(self, owner: str) -> bool:
        """True if a class of the app looks for fields of a class."""
        if owner not in self._fields:
            self._fields[owner] = any(True for _ in self._with_call(owner, self._field_look_ups))
        return self._fields[owner]

    def finds_methods(self, owner: str) -> bool:
        """True if a class of the app looks by their names for methods of a class that it gets from other code."""
        if owner not in self._methods:
            codes = self._with_call(owner, self._method_look_ups)
            self._methods[owner] = any(self._finds_in_given(number, code) for number, code in codes)
        return self._methods[owner]

    def finds_fields_in(self, number: int, code: CodeItem) -> bool:
        """True if a method of a file looks for fields of a class."""
        return self._calls(number, code, self._field_look_ups[number])

    def _with_call(self, owner: str, look_ups: list[list[int]]) -> Iterator[tuple[int, CodeItem]]:
        """The methods of a class with such a call, with the number of its file."""
        found = self._app.class_of(owner)
        if found is None or not look_ups[found[0]]:
            return
        dex = self._app.files[found[0]]
        for code in (dex.code(offset) for offset in dex.class_data(found[1]).methods if offset):
            if code is not None and self._calls(found[0], code, look_ups[found[0]]):
                yield found[0], code

    def _finds_in_given(self, number: int, code: CodeItem) -> bool:
        """True if a method looks for a method in another class than one that it names, as ``Class.forName`` does."""
        flow = self._flow(number, code)
        if flow is None:
            return True
        data, look_ups = self._app.files[number].data, self._method_look_ups[number]
        makers = {one.at: one.member for one in flow.operations if one.opcode in CALLS}
        for one in flow.operations:
            if one.opcode not in CALLS or one.member not in look_ups or not one.values:
                continue
            for origin in one.values[0]:
                is_named = 0 <= origin < code.units and data[code.begin + 2 * origin] == CONST_CLASS
                if not is_named and not self._loads_class(number, makers.get(origin, -1)):
                    return True
        return False

    def _loads_class(self, number: int, member: int) -> bool:
        """True for a method that finds a class by its name."""
        identity = self._app.method(number, member) if member >= 0 else -1
        return identity >= 0 and self._app.ref(identity)[:2] in _LOADERS

    def _calls(self, number: int, code: CodeItem, look_ups: list[int]) -> bool:
        """True if a method may call one of these; an operand can look like such a call."""
        data = self._app.files[number].data
        raw = bytes(data[code.begin : code.begin + 2 * code.units])
        if not any(index.to_bytes(2, "little") in raw for index in look_ups):
            return False
        units = np.frombuffer(raw, "<u2")
        calls = np.isin(units[1:], look_ups) & np.isin(units[:-1] & 0xFF, list(VIRTUAL_CALLS))
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
