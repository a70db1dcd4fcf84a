"""Classes whose fields other code can read, and not only the instructions that name them."""

from functools import cached_property

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.made_objects import MadeObjects
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.code.text_names import TextNames
from tieback.recognise.dataflow.dex.opcode_sets import CONST_CLASSES

_CONTEXT = "Landroid/content/Context;"
_OBJECT = "Ljava/lang/Object;"
_REFLECTED = "/BuildConfig;"
"""Class whose fields some code reads by name: https://github.com/lugg/react-native-config"""
_REFLECTED_NAME = b"BuildConfig\0"
"""End of a string with the name of such a class; a descriptor has a semicolon at this place."""


class FieldOwners:
    """The classes of one app, by who can read the fields of their objects."""

    def __init__(
        self, app: AppCode, places: CodePlaces, hierarchy: Hierarchy, made: MadeObjects, texts: TextNames
    ) -> None:
        """The code of the app, what other code knows of its classes, and the classes that texts name."""
        self._app, self._places, self._hierarchy, self._made, self._texts = app, places, hierarchy, made, texts

    def is_reflected(self, owner: str) -> bool:
        """True if code can use the fields of a class by name: it looks for them, or, for ``BuildConfig``, can do so."""
        if (
            self._made.finds_fields_of(owner)
            or self._made.is_looked_into(owner)
            or self._texts.binds(owner[1:-1].rpartition("/")[2])
        ):
            return True
        return owner.endswith(_REFLECTED) and (
            self._names_build_config
            or any(
                kind >= 0 and self._places.has_instruction(number, CONST_CLASSES, kind)
                for number in range(len(self._app.files))
                for kind in (self._app.type_of(number, owner),)
            )
        )

    @cached_property
    def _names_build_config(self) -> bool:
        return any(dex.data.find(_REFLECTED_NAME) >= 0 for dex in self._app.files)

    def is_single(self, owner: str) -> bool:
        """True for a class that has a static field with an object of itself, and that extends no other class."""
        found = self._app.class_of(owner)
        if found is None or self._app.superclass(owner) != _OBJECT:
            return False
        dex = self._app.files[found[0]]
        fields = (dex.field(index) for index in dex.class_data(found[1]).static_fields)
        return any(one is not None and dex.descriptor(one.kind) == owner for one in fields)

    def is_service(self, owner: str) -> bool:
        """True for a class that has no data for others: one of the platform's, or one object that gets a context."""
        above = self._hierarchy.above(owner)
        if above.startswith("Landroid/"):
            return True
        found = self._app.class_of(owner)
        if found is None or not self.is_single(owner):
            return False
        return any(_CONTEXT in kind for _, kind in self._app.declared(*found))
