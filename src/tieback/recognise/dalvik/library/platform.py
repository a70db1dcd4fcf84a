"""Objects, classes, exceptions, the call stack, and checks of texts in Android."""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.library.reflection import PLATFORM_NUMBERS
from tieback.recognise.dalvik.library.strings import sequence, text_of
from tieback.recognise.dalvik.machine import PARENTS, LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    UNKNOWN,
    Boxed,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    kind_of,
)

_ELEMENT = "Ljava/lang/StackTraceElement;"
_TEXTS, _SEQUENCE = "Landroid/text/TextUtils;", "Ljava/lang/CharSequence;"
_BLANKS = "".join(map(chr, range(33)))
_OF_PLATFORM = ("Landroid/", "Lcom/android/", "Ldalvik/", "Ljava/", "Ljavax/", "Llibcore/", "Lorg/", "Lsun/")
_ANDROID = frozenset(f"Landroid/{name};" for name in ("os/Build", "os/Handler", "os/Looper", "util/Log"))
"""Classes by which libraries find out that they run on Android; each version of it has them."""
_KOTLIN_CLASS = "Lkotlin/jvm/internal/ClassReference;"
_RUNTIME, _PROCESSORS = JavaObject("Ljava/lang/Runtime;"), 4
"""A common number of processors, by which libraries choose how many threads they have."""

type Arguments = Sequence[Any]


def _nothing(_: Machine, _a: Arguments) -> None:
    return


def _throwable(machine: Machine, a: Arguments) -> None:
    thrown = a[0]
    for value in a[1:]:
        thrown.fields["message" if isinstance(value, str) else "cause"] = value
    # The constructors of the exception are not in its trace.
    thrown.fields["stack"] = [entry for entry in machine.stack if entry != (thrown.kind, "<init>")]


def _trace(machine: Machine, stack: list[tuple[str, str]], above: list[tuple[str, str]]) -> JavaArray:
    machine.stack_read = True
    machine.allocate(128 * (len(stack) + 2))
    elements = [JavaObject(_ELEMENT, place) for place in (*above, *reversed(stack))]
    return JavaArray(_ELEMENT, list(elements))


def _thrown_trace(machine: Machine, a: Arguments) -> JavaArray:
    return _trace(machine, a[0].fields.get("stack") or machine.stack, [])


def _thread_trace(machine: Machine, _: Arguments) -> JavaArray:
    above = [("Ldalvik/system/VMStack;", "getThreadStackTrace"), ("Ljava/lang/Thread;", "getStackTrace")]
    return _trace(machine, machine.stack, above)


def _class_name(kind: str) -> str:
    return kind[1:-1].replace("/", ".") if kind.startswith("L") else kind.replace("/", ".")


def _element(value: Any) -> tuple[str, str]:
    if isinstance(value, JavaObject) and isinstance(value.payload, tuple) and all(value.payload):
        return value.payload[0], value.payload[1]
    raise NotRunnableError("a caller that is not known")


def _of_class(value: Any) -> str:
    if isinstance(value, ClassRef):
        return value.kind
    raise NotRunnableError("a class that is not known")


def _class_of(machine: Machine, a: Arguments) -> ClassRef:
    kind = kind_of(a[0])
    if not kind:
        raise NotRunnableError("the class of an unknown object")
    del machine
    return ClassRef(kind)


def _for_name(machine: Machine, a: Arguments) -> ClassRef:
    """A class of the app by its name; one of the platform is not known, and all others are missing."""
    kind = f"L{text_of(machine, a[0]).replace('.', '/')};"
    if kind in _ANDROID or any(kind == owner for owner, _ in PLATFORM_NUMBERS):
        return ClassRef(kind)
    if machine.initialise(kind) is None:
        if not kind.startswith(_OF_PLATFORM):
            raise machine.thrown("Ljava/lang/ClassNotFoundException;")
        raise NotRunnableError("a class by its name")
    return ClassRef(kind)


def _kotlin_class(machine: Machine, a: Arguments) -> JavaObject:
    """The class of Kotlin for one of Java."""
    machine.allocate(64)
    made = JavaObject(_KOTLIN_CLASS)
    made.fields["jClass"] = a[0]
    return made


def _same(_: Machine, a: Arguments) -> int:
    if UNKNOWN in a:
        raise NotRunnableError("a comparison with an unknown object")
    return int(a[0] is a[1] or (not isinstance(a[0], (JavaObject, JavaArray)) and a[0] == a[1]))


def _enum(_: Machine, a: Arguments) -> None:
    a[0].fields["name"], a[0].fields["ordinal"] = a[1], a[2]


def _property(_machine: Machine, a: Arguments) -> int:
    """``null``, for the settings of libraries, which only tests set."""
    if isinstance(a[0], str) and a[0].startswith(("kotlinx.", "okhttp.", "okio.", "rx2.", "rx3.")):
        return 0
    raise NotRunnableError("a property of the system")


