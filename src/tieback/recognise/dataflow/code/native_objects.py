"""Classes whose objects native code gets: it can call their methods by names that no text of the package shows.

``native void start(Callback callback)`` gives native code an object, and it looks for ``onReady`` in the class of the
object. A class with a native method gives itself. Names in a native library can be encrypted.
Source: https://docs.oracle.com/en/java/javase/21/docs/specs/jni/functions.html#calling-instance-methods
"""

from tieback.recognise.dataflow.code.app import AppCode

_PLATFORM = ("Landroid/", "Landroidx/", "Ljava/", "Ljavax/", "Lkotlin/")
_MOST_METHODS = 512
"""Most methods with an argument of one type; with more of them, native code counts as one of them."""


class NativeObjects:
    """Finds them in the code of one app."""

    def __init__(self, app: AppCode) -> None:
        """Read the tables at the first question."""
        self._app = app
        self._known: dict[str, bool] = {}
        self._native: dict[tuple[int, int], frozenset[int]] = {}

    def has(self, owner: str) -> bool:
        """True if native code can get an object of a class, as the class itself or as one above it."""
        if owner not in self._known:
            above = [one for one in self._app.ancestors(owner) if not one.startswith(_PLATFORM)]
            self._known[owner] = any(map(self._gives_itself, above)) or any(map(self._is_given, above))
        return self._known[owner]

    def _gives_itself(self, owner: str) -> bool:
        found = self._app.class_of(owner)
        return found is not None and bool(self._native_of(*found))

    def _is_given(self, owner: str) -> bool:
        """True if a native method has an argument of this type."""
        for number, dex in enumerate(self._app.files):
            kind = self._app.type_of(number, owner)
            if kind < 0:
                continue
            methods = dex.methods_taking(kind)
            if methods is None or len(methods) > _MOST_METHODS:
                return True
            for method in methods:
                row = dex.class_row(dex.method_kind(method))
                if row >= 0 and method in self._native_of(number, row):
                    return True
        return False

    def _native_of(self, number: int, row: int) -> frozenset[int]:
        key = number, row
        if key not in self._native:
            self._native[key] = frozenset(self._app.files[number].native_methods(row))
        return self._native[key]
