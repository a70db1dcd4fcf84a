"""Comparisons of texts that always end the same: ``"release".equals("debug")``, or with a field that is set once.

Builds write their kind into the code as a constant (``BuildConfig.FLAVOR``), and libraries keep the system that they
contact in a field (``environment = "production"``). A view on a device is never in the layout editor, either:
https://developer.android.com/reference/android/view/View#isInEditMode()
"""

from collections.abc import Callable

from tieback.recognise.dataflow.code.possible_values import PossibleValues, Values
from tieback.recognise.dataflow.dex.dexfile import CodeItem

_STRING = "Ljava/lang/String;"


def _ignoring_case(one: str, other: str) -> bool:
    return one.lower() == other.lower()


_COMPARISONS: dict[tuple[str, str], Callable[[str, str], bool]] = {
    (_STRING, "equals"): str.__eq__,
    (_STRING, "contentEquals"): str.__eq__,
    (_STRING, "equalsIgnoreCase"): _ignoring_case,
    (_STRING, "contains"): str.__contains__,
    (_STRING, "startsWith"): str.startswith,
    (_STRING, "endsWith"): str.endswith,
    ("Ljava/util/Objects;", "equals"): str.__eq__,
    ("Landroid/text/TextUtils;", "equals"): str.__eq__,
    ("Lkotlin/jvm/internal/Intrinsics;", "areEqual"): str.__eq__,
}
"""Methods of two texts: the receiver and the argument, or both arguments."""
_ARGUMENTS = 2
_IN_EDITOR = ("isInEditMode", "()Z")
"""A method of views; false on a device."""


class ComparedTexts(PossibleValues[str | None]):
    """The results of comparisons of texts in one app. A text that is not set is ``None``."""

    def compares(self, number: int, member: int) -> bool:
        """True for a method that compares two texts or asks for the layout editor, by its index in a file."""
        names = self._code.method_names(number, member)
        return names[:2] in _COMPARISONS or names[1:] == _IN_EDITOR

    def result(self, number: int, code: CodeItem, at: int) -> frozenset[int] | None:
        """What the comparison at a code unit can return; ``None`` if that is not known, or for another call."""
        flow = self._code.flow(number, code)
        call = flow.operation(at) if flow is not None else None
        if flow is None or call is None:
            return None
        if self._code.method_names(number, call.member)[1:] == _IN_EDITOR:
            identity = self._code.app.method(number, call.member)
            return frozenset((0,)) if identity >= 0 and self._code.app.definition(identity) is None else None
        if len(call.values) != _ARGUMENTS:
            return None
        compare = _COMPARISONS.get(self._code.method_names(number, call.member)[:2])
        if compare is None:
            return None
        first, second = (self.of(number, code, its) for its in call.values)
        if not first or not second:
            return None
        # The method of a text that is not set does not return.
        return frozenset(
            int(compare(one, other)) if one is not None and other is not None else int(one is other)
            for one in first
            for other in second
        )

    def _constant(self, number: int, code: CodeItem, at: int) -> Values[str | None]:
        flow = self._code.flow(number, code)
        return (
            frozenset((self._code.string(number, flow.strings[at]),))
            if flow is not None and at in flow.strings
            else None
        )

    def _initial(self, field: int, *, static: bool) -> Values[str | None]:
        known, text = self._code.initial_text(field, static=static)
        return frozenset((text,)) if known else None
