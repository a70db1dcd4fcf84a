"""Superclasses and interfaces of the classes of Java that the interpreter makes objects of.

Source: https://developer.android.com/reference/java/lang/package-summary and .../java/util/package-summary.
"""

from collections.abc import Mapping

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
