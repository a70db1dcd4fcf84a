"""Platform and Kotlin library methods that create strings, and their effects.

Sources: https://developer.android.com/reference/java/lang/StringBuilder, .../String,
https://github.com/JetBrains/kotlin/blob/master/libraries/stdlib/jvm/runtime/kotlin/jvm/internal/Intrinsics.java
"""

from enum import Enum, auto
from typing import NamedTuple


class Effect(Enum):
    """Effect of a call on the state of a walk."""

    NONE = auto()
    """Reads only."""
    EMPTY = auto()
    """The receiver becomes an empty builder."""
    FILL = auto()
    """The receiver becomes a builder with the argument in it."""
    APPEND = auto()
    APPEND_CHAR = auto()
    APPEND_BOOLEAN = auto()
    APPEND_UNKNOWN = auto()
    """Appends a value that is not followed, such as a decimal fraction or a part of a sequence."""
    TO_STRING = auto()
    CONCAT = auto()
    """The result is the concatenation of the arguments."""
    FORMAT = auto()
    """The format is the first argument."""
    FORMAT_LOCALE = auto()
    """The format is the second argument."""
    SAME = auto()
    """The result is equal to the first argument."""


class LibraryCall(NamedTuple):
    """A method: its class, its name and the descriptors of its parameters."""

    owner: str
    name: str
    parameters: str


_STRING, _OBJECT, _SEQUENCE = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/CharSequence;"
BUILDERS = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;")
_INTEGER, _LONG = "Ljava/lang/Integer;", "Ljava/lang/Long;"

_BUILDER_CALLS = {
    ("<init>", ""): Effect.EMPTY,
    ("<init>", "I"): Effect.EMPTY,
    ("<init>", _STRING): Effect.FILL,
    ("<init>", _SEQUENCE): Effect.FILL,
    ("append", _STRING): Effect.APPEND,
    ("append", _OBJECT): Effect.APPEND,
    ("append", _SEQUENCE): Effect.APPEND,
    ("append", "Ljava/lang/StringBuffer;"): Effect.APPEND,
    ("append", "I"): Effect.APPEND,
    ("append", "C"): Effect.APPEND_CHAR,
    ("append", "Z"): Effect.APPEND_BOOLEAN,
    **{("append", kinds): Effect.APPEND_UNKNOWN for kinds in ("J", "F", "D", "[C", "[CII", _SEQUENCE + "II")},
    ("toString", ""): Effect.TO_STRING,
    ("length", ""): Effect.NONE,
}

LIBRARY: dict[LibraryCall, Effect] = {
    **{LibraryCall(builder, *call): effect for builder in BUILDERS for call, effect in _BUILDER_CALLS.items()},
    LibraryCall(_STRING, "concat", _STRING): Effect.CONCAT,
    LibraryCall(_STRING, "format", _STRING + "[" + _OBJECT): Effect.FORMAT,
    LibraryCall(_STRING, "format", "Ljava/util/Locale;" + _STRING + "[" + _OBJECT): Effect.FORMAT_LOCALE,
    LibraryCall(_STRING, "toString", ""): Effect.SAME,
    LibraryCall(_STRING, "trim", ""): Effect.SAME,
    LibraryCall(_STRING, "intern", ""): Effect.SAME,
    LibraryCall(_STRING, "valueOf", _OBJECT): Effect.SAME,
    LibraryCall(_STRING, "valueOf", "I"): Effect.SAME,
    LibraryCall(_INTEGER, "valueOf", "I"): Effect.SAME,
    LibraryCall(_INTEGER, "toString", "I"): Effect.SAME,
    LibraryCall("Lkotlin/jvm/internal/Intrinsics;", "stringPlus", _STRING + _OBJECT): Effect.CONCAT,
}

MAKES_STRINGS = frozenset((Effect.TO_STRING, Effect.CONCAT, Effect.FORMAT, Effect.FORMAT_LOCALE))
"""Calls without which (or a sink) a method assembles nothing."""