def _number_property(kind: str) -> LibraryCall:
    """The default of a number among the settings of libraries."""

    def number(machine: Machine, a: Arguments) -> Boxed:
        _property(machine, a)
        if type(a[1]) is not int:
            raise NotRunnableError("a number that is not known")
        return Boxed(kind, a[1])

    return number


def _application(machine: Machine, a: Arguments) -> Any:
    """The object of the app's own class of ``Application``; unknown before its ``onCreate``."""
    machine.give(a)
    return machine.application or UNKNOWN


def _is_empty(machine: Machine, a: Arguments) -> int:
    """True for an empty text and for null: https://developer.android.com/reference/android/text/TextUtils."""
    return int(a[0] == 0 or not sequence(machine, a[0]))


def _equal_texts(machine: Machine, a: Arguments) -> int:
    one, other = (None if text == 0 else sequence(machine, text) for text in a)
    return int(one == other)


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {
        "Ljava/lang/Object;-><init>()": _nothing,
        "Ljava/lang/Object;->getClass()": _class_of,
        "Ljava/lang/Object;->equals(Ljava/lang/Object;)": _same,
        "Ljava/lang/Object;->toString()": lambda m, a: text_of(m, a[0]),
        "Ljava/lang/Enum;-><init>(Ljava/lang/String;I)": _enum,
        "Ljava/lang/Enum;->ordinal()": lambda _, a: a[0].fields["ordinal"],
        "Ljava/lang/Enum;->name()": lambda _, a: a[0].fields["name"],
        "Ljava/lang/Class;->forName(Ljava/lang/String;)": _for_name,
        "Ljava/lang/Class;->getName()": lambda _, a: _class_name(_of_class(a[0])),
        "Ljava/lang/Class;->getSimpleName()": lambda _, a: _class_name(_of_class(a[0])).rpartition(".")[2],
        "Ljava/lang/Class;->desiredAssertionStatus()": lambda _, _a: 0,
        "Ljava/lang/Thread;->getStackTrace()": _thread_trace,
        "Ljava/lang/System;->getProperty(Ljava/lang/String;)": _property,
        "Ljava/lang/Long;->getLong(Ljava/lang/String;J)": _number_property("Ljava/lang/Long;"),
        "Ljava/lang/Integer;->getInteger(Ljava/lang/String;I)": _number_property("Ljava/lang/Integer;"),
        "Ljava/lang/Runtime;->getRuntime()": lambda _, _a: _RUNTIME,
        "Ljava/lang/Runtime;->availableProcessors()": lambda _, _a: _PROCESSORS,
        "*->getApplication()Landroid/app/Application;": _application,
        "*->getApplicationContext()Landroid/content/Context;": _application,
        "Landroid/app/Activity;->getApplication()": _application,
        "Landroid/app/Service;->getApplication()": _application,
        "Landroid/content/Context;->getApplicationContext()": _application,
        f"{_TEXTS}->isEmpty({_SEQUENCE})": _is_empty,
        f"{_TEXTS}->equals({_SEQUENCE}{_SEQUENCE})": _equal_texts,
        f"{_TEXTS}->getTrimmedLength({_SEQUENCE})": lambda m, a: len(sequence(m, a[0]).strip(_BLANKS)),
        f"{_ELEMENT}->getClassName()": lambda _, a: _class_name(_element(a[0])[0]),
        f"{_ELEMENT}->getMethodName()": lambda _, a: _element(a[0])[1],
        "Lkotlin/jvm/internal/Reflection;->getOrCreateKotlinClass(Ljava/lang/Class;)": _kotlin_class,
        "Lkotlin/jvm/internal/Intrinsics;->areEqual(Ljava/lang/Object;Ljava/lang/Object;)": _same,
    }
    for name in (
        "checkNotNullParameter",
        "checkNotNullExpressionValue",
        "checkParameterIsNotNull",
        "checkExpressionValueIsNotNull",
        "checkNotNull",
    ):
        found[f"Lkotlin/jvm/internal/Intrinsics;->{name}(Ljava/lang/Object;Ljava/lang/String;)"] = _nothing
    found["Lkotlin/jvm/internal/Intrinsics;->checkNotNull(Ljava/lang/Object;)"] = _nothing
    for owner in {*PARENTS, "Ljava/lang/Throwable;"}:
        for parameters in (
            "",
            "Ljava/lang/String;",
            "Ljava/lang/Throwable;",
            "Ljava/lang/String;Ljava/lang/Throwable;",
        ):
            found[f"{owner}-><init>({parameters})"] = _throwable
        found[f"{owner}->getMessage()"] = lambda _, a: a[0].fields.get("message", 0)
        found[f"{owner}->getStackTrace()"] = _thrown_trace
        found[f"{owner}->fillInStackTrace()"] = lambda _, a: a[0]
        found[f"{owner}->printStackTrace()"] = _nothing
    return found


CALLS = _calls()
