"""Constants in fields: initial values of static fields, and values that initialisers and constructors store."""

from collections.abc import Callable

from tieback.recognise.dataflow import encoded
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.values import TextValue, Value

_MAX_CLASSES = 5_000
"""Most classes whose initial values are read."""
_MAX_DEPTH = 3
"""Most nested initialisers that are walked because another one reads a field."""


class FieldConstants:
    """Values of the fields of one DEX file, by field index."""

    def __init__(self, dex: DexFile) -> None:
        self._dex = dex
        self._values: dict[int, Value | None] = {}
        self._followed = {dex.type_of(b"Ljava/lang/String;"), dex.type_of(b"I")}
        self._owners: set[int] = set()
        self._rows: set[int] = set()
        self._depth = 0
        self.walk: Callable[[CodeItem], object] | None = None
        """Walks an initialiser, which calls ``put`` for each value that it stores."""

    def known(self, field: int) -> Value | None:
        """The constant in a field, or ``None``. Reads the declaring class at the first access."""
        if field not in self._values:
            member = self._dex.field(field)
            if member is None or member.kind not in self._followed:
                self._values[field] = None
            elif member.owner not in self._owners:
                self._owners.add(member.owner)
                self._initialise(self._dex.class_row(member.owner))
        return self._values.get(field)

    def put(self, field: int, value: Value) -> None:
        """Record a stored constant; a second, different constant makes the field unknown."""
        held = self._values.setdefault(field, value)
        if held != value:
            self._values[field] = None

    def read_class(self, row: int) -> list[int]:
        """Read the initial values of a class's static fields. Returns the fields that contain strings."""
        if row < 0 or row in self._rows or len(self._rows) >= _MAX_CLASSES:
            return []
        self._rows.add(row)
        at = int(self._dex.classes[row]["values"])
        if not at:
            return []
        strings = []
        static = self._dex.class_data(row).static_fields
        for field, value in zip(static, self._dex.values.array(at)[0], strict=False):
            if isinstance(value, encoded.StringId):
                text = self._dex.string(value.string)
                self.put(field, TextValue(text, value.string, (text,)))
                strings.append(field)
            elif isinstance(value, int) and value:
                # Zero stands for a field without a value that precedes a field with one.
                self.put(field, value)
        return strings

    def _initialise(self, row: int) -> None:
        self.read_class(row)
        if row < 0 or self.walk is None or self._depth >= _MAX_DEPTH:
            return
        code = self._dex.initialiser(row)
        if code is not None:
            self._depth += 1
            self.walk(code)
            self._depth -= 1
