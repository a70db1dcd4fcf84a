"""Superclasses and interfaces of the classes of Java that the interpreter makes objects of.

Source: https://developer.android.com/reference/java/lang/package-summary and .../java/util/package-summary.
"""

from collections.abc import Iterable, Mapping

from tieback.recognise.dalvik.objects import NotRunnableError

_COLLECTION = ("util/Collection", "lang/Iterable", "util/AbstractCollection")
_LIST = (*_COLLECTION, "util/List", "util/AbstractList", "lang/Cloneable", "io/Serializable")
_ARRAY_LIST = (*_LIST, "util/RandomAccess")
_SET = (*_COLLECTION, "util/Set", "util/AbstractSet", "lang/Cloneable", "io/Serializable")
_MAP = ("util/Map", "util/AbstractMap", "lang/Cloneable", "io/Serializable")
_DEQUE = ("util/Deque", "util/Queue")
_VALUE = ("lang/Comparable", "io/Serializable")
_BUILDER = ("lang/CharSequence", "lang/Appendable", "io/Serializable")
_CLOSEABLE = ("lang/AutoCloseable", "io/Closeable")
_READER = (*_CLOSEABLE, "lang/Readable", "io/Reader")
_NAMES: Mapping[str, tuple[str, ...]] = {
    "lang/String": ("lang/CharSequence", *_VALUE),
    "lang/StringBuilder": _BUILDER,
    "lang/StringBuffer": _BUILDER,
    "lang/Character": _VALUE,
    "lang/Boolean": _VALUE,
    **{f"lang/{name}": ("lang/Number", *_VALUE) for name in ("Byte", "Short", "Integer", "Long", "Float", "Double")},
    "util/ArrayList": _ARRAY_LIST,
    "util/Vector": _ARRAY_LIST,
    "util/Stack": (*_ARRAY_LIST, "util/Vector"),
    "util/LinkedList": (*_LIST, *_DEQUE, "util/AbstractSequentialList"),
    "util/ArrayDeque": (*_COLLECTION, *_DEQUE, "lang/Cloneable", "io/Serializable"),
    "util/HashMap": _MAP,
    "util/LinkedHashMap": (*_MAP, "util/HashMap"),
    "util/TreeMap": (*_MAP, "util/SortedMap", "util/NavigableMap"),
    "util/HashSet": _SET,
    "util/LinkedHashSet": (*_SET, "util/HashSet"),
    "util/Iterator": (),
    "util/EnumMap": _MAP,
    "util/Properties": ("util/Map", "util/Hashtable", "util/Dictionary", "lang/Cloneable", "io/Serializable"),
    "util/zip/GZIPInputStream": (*_CLOSEABLE, "util/zip/InflaterInputStream", "io/FilterInputStream", "io/InputStream"),
    "io/InputStream": _CLOSEABLE,
    "io/ByteArrayInputStream": (*_CLOSEABLE, "io/InputStream"),
    "io/InputStreamReader": _READER,
    "io/BufferedReader": _READER,
    "io/StringReader": _READER,
}
_SUPERTYPES = {
    f"Ljava/{name};": frozenset(f"Ljava/{one};" for one in (name, *its, "lang/Object")) for name, its in _NAMES.items()
}
_BY_VERSION = ("Ljava/lang/constant/", "Ljava/util/Sequenced")
"""Interfaces that only some versions of the platform have."""


_ALWAYS: Mapping[str, frozenset[str]] = {
    "Ljava/lang/Object;": frozenset(),
    "Ljava/lang/Iterable;": frozenset(),
    "Ljava/lang/Comparable;": frozenset(),
    "Ljava/lang/Runnable;": frozenset(),
    "Ljava/io/Serializable;": frozenset(),
    "Ljava/util/Iterator;": frozenset(),
    "Ljava/util/concurrent/Callable;": frozenset(),
    "Ljava/lang/Enum;": frozenset(("Ljava/lang/Comparable;", "Ljava/io/Serializable;")),
    "Ljava/util/Collection;": frozenset(("Ljava/lang/Iterable;",)),
    "Ljava/util/List;": frozenset(("Ljava/util/Collection;", "Ljava/lang/Iterable;")),
}
"""Classes and interfaces that classes of apps extend, with all that they extend themselves."""


def is_of_app(ancestors: Iterable[str], other: str) -> bool:
    """True if a class of the app is one with a descriptor that the app does not define, or implements it.

    Args:
        ancestors: all superclasses and interfaces of the class, up to and with the first ones of the platform.
        other: the descriptor.

    Raises:
        NotRunnableError: that is not known of one of them.
    """
    unknown = False
    for one in ancestors:
        if one == other or other in _ALWAYS.get(one, ()):
            return True
        unknown = unknown or one not in _ALWAYS
    if unknown or other.startswith(_BY_VERSION):
        raise NotRunnableError("an interface that is not known")
    return False


def is_of_platform(kind: str, other: str) -> bool:
    """True if a class of Java is one with this descriptor, or implements it. None of them implements one of the app.

    Raises:
        NotRunnableError: that is not known of this class.
    """
    its = _SUPERTYPES.get(kind)
    if its is None or other.startswith(_BY_VERSION):
        raise NotRunnableError("an interface that is not known")
    if other == "Ljava/lang/Comparable;" and "Ljava/lang/Appendable;" in its:
        raise NotRunnableError("an interface that only some versions have")  # builders, since Android 11
    return other in its
