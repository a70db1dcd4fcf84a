"""Platform and Kotlin library methods that create texts, and their effects.

Sources: https://developer.android.com/reference/java/lang/StringBuilder, .../String, .../java/util,
https://github.com/JetBrains/kotlin/blob/master/libraries/stdlib/jvm/runtime/kotlin/jvm/internal/Intrinsics.java,
https://kotlinlang.org/api/core/kotlin-stdlib/ and, for the blocks of App Inventor,
https://github.com/mit-cml/appinventor-sources (``runtime.scm``) and https://www.gnu.org/software/kawa/ (``LList``)
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import NamedTuple
from urllib.parse import unquote

from tieback.recognise.dataflow.methods import holders, texts
from tieback.recognise.dataflow.methods.keyed import (
    KEYED,
    REMOTE_EXTENSIONS,
    REMOTE_GETTERS,
    REMOTE_OWNER,
    REMOTE_SETTERS,
    KeyedCall,
)


class Effect(Enum):
    """Effect of a call on the state of a walk."""

    __hash__ = object.__hash__  # that of an enumeration is Python code

    NONE = auto()
    """Reads only."""
    EMPTY = auto()
    """The receiver becomes an empty builder."""
    FILL = auto()
    """The receiver becomes a builder with the argument in it."""
    APPEND = auto()
    APPEND_OBJECT = auto()
    """Appends an object, for which the number 0 is null."""
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
    DIGITS = auto()
    """The result is the first argument, a number, as a text."""
    TEXT = auto()
    """The result is the text in a builder; anything else stays as it is. R8 writes ``Object.toString`` for builders."""
    LAST = auto()
    """The result is the last argument: a default."""
    NEW_JOINER = auto()
    """The receiver joins texts, with the arguments as separator, beginning and end."""
    JOIN_MORE = auto()
    JOINED = auto()
    NEW_LIST = auto()
    LIST_OF = auto()
    """The result has the items of the array that is the last argument."""
    LIST_OF_ARGUMENTS = auto()
    ADD = auto()
    ADD_ARGUMENTS = auto()
    """The list gets all other arguments, and is the result."""
    ITEM = auto()
    """The result is the item at an index, any item if the index is unknown."""
    ANY_ITEM = auto()
    ITERATOR = auto()
    HAS_NEXT = auto()
    NEXT = auto()
    """The result is the next item in a loop whose turns are known, any item elsewhere."""
    SIZE = auto()
    SHUFFLE = auto()
    """The result, and the list that is the first argument, have the items in any order."""
    NEW_MAP = auto()
    PUT = auto()
    PUT_ALL = auto()
    COMPUTE = auto()
    """The result is the value of a key, that of the function object if the map does not have the key."""
    CONTAINS_KEY = auto()
    LOOKUP = auto()
    """The result is the value of a key, any value if the key is unknown."""
    KEYS = auto()
    ENTRIES = auto()
    """The result has a pair for each key."""
    PAIR = auto()
    NEW_PAIR = auto()
    FIRST = auto()
    SECOND = auto()
    THIRD = auto()
    """The result is a member of the pair that is the receiver."""
    MAP_OF_PAIRS = auto()
    MAP_OF_ARGUMENTS = auto()
    RESOURCE = auto()
    """The result is the string resource with the last argument as identifier."""
    RESOURCE_FORMAT = auto()
    RESOURCE_INTEGER = auto()
    RESOURCE_ARRAY = auto()
    """The result is the array resource with the last argument as identifier."""
    VIEW = auto()
    """The result is a view of a layout; its identifier stands for it."""
    VIEW_TEXT = auto()
    """The result is the text of the view that is the receiver, as its layout has it."""
    IDENTIFIER = auto()
    """The result is the identifier of the resource with this name."""
    SETTING = auto()
    """The result is the value of a key in the manifest, an asset or the defaults of remote settings."""
    SETTING_NUMBER = auto()
    """The same for a number. It stays a text: a comparison with it decides nothing, as other data can have the key."""
    REMOTE_SETTING = auto()
    """The same for remote settings, whose defaults code can set."""
    DEFAULTS = auto()
    """The map has the defaults of remote settings."""
    HOLDER_OF = auto()
    """The result is a holder of the first argument; it stands for its value."""
    NEW_HOLDER = auto()
    """The receiver becomes a holder of the argument."""
    REMEMBERED = auto()
    """The result is that of the function object that is the fourth argument."""
    HOLD = auto()
    """The receiver holds the argument from now on."""
    LAMBDA = auto()
    """The result is that of the function object that is the receiver; a value that is none stays as it is."""
    TASK = auto()
    """Runs the task that is the receiver, with the other arguments in an array."""


class PureCall(NamedTuple):
    """A call whose result depends only on its arguments."""

    evaluate: Callable[..., str | int | Sequence[object] | None]
    holes: bool = False
    """True if it also holds for texts with unknown parts."""
    of: tuple[int, ...] | None = None
    """Positions of the arguments that matter; ``None`` for all."""


class EditCall(NamedTuple):
    """A call that changes the text of a builder."""

    evaluate: Callable[..., str | None]


class NewTextCall(NamedTuple):
    """A constructor of a string: the receiver becomes the text."""

    evaluate: Callable[..., str | None]
    of: tuple[int, ...] | None = None


class LibraryCall(NamedTuple):
    """A method: its class, its name and the descriptors of its parameters."""

    owner: str
    name: str
    parameters: str


type LibraryEffect = Effect | PureCall | EditCall | NewTextCall | KeyedCall

_STRING, _OBJECT, _SEQUENCE = "Ljava/lang/String;", "Ljava/lang/Object;", "Ljava/lang/CharSequence;"
BUILDERS = ("Ljava/lang/StringBuilder;", "Ljava/lang/StringBuffer;")
LISTS = ("Ljava/util/ArrayList;", "Ljava/util/LinkedList;", "Ljava/util/Vector;", "Ljava/util/HashSet;",
         "Ljava/util/LinkedHashSet;", "Ljava/util/concurrent/CopyOnWriteArrayList;")  # fmt: skip
MAPS = ("Ljava/util/HashMap;", "Ljava/util/LinkedHashMap;", "Ljava/util/TreeMap;", "Ljava/util/Hashtable;",
        "Ljava/util/concurrent/ConcurrentHashMap;", "Landroid/util/ArrayMap;", "Landroid/util/SparseArray;",
        "Landroidx/collection/ArrayMap;", "Landroid/support/v4/util/ArrayMap;", "Ljava/util/EnumMap;")  # fmt: skip
PAIRS = ("Lkotlin/Pair;", "Lkotlin/Triple;", "Landroid/util/Pair;", "Landroidx/core/util/Pair;",
         "Landroid/support/v4/util/Pair;", "Ljava/util/AbstractMap$SimpleEntry;",
         "Ljava/util/AbstractMap$SimpleImmutableEntry;")  # fmt: skip
JOINER = "Ljava/util/StringJoiner;"
PAIR_FIELDS = ("first", "second", "third")
_PROVIDERS = ("Ljavax/inject/Provider;", "Ljakarta/inject/Provider;", "Ldagger/internal/Provider;", "Ldagger/Lazy;",
              "Ljava/util/function/Supplier;", "Lcom/google/common/base/Supplier;",
              "Landroidx/core/util/Supplier;")  # fmt: skip
_LOCALE, _INTEGER, _LONG, _LIST, _MAP = (
    "Ljava/util/Locale;", "Ljava/lang/Integer;", "Ljava/lang/Long;", "Ljava/util/List;", "Ljava/util/Map;",
)  # fmt: skip
_ITERABLE, _FUNCTION = "Ljava/lang/Iterable;", "Lkotlin/jvm/functions/Function1;"
_INTRINSICS, _KOTLIN_TEXT = "Lkotlin/jvm/internal/Intrinsics;", "Lkotlin/text/StringsKt;"
_KOTLIN_LISTS, _KOTLIN_MAPS = "Lkotlin/collections/CollectionsKt;", "Lkotlin/collections/MapsKt;"
_URLS = "Ljava/net/URLEncoder;"
_JOINED = _ITERABLE + _SEQUENCE * 3 + "I" + _SEQUENCE + _FUNCTION + "I" + _OBJECT
_COMPOSE = "Landroidx/compose/ui/res/StringResources_androidKt;"
_FUNCTION_0 = "Lkotlin/jvm/functions/Function0;"
_BLOCK_LISTS, _BLOCK_PAIR = "Lgnu/lists/LList;", "Lgnu/lists/Pair;"

_BUILDER_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", ""): Effect.EMPTY,
    ("<init>", "I"): Effect.EMPTY,
    ("<init>", _STRING): Effect.FILL,
    ("<init>", _SEQUENCE): Effect.FILL,
    ("append", _STRING): Effect.APPEND_OBJECT,
    ("append", _OBJECT): Effect.APPEND_OBJECT,
    ("append", _SEQUENCE): Effect.APPEND_OBJECT,
    ("append", "Ljava/lang/StringBuffer;"): Effect.APPEND_OBJECT,
    ("append", "I"): Effect.APPEND,
    ("append", "C"): Effect.APPEND_CHAR,
    ("append", "Z"): Effect.APPEND_BOOLEAN,
    ("append", "J"): Effect.APPEND,
    ("append", "[C"): EditCall(lambda text, chars: text + texts.from_chars(chars)),
    ("append", "[CII"): EditCall(lambda text, chars, at, count: text + texts.from_chars(chars[at : at + count])),
    **{("append", kinds): Effect.APPEND_UNKNOWN for kinds in ("F", "D", _SEQUENCE + "II")},
    ("insert", "I" + _STRING): EditCall(texts.insert),
    ("insert", "I" + _OBJECT): EditCall(texts.insert),
    ("insert", "I" + _SEQUENCE): EditCall(texts.insert),
    ("insert", "II"): EditCall(texts.insert),
    ("insert", "IC"): EditCall(lambda text, at, char: texts.insert(text, at, chr(char & 0xFFFF))),
    ("insert", "I[C"): EditCall(lambda text, at, chars: texts.insert(text, at, texts.from_chars(chars))),
    ("reverse", ""): EditCall(lambda text: text[::-1]),
    ("setLength", "I"): EditCall(lambda text, length: text[:length] if 0 <= length <= len(text) else None),
    ("deleteCharAt", "I"): EditCall(lambda text, at: text[:at] + text[at + 1 :] if 0 <= at < len(text) else None),
    ("delete", "II"): EditCall(lambda text, begin, end: text[:begin] + text[max(begin, end) :] if begin >= 0 else None),
    ("replace", "II" + _STRING): EditCall(lambda text, begin, end, new: text[:begin] + new + text[max(begin, end) :]),
    ("toString", ""): Effect.TO_STRING,
    ("length", ""): PureCall(len),
    ("ensureCapacity", "I"): Effect.NONE,
}

_REPLACE = PureCall(texts.replace, holes=True)
_REPLACE_STRINGS = PureCall(texts.replace, holes=True, of=(0, 1, 2))
_LOWER, _UPPER = PureCall(str.lower), PureCall(str.upper)
_TRIM = PureCall(str.strip, holes=True)
_EQUALS = PureCall(lambda one, other: int(one == other))
_JOIN = PureCall(texts.join, holes=True)

_STRING_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("concat", _STRING): Effect.CONCAT,
    ("format", _STRING + "[" + _OBJECT): Effect.FORMAT,
    ("format", _LOCALE + _STRING + "[" + _OBJECT): Effect.FORMAT_LOCALE,
    ("formatted", "[" + _OBJECT): Effect.FORMAT,
    ("toString", ""): Effect.SAME,
    ("intern", ""): Effect.SAME,
    ("strip", ""): _TRIM,
    ("trim", ""): _TRIM,
    ("valueOf", _OBJECT): Effect.SAME,
    ("valueOf", "I"): Effect.DIGITS,
    ("valueOf", "J"): Effect.DIGITS,
    ("valueOf", "C"): PureCall(lambda char: chr(char & 0xFFFF)),
    ("valueOf", "[C"): PureCall(texts.from_chars),
    ("copyValueOf", "[C"): PureCall(texts.from_chars),
    **{
        (name, "[CII"): PureCall(lambda chars, at, count: texts.from_chars(chars[at : at + count]))
        for name in ("valueOf", "copyValueOf")
    },
    ("join", _SEQUENCE + "[" + _SEQUENCE): _JOIN,
    ("join", _SEQUENCE + _ITERABLE): _JOIN,
    ("replace", _SEQUENCE + _SEQUENCE): _REPLACE,
    ("replace", "CC"): PureCall(lambda text, old, new: text.replace(chr(old & 0xFFFF), chr(new & 0xFFFF)), holes=True),
    ("replaceAll", _STRING + _STRING): PureCall(texts.replace_pattern, holes=True),
    ("replaceFirst", _STRING + _STRING): PureCall(
        lambda text, old, new: texts.replace_pattern(text, old, new, 1), holes=True
    ),
    ("substring", "I"): PureCall(lambda text, begin: text[begin:] if 0 <= begin <= len(text) else None),
    ("substring", "II"): PureCall(texts.part),
    ("toLowerCase", ""): _LOWER,
    ("toLowerCase", _LOCALE): PureCall(str.lower, of=(0,)),
    ("toUpperCase", ""): _UPPER,
    ("toUpperCase", _LOCALE): PureCall(str.upper, of=(0,)),
    ("repeat", "I"): PureCall(lambda text, count: text * count if 0 <= count <= 64 else None),
    ("length", ""): PureCall(len),
    ("isEmpty", ""): PureCall(lambda text: int(not text)),
    ("charAt", "I"): PureCall(lambda text, at: ord(text[at]) if 0 <= at < len(text) else None),
    ("equals", _OBJECT): _EQUALS,
    ("equalsIgnoreCase", _STRING): PureCall(lambda one, other: int(one.lower() == other.lower())),
    ("startsWith", _STRING): PureCall(lambda one, other: int(one.startswith(other))),
    ("endsWith", _STRING): PureCall(lambda one, other: int(one.endswith(other))),
    ("contains", _SEQUENCE): PureCall(lambda one, other: int(other in one)),
    ("indexOf", _STRING): PureCall(str.find),
    ("lastIndexOf", _STRING): PureCall(str.rfind),
    ("hashCode", ""): PureCall(texts.java_hash),
    ("toCharArray", ""): PureCall(lambda text: [ord(char) for char in text]),
    ("getBytes", ""): PureCall(lambda text: list(text.encode())),
    ("getBytes", "Ljava/nio/charset/Charset;"): PureCall(lambda text: list(text.encode()), of=(0,)),
    ("getBytes", _STRING): PureCall(lambda text: list(text.encode()), of=(0,)),
    ("split", _STRING): PureCall(texts.split),
}

_NEW_STRING: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", "[C"): NewTextCall(texts.from_chars),
    ("<init>", "[CII"): NewTextCall(lambda chars, at, count: texts.from_chars(chars[at : at + count])),
    ("<init>", "[BII"): NewTextCall(lambda octets, at, count: texts.from_bytes(octets[at : at + count])),
    ("<init>", "[B"): NewTextCall(texts.from_bytes),
    ("<init>", "[BLjava/nio/charset/Charset;"): NewTextCall(texts.from_bytes, of=(0,)),
    ("<init>", "[B" + _STRING): NewTextCall(texts.from_bytes, of=(0,)),
    ("<init>", _STRING): NewTextCall(lambda text: text),
}

_JOINER_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", _SEQUENCE): Effect.NEW_JOINER,
    ("<init>", _SEQUENCE * 3): Effect.NEW_JOINER,
    ("add", _SEQUENCE): Effect.JOIN_MORE,
    ("toString", ""): Effect.JOINED,
}

_LIST_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", ""): Effect.NEW_LIST,
    ("<init>", "I"): Effect.NEW_LIST,
    ("<init>", "Ljava/util/Collection;"): Effect.NEW_LIST,
    ("add", _OBJECT): Effect.ADD,
    ("addElement", _OBJECT): Effect.ADD,
}
_LIST_READS: dict[tuple[str, str], LibraryEffect] = {
    ("get", "I"): Effect.ITEM,
    ("elementAt", "I"): Effect.ITEM,
    ("iterator", ""): Effect.ITERATOR,
    ("listIterator", ""): Effect.ITERATOR,
    ("stream", ""): Effect.SAME,
    ("size", ""): Effect.SIZE,
    ("isEmpty", ""): Effect.NONE,
    ("contains", _OBJECT): Effect.NONE,
}
_MAP_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", ""): Effect.NEW_MAP,
    ("<init>", "I"): Effect.NEW_MAP,
    ("<init>", "Ljava/lang/Class;"): Effect.NEW_MAP,
    ("<init>", _MAP): Effect.NEW_MAP,
}
_MAP_READS: dict[tuple[str, str], LibraryEffect] = {
    ("put", _OBJECT + _OBJECT): Effect.PUT,
    ("putIfAbsent", _OBJECT + _OBJECT): Effect.PUT,
    ("putAll", _MAP): Effect.PUT_ALL,
    ("put", "I" + _OBJECT): Effect.PUT,
    ("append", "I" + _OBJECT): Effect.PUT,
    ("get", _OBJECT): Effect.LOOKUP,
    ("get", "I"): Effect.LOOKUP,
    ("get", "I" + _OBJECT): Effect.LOOKUP,
    ("getOrDefault", _OBJECT + _OBJECT): Effect.LOOKUP,
    ("computeIfAbsent", _OBJECT + "Ljava/util/function/Function;"): Effect.COMPUTE,
    ("containsKey", _OBJECT): Effect.CONTAINS_KEY,
    ("values", ""): Effect.SAME,
    ("keySet", ""): Effect.KEYS,
    ("entrySet", ""): Effect.ENTRIES,
    ("size", ""): Effect.NONE,
}
_PAIR_CALLS: dict[tuple[str, str], LibraryEffect] = {
    ("<init>", _OBJECT * 2): Effect.NEW_PAIR,
    ("<init>", _OBJECT * 3): Effect.NEW_PAIR,
    ("create", _OBJECT * 2): Effect.PAIR,
    **{
        (name, ""): effect
        for effect, names in (
            (Effect.FIRST, ("getFirst", "component1", "getKey")),
            (Effect.SECOND, ("getSecond", "component2", "getValue")),
            (Effect.THIRD, ("getThird", "component3")),
        )
        for name in names
    },
}
_SETTINGS = {
    "Ljava/util/Properties;": ("getProperty",),
    "Ljava/util/ResourceBundle;": ("getString",),
    "Lorg/json/JSONObject;": ("getString", "optString", "get", "opt"),
    "Lcom/google/gson/JsonObject;": ("get",),
    "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfigValue;": (),
}

LIBRARY: dict[LibraryCall, LibraryEffect] = {
    **{LibraryCall(builder, *call): effect for builder in BUILDERS for call, effect in _BUILDER_CALLS.items()},
    **{LibraryCall(_STRING, *call): effect for call, effect in _STRING_CALLS.items()},
    **{LibraryCall(_STRING, *call): effect for call, effect in _NEW_STRING.items()},
    **{
        LibraryCall(f"Lkotlin/jvm/internal/{kind}Reference{count}Impl;", "<init>", owner + _STRING * 2 + rest):
        NewTextCall(lambda name: name, of=(1,))
        for kind in ("Property", "MutableProperty")
        for count in range(3)
        for owner, rest in (("Ljava/lang/Class;", "I"), ("Lkotlin/reflect/KDeclarationContainer;", ""))
    },
    **{LibraryCall(JOINER, *call): effect for call, effect in _JOINER_CALLS.items()},
    **{LibraryCall(owner, *call): effect for owner in LISTS for call, effect in (_LIST_CALLS | _LIST_READS).items()},
    **{
        LibraryCall(owner, *call): effect
        for owner in (_LIST, "Ljava/util/Collection;", "Ljava/util/Set;", "Ljava/util/AbstractList;", _ITERABLE)
        for call, effect in ({("add", _OBJECT): Effect.ADD} | _LIST_READS).items()
    },
    **{LibraryCall(f"Ljava/util/{owner};", "next", ""): Effect.NEXT for owner in ("Iterator", "ListIterator")},
    **{LibraryCall(f"Ljava/util/{owner};", "hasNext", ""): Effect.HAS_NEXT for owner in ("Iterator", "ListIterator")},
    **{LibraryCall(owner, *call): effect for owner in MAPS for call, effect in (_MAP_CALLS | _MAP_READS).items()},
    **{LibraryCall(_MAP, *call): effect for call, effect in _MAP_READS.items()},
    **{LibraryCall(owner, *call): effect for owner in PAIRS for call, effect in _PAIR_CALLS.items()},
    LibraryCall("Ljava/util/Map$Entry;", "getKey", ""): Effect.FIRST,
    LibraryCall("Ljava/util/Map$Entry;", "getValue", ""): Effect.SECOND,
    LibraryCall(_MAP, "entry", _OBJECT * 2): Effect.PAIR,
    LibraryCall("Ljava/util/Arrays;", "asList", "[" + _OBJECT): Effect.LIST_OF,
    LibraryCall("Ljava/util/Arrays;", "copyOf", "[" + _OBJECT + "I"): Effect.SAME,
    **{
        LibraryCall("Ljava/util/Arrays;", name, f"[{kind}{kinds}"): PureCall(evaluate)
        for name, kinds, evaluate in (("copyOf", "I", texts.begin_of), ("copyOfRange", "II", texts.range_of))
        for kind in "BCI"
    },
    LibraryCall("Ljava/util/Arrays;", "copyOfRange", "[" + _OBJECT + "II"): PureCall(texts.range_of, holes=True),
    LibraryCall("Ljava/util/Collections;", "singletonList", _OBJECT): Effect.LIST_OF_ARGUMENTS,
    LibraryCall("Ljava/util/Collections;", "unmodifiableList", _LIST): Effect.SAME,
    LibraryCall("Ljava/util/Collections;", "unmodifiableMap", _MAP): Effect.SAME,
    LibraryCall("Ljava/util/Collections;", "singletonMap", _OBJECT * 2): Effect.MAP_OF_ARGUMENTS,
    **{LibraryCall(_LIST, "of", _OBJECT * count): Effect.LIST_OF_ARGUMENTS for count in range(1, 11)},
    LibraryCall(_LIST, "of", "[" + _OBJECT): Effect.LIST_OF,
    **{LibraryCall(_MAP, "of", _OBJECT * 2 * count): Effect.MAP_OF_ARGUMENTS for count in range(1, 11)},
    **{
        LibraryCall(_KOTLIN_LISTS, name, kinds): effect
        for name in ("listOf", "mutableListOf", "arrayListOf", "listOfNotNull")
        for kinds, effect in (("[" + _OBJECT, Effect.LIST_OF), (_OBJECT, Effect.LIST_OF_ARGUMENTS))
    },
    LibraryCall("Lkotlin/collections/SetsKt;", "setOf", "[" + _OBJECT): Effect.LIST_OF,
    **{
        LibraryCall(_KOTLIN_LISTS, name, kinds): Effect.ITEM
        for name, kinds in (("first", _LIST), ("first", _ITERABLE), ("firstOrNull", _LIST))
    },
    **{
        LibraryCall(owner, name, kinds): Effect.ANY_ITEM
        for name in ("random", "randomOrNull")
        for owner, kinds in (
            (_KOTLIN_LISTS, "Ljava/util/Collection;Lkotlin/random/Random;"),
            ("Lkotlin/collections/ArraysKt;", "[" + _OBJECT + "Lkotlin/random/Random;"),
        )
    },
    LibraryCall("Ljava/util/Collections;", "shuffle", _LIST): Effect.SHUFFLE,
    LibraryCall("Ljava/util/Collections;", "shuffle", _LIST + "Ljava/util/Random;"): Effect.SHUFFLE,
    LibraryCall(_KOTLIN_LISTS, "shuffled", _ITERABLE): Effect.SHUFFLE,
    LibraryCall(_KOTLIN_LISTS, "shuffled", _ITERABLE + "Lkotlin/random/Random;"): Effect.SHUFFLE,
    LibraryCall(_KOTLIN_LISTS, "joinToString$default", _JOINED): PureCall(
        texts.join_default, holes=True, of=(1, 0, 2, 3, 7)
    ),
    LibraryCall("Lkotlin/TuplesKt;", "to", _OBJECT * 2): Effect.PAIR,
    **{
        LibraryCall(_KOTLIN_MAPS, name, "[Lkotlin/Pair;"): Effect.MAP_OF_PAIRS
        for name in ("mapOf", "hashMapOf", "linkedMapOf", "mutableMapOf")
    },
    LibraryCall(_MAP, "ofEntries", "[Ljava/util/Map$Entry;"): Effect.MAP_OF_PAIRS,
    LibraryCall(_KOTLIN_MAPS, "mapOf", "Lkotlin/Pair;"): Effect.MAP_OF_PAIRS,
    LibraryCall(_KOTLIN_MAPS, "getValue", _MAP + _OBJECT): Effect.LOOKUP,
    LibraryCall(_KOTLIN_MAPS, "getOrImplicitDefaultNullable", _MAP + _OBJECT): Effect.LOOKUP,
    LibraryCall("Lkotlin/reflect/KCallable;", "getName", ""): Effect.SAME,
    LibraryCall(_INTEGER, "valueOf", "I"): Effect.SAME,
    LibraryCall(_INTEGER, "toString", "I"): Effect.DIGITS,
    LibraryCall(_INTEGER, "toString", ""): Effect.DIGITS,
    LibraryCall(_INTEGER, "intValue", ""): Effect.SAME,
    LibraryCall(_INTEGER, "parseInt", _STRING): PureCall(texts.parse_int),
    LibraryCall(_INTEGER, "valueOf", _STRING): PureCall(texts.parse_int),
    LibraryCall("Ljava/lang/Number;", "intValue", ""): Effect.SAME,
    LibraryCall("Ljava/lang/Character;", "valueOf", "C"): PureCall(lambda char: chr(char & 0xFFFF)),
    LibraryCall("Ljava/lang/Character;", "toString", "C"): PureCall(lambda char: chr(char & 0xFFFF)),
    LibraryCall(_LONG, "valueOf", "J"): Effect.SAME,
    LibraryCall(_LONG, "toString", "J"): Effect.DIGITS,
    LibraryCall(_OBJECT, "toString", ""): Effect.TEXT,
    LibraryCall(_SEQUENCE, "toString", ""): Effect.TEXT,
    LibraryCall("Ljava/lang/Enum;", "name", ""): Effect.NONE,
    LibraryCall("Ljava/util/Objects;", "requireNonNull", _OBJECT): Effect.SAME,
    LibraryCall("Ljava/util/Objects;", "requireNonNull", _OBJECT + _STRING): Effect.SAME,
    LibraryCall("Ljava/util/Objects;", "toString", _OBJECT): Effect.TEXT,
    LibraryCall("Ljava/util/Objects;", "equals", _OBJECT * 2): _EQUALS,
    LibraryCall("Ljava/util/Optional;", "of", _OBJECT): Effect.SAME,
    LibraryCall("Ljava/util/Optional;", "ofNullable", _OBJECT): Effect.SAME,
    LibraryCall("Ljava/util/Optional;", "get", ""): Effect.SAME,
    LibraryCall("Ljava/util/Optional;", "orElse", _OBJECT): Effect.LAST,
    **{
        LibraryCall(*call): effect
        for calls, effect in (
            (holders.makers(), Effect.HOLDER_OF), (holders.constructors(), Effect.NEW_HOLDER),
            (holders.readers(), Effect.SAME), (holders.writers(), Effect.HOLD),
            (holders.remembered(), Effect.REMEMBERED),
        )
        for call in calls
    },
    LibraryCall(_INTRINSICS, "stringPlus", _STRING + _OBJECT): Effect.CONCAT,
    LibraryCall(_INTRINSICS, "areEqual", _OBJECT * 2): _EQUALS,
    **{
        LibraryCall(_INTRINSICS, name, kinds): Effect.NONE
        for name in ("checkNotNull", "checkNotNullParameter", "checkNotNullExpressionValue", "checkParameterIsNotNull",
                     "checkExpressionValueIsNotNull")
        for kinds in (_OBJECT, _OBJECT + _STRING)
    },
    LibraryCall("Landroid/text/TextUtils;", "join", _SEQUENCE + "[" + _OBJECT): _JOIN,
    LibraryCall("Landroid/text/TextUtils;", "join", _SEQUENCE + _ITERABLE): _JOIN,
    LibraryCall("Landroid/text/TextUtils;", "concat", "[" + _SEQUENCE): PureCall(
        lambda items: texts.join("", items), holes=True
    ),
    LibraryCall("Landroid/text/TextUtils;", "equals", _SEQUENCE * 2): _EQUALS,
    LibraryCall("Landroid/text/TextUtils;", "isEmpty", _SEQUENCE): PureCall(lambda text: int(not text)),
    LibraryCall(_URLS, "encode", _STRING + _STRING): PureCall(texts.percent, of=(0,)),
    LibraryCall(_URLS, "encode", _STRING): PureCall(texts.percent),
    LibraryCall("Landroid/net/Uri;", "encode", _STRING): PureCall(texts.uri_encoded),
    LibraryCall("Landroid/net/Uri;", "encode", _STRING + _STRING): PureCall(texts.uri_encoded),
    LibraryCall("Ljava/net/URLDecoder;", "decode", _STRING + _STRING): PureCall(texts.unpercent, of=(0,)),
    LibraryCall("Landroid/net/Uri;", "decode", _STRING): PureCall(unquote),
    LibraryCall("Landroid/util/Base64;", "decode", _STRING + "I"): PureCall(texts.base64, of=(0,)),
    LibraryCall("Ljava/util/Base64$Decoder;", "decode", _STRING): PureCall(texts.base64, of=(1,)),
    LibraryCall("Ljava/text/MessageFormat;", "format", _STRING + "[" + _OBJECT): PureCall(
        texts.message_format, holes=True
    ),
    **{
        LibraryCall(_KOTLIN_TEXT, name, kinds): effect
        for name, kinds, effect in (
            ("replace$default", _STRING * 3 + "ZI" + _OBJECT, _REPLACE_STRINGS),
            ("replace", _STRING * 3 + "Z", _REPLACE_STRINGS),
            ("trim", _SEQUENCE, _TRIM),
            ("trimIndent", _STRING, _TRIM),
            ("trimEnd", _STRING + "[C", PureCall(lambda a, b: a.rstrip(texts.from_chars(b)), holes=True)),
            ("trimStart", _STRING + "[C", PureCall(lambda a, b: a.lstrip(texts.from_chars(b)), holes=True)),
            ("removeSuffix", _STRING + _SEQUENCE, PureCall(lambda a, b: a.removesuffix(b), holes=True)),
            ("removePrefix", _STRING + _SEQUENCE, PureCall(lambda a, b: a.removeprefix(b), holes=True)),
            ("reversed", _SEQUENCE, PureCall(lambda text: text[::-1])),
            ("decodeToString", "[B", PureCall(texts.from_bytes)),
            ("concatToString", "[C", PureCall(texts.from_chars)),
            ("toInt", _STRING, PureCall(texts.parse_int)),
            ("equals$default", _STRING * 2 + "ZI" + _OBJECT, PureCall(lambda one, other: int(one == other), of=(0, 1))),
        )
    },
    **{
        LibraryCall("Lio/ktor/http/URLProtocol$Companion;", f"get{name.upper()}", ""): PureCall(name.__str__, of=())
        for name in ("http", "https", "ws", "wss")
    },
    LibraryCall("Lkotlin/LazyKt;", "lazy", _FUNCTION_0): Effect.SAME,
    LibraryCall("Lkotlin/LazyKt;", "lazy", "Lkotlin/LazyThreadSafetyMode;" + _FUNCTION_0): Effect.LAST,
    LibraryCall("Lkotlin/Lazy;", "getValue", ""): Effect.LAMBDA,
    LibraryCall("Landroidx/viewbinding/ViewBindings;", "findChildViewById", "Landroid/view/View;I"): Effect.VIEW,
    LibraryCall("Lkotlin/LazyKt;", "lazyOf", _OBJECT): Effect.SAME,
    LibraryCall(_FUNCTION_0, "invoke", ""): Effect.LAMBDA,
    LibraryCall("Ljava/util/concurrent/Callable;", "call", ""): Effect.LAMBDA,
    **{LibraryCall(owner, "get", ""): Effect.LAMBDA for owner in _PROVIDERS},
    **{
        LibraryCall(f"Ldagger/internal/{owner};", name, kinds): Effect.SAME
        for owner, name, kinds in (
            *((check, "provider", f"L{kind};") for check in ("DoubleCheck", "SingleCheck")
              for kind in ("javax/inject/Provider", "dagger/internal/Provider")),
            *(("DoubleCheck", "lazy", f"L{kind};") for kind in ("javax/inject/Provider", "dagger/internal/Provider")),
            ("InstanceFactory", "create", _OBJECT),
            ("Preconditions", "checkNotNull", _OBJECT),
            ("Preconditions", "checkNotNullFromProvides", _OBJECT),
        )
    },
    LibraryCall("Ljava/lang/System;", "getProperty", _STRING * 2): Effect.LAST,
    **{LibraryCall(_BLOCK_LISTS, f"list{count}", _OBJECT * count): Effect.LIST_OF_ARGUMENTS for count in range(1, 5)},
    **{
        LibraryCall(_BLOCK_LISTS, f"chain{count}", _BLOCK_PAIR + _OBJECT * count): Effect.ADD_ARGUMENTS
        for count in (1, 4)
    },
    LibraryCall("Lcom/google/youngandroid/runtime;", "callYailPrimitive", _OBJECT * 4): PureCall(
        texts.join_blocks, holes=True, of=(1, 3)
    ),
    LibraryCall("Landroid/content/res/Resources;", "getIdentifier", _STRING * 3): Effect.IDENTIFIER,
    LibraryCall(_COMPOSE, "stringResource", "ILandroidx/compose/runtime/Composer;I"): Effect.RESOURCE,
    LibraryCall(_COMPOSE, "stringArrayResource", "ILandroidx/compose/runtime/Composer;I"): Effect.RESOURCE_ARRAY,
    **{
        LibraryCall(owner, name, kinds): Effect.SETTING
        for owner, names in _SETTINGS.items()
        for name in names
        for kinds in (_STRING, _STRING * 2)
    },
    **{
        LibraryCall("Lorg/json/JSONObject;", name, kinds): Effect.SETTING_NUMBER
        for kind, names in (("I", ("getInt", "optInt")), ("J", ("getLong", "optLong")))
        for name in names
        for kinds in (_STRING, _STRING + kind)
    },
    **{LibraryCall(*call): effect for call, effect in KEYED.items()},
    LibraryCall("Lcom/google/firebase/remoteconfig/FirebaseRemoteConfigValue;", "asString", ""): Effect.SAME,
    **{
        LibraryCall("Lcom/google/gson/JsonElement;", name, ""): Effect.SAME
        for name in ("getAsString", "getAsInt", "getAsLong")
    },
    **{LibraryCall(REMOTE_OWNER, name, _MAP): Effect.DEFAULTS for name in REMOTE_SETTERS},
    **{LibraryCall(REMOTE_OWNER, name, _STRING): Effect.REMOTE_SETTING for name in REMOTE_GETTERS},
    **{
        LibraryCall(owner, "get", REMOTE_OWNER + _STRING): Effect.REMOTE_SETTING  # ``config["key"]`` of Kotlin
        for owner in REMOTE_EXTENSIONS
    },
}  # fmt: skip

ANY_OWNER: dict[tuple[str, str], LibraryEffect] = {
    ("getString", "(I)Ljava/lang/String;"): Effect.RESOURCE,
    ("getText", "(I)Ljava/lang/CharSequence;"): Effect.RESOURCE,
    ("getString", "(I[Ljava/lang/Object;)Ljava/lang/String;"): Effect.RESOURCE_FORMAT,
    ("getInteger", "(I)I"): Effect.RESOURCE_INTEGER,
    ("getStringArray", "(I)[Ljava/lang/String;"): Effect.RESOURCE_ARRAY,
    ("getTextArray", "(I)[Ljava/lang/CharSequence;"): Effect.RESOURCE_ARRAY,
    **{
        (name, "(I)Landroid/view/View;"): Effect.VIEW
        for name in ("findViewById", "requireViewById", "_$_findCachedViewById")
    },
    ("getText", "()Landroid/text/Editable;"): Effect.VIEW_TEXT,
    ("getText", "()Ljava/lang/CharSequence;"): Effect.VIEW_TEXT,
    ("execute", "([Ljava/lang/Object;)Landroid/os/AsyncTask;"): Effect.TASK,
    (
        "executeOnExecutor",
        "(Ljava/util/concurrent/Executor;[Ljava/lang/Object;)Landroid/os/AsyncTask;",
    ): Effect.TASK,
}
"""Methods that classes of the app inherit from the platform: ``Context.getString`` of an activity or fragment."""

CALLED_BY = {"doInBackground": ("execute", "executeOnExecutor")}
"""Methods that the platform runs, with the methods by which an app makes it do so."""

MAKES_STRINGS = frozenset(
    (Effect.TO_STRING, Effect.JOINED, Effect.TEXT, Effect.CONCAT, Effect.FORMAT, Effect.FORMAT_LOCALE)
)
"""Calls without which (or a sink) a method assembles nothing."""


def makes(effect: LibraryEffect) -> bool:
    """True if a call assembles a text."""
    return effect in MAKES_STRINGS or isinstance(effect, NewTextCall) or (isinstance(effect, PureCall) and effect.holes)
