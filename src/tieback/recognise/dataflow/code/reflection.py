"""Which classes of an app look for members of a class by reflection: ``type.getDeclaredField(name)``.

Source: https://developer.android.com/reference/java/lang/Class
"""

from collections.abc import Callable, Iterator
from functools import cached_property

import numpy as np

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.places import CodePlaces
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
_METHOD_LISTS = frozenset((name, "()[Ljava/lang/reflect/Method;") for name in ("getDeclaredMethods", "getMethods"))
"""Those that list all methods."""
_LOADERS = frozenset(((CLASS, "forName"), ("Ljava/lang/ClassLoader;", "loadClass")))
"""Methods that find a class by its name, which code has as a text."""
_INVOKE, _GET_CLASS = ("Ljava/lang/reflect/Method;", "invoke"), ("Ljava/lang/Object;", "getClass")
_MOST_CALLERS = 64
_FAMILY, _OF_APP = 2, 3
"""Parts of a package that the classes of one maker share, as in ``com.shop``, and those of one app."""


class Reflection:
    """Finds such calls in the methods of one class, so that the code of the others is not read."""

    def __init__(self, app: AppCode, places: CodePlaces, flow: Callable[[int, CodeItem], MethodFlow | None]) -> None:
        """The code of the app; ``flow`` gives the values of a method."""
        self._app, self._places, self._flow = app, places, flow
        self._open: dict[tuple[str, bool], bool] = {}
        self._unnamed: dict[tuple[int, int], bool] = {}
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

    def calls_any(self, owner: str, name: str, *, near: bool = False) -> bool:
        """True if code calls methods of a class by names that are not constants, as a bridge for scripts does.

        ``getClass().getMethod(action)`` of a class calls methods of it and of the classes below it.

        Args:
            owner: the class.
            name: the method.
            near: also with an object that code in the same package gets.
        """
        if name.startswith("<"):
            return False
        key = owner, near
        if key not in self._open:
            above, package = set(self._app.ancestors(owner)), family(owner, _OF_APP)
            self._open[key] = any(
                (finder in above or (near and package and family(finder, _OF_APP) == package))
                and self._looks_up(number, code)
                for finder, number, code in self._finders
            )
        return self._open[key]

    @cached_property
    def _finders(self) -> list[tuple[str, int, CodeItem]]:
        """The methods that look for a method of a class, with the class that declares them."""
        found: dict[tuple[int, int], tuple[str, int, CodeItem]] = {}
        for title, kind in _METHOD_LOOK_UPS | _METHOD_LISTS:
            for number, place, _ in self._places.calls(title, kind, frozenset((CLASS,))):
                code = self._app.files[number].code_around(place, every=True)
                if code is not None and self._places.begins(number, code, place):
                    found[number, code.offset] = self._app.ref_at(number, code, every=True).owner, number, code
        return [one for one in found.values() if one[0]]

    def _looks_up(self, number: int, code: CodeItem) -> bool:
        """True if a method looks by a name that is not known in the class of an object, and calls what it finds."""
        key = number, code.offset
        if key not in self._unnamed:
            flow = self._flow(number, code)
            self._unnamed[key] = flow is not None and self._invokes(number, code, flow)
        return self._unnamed[key]

    def _invokes(self, number: int, code: CodeItem, flow: MethodFlow) -> bool:
        calls = {one.at: one for one in flow.operations if one.opcode in CALLS}
        names = {at: self._names(number, one.member) for at, one in calls.items()}
        if not any(one == _INVOKE for one in names.values()):
            return False
        for one in calls.values():
            identity = self._app.method(number, one.member)
            if identity >= 0 and self._app.ref(identity)[1:] in _METHOD_LISTS and one.values:
                if any(names.get(origin) == _GET_CLASS for origin in one.values[0]):
                    return True
                continue
            if one.member not in self._method_look_ups[number] or len(one.values) < 2:
                continue
            of_object = any(names.get(origin) == _GET_CLASS for origin in one.values[0])
            known = all(
                origin in flow.strings or (origin < 0 and self._are_constants(number, code, -1 - origin))
                for origin in one.values[1]
            )
            if of_object and not known:
                return True
        return False

    def _are_constants(self, number: int, code: CodeItem, word: int) -> bool:
        """True if each caller gives a constant for an argument, as those of a helper do."""
        name, kind = self._app.ref_at(number, code)[1:]
        owner = self._app.ref_at(number, code).owner
        found = False
        for file, place, _ in self._places.calls(name, kind, frozenset((owner,)), _MOST_CALLERS):
            caller = self._app.files[file].code_around(place, every=True)
            if caller is None or not self._places.begins(file, caller, place):
                continue
            flow = self._flow(file, caller)
            call = flow.operation((place - caller.begin) // 2) if flow is not None else None
            if flow is None or call is None or word >= len(call.values):
                return False
            if not all(origin in flow.strings for origin in call.values[word]):
                return False
            found = True
        return found

    def _names(self, number: int, member: int) -> tuple[str, str]:
        identity = self._app.method(number, member)
        return self._app.ref(identity)[:2] if identity >= 0 else ("", "")

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


def family(owner: str, parts: int = _FAMILY) -> str:
    """The first parts of the package of a class, which those of its maker share."""
    return "/".join(owner.split("/")[:-1][:parts])
