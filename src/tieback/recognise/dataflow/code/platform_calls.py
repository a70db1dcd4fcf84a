"""Methods of the app that the platform finds by their names, without a class or interface that declares them.

Those of objects that are saved and read again (``readObject``,
https://docs.oracle.com/en/java/javase/21/docs/specs/serialization/input.html), and setters of properties that an
animation changes (``ObjectAnimator.ofInt(view, "level", 1, 7)``,
https://developer.android.com/reference/android/animation/ObjectAnimator).
"""

from functools import cached_property

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.places import CodePlaces

_SAVED = frozenset(("Ljava/io/Serializable;", "Ljava/io/Externalizable;"))
_OF_SAVED = frozenset(
    ("readExternal", "readObject", "readObjectNoData", "readResolve", "writeExternal", "writeObject", "writeReplace")
)
_SETTER = "set"
_OBJECT, _TEXT, _ANIMATION = "Ljava/lang/Object;", "Ljava/lang/String;", "Landroid/animation/"
_ANIMATOR, _HOLDER = f"{_ANIMATION}ObjectAnimator;", f"{_ANIMATION}PropertyValuesHolder;"
_PLATFORM = ("Landroid/", "Landroidx/", "Lcom/google/android/material/")
_EVALUATOR = f"{_ANIMATION}TypeEvaluator;"
_VALUES = {"ofInt": "[I", "ofFloat": "[F", "ofObject": f"{_EVALUATOR}[{_OBJECT}"}
_MAKERS = (
    *((name, f"({_OBJECT}{_TEXT}{kind}){_ANIMATOR}", _ANIMATOR) for name, kind in (*_VALUES.items(), ("ofArgb", "[I"))),
    *((name, f"({_TEXT}{kind}){_HOLDER}", _HOLDER) for name, kind in _VALUES.items()),
    ("setPropertyName", f"({_TEXT})V", _ANIMATOR),
    ("setPropertyName", f"({_TEXT})V", _HOLDER),
    ("of", f"(Ljava/lang/Class;Ljava/lang/Class;{_TEXT})Landroid/util/Property;", "Landroid/util/Property;"),
)  # fmt: skip
"""Methods that get the name of a property."""


class PlatformCalls:
    """Which methods of one app the platform finds by such a name."""

    def __init__(self, app: AppCode, places: CodePlaces) -> None:
        """The code of the app."""
        self._app, self._places = app, places

    def can_call(self, owner: str, name: str) -> bool:
        """True if the platform may call a method of a class by its name."""
        if name in _OF_SAVED:
            return not _SAVED.isdisjoint(self._app.ancestors(owner))
        if not name.startswith(_SETTER) or not name[3:4].isupper():
            return False
        title = name[3].lower() + name[4:]
        return any(self._loads(file, place, title) for file, place in self._animating)

    @cached_property
    def inflates(self) -> bool:
        """True if code other than that of the platform reads an animation from XML, which names properties."""
        owner, kind = f"{_ANIMATION}AnimatorInflater;", f"(Landroid/content/Context;I){_ANIMATION}Animator;"
        for file, place, _ in self._places.calls("loadAnimator", kind, frozenset((owner,))):
            code = self._app.files[file].code_around(place, every=True)
            if not self._app.ref_at(file, code, every=True).owner.startswith(_PLATFORM):
                return True
        return False

    @cached_property
    def _animating(self) -> frozenset[tuple[int, int]]:
        """File and offset of the methods that give the name of a property to the platform."""
        return frozenset(
            (file, code.offset)
            for name, kind, owner in _MAKERS
            for file, place, _ in self._places.calls(name, kind, frozenset((owner,)))
            if (code := self._app.files[file].code_around(place, every=True)) is not None
        )

    def _loads(self, file: int, offset: int, text: str) -> bool:
        title = self._app.string_of(file, text)
        sites = self._places.loading(file, title) if title >= 0 else ()
        return any(site is None or site.code.offset == offset for site in sites)
