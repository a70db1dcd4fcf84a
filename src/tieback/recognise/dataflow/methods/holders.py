"""Objects that hold one value, which other code reads when it needs it: the state of a screen, or of a model.

Apps keep the address of a server in one, with its default. A holder stands for its value: whoever gets the holder gets
the value, and a store into a holder that is in a field is a store into the field.

Sources: https://developer.android.com/reference/androidx/lifecycle/LiveData,
https://developer.android.com/develop/ui/compose/state,
https://kotlinlang.org/api/kotlinx.coroutines/kotlinx-coroutines-core/kotlinx.coroutines.flow/-state-flow/,
https://developer.android.com/reference/androidx/databinding/ObservableField
"""

from collections.abc import Iterator

_OBJECT = "Ljava/lang/Object;"
_LIVE = ("Landroidx/lifecycle/LiveData;", "Landroidx/lifecycle/MutableLiveData;", "Landroid/arch/lifecycle/LiveData;",
         "Landroid/arch/lifecycle/MutableLiveData;")  # fmt: skip
_STATES = ("Landroidx/compose/runtime/State;", "Landroidx/compose/runtime/MutableState;",
           "Landroidx/compose/runtime/SnapshotMutableState;")  # fmt: skip
_FLOWS = ("Lkotlinx/coroutines/flow/StateFlow;", "Lkotlinx/coroutines/flow/MutableStateFlow;")
_SINGLE = ("Ljava/util/concurrent/atomic/AtomicReference;", "Landroidx/databinding/ObservableField;",
           "Landroid/databinding/ObservableField;")  # fmt: skip
HOLDERS = frozenset((*_LIVE, *_STATES, *_FLOWS, *_SINGLE))
"""Descriptors of the classes, which fields have as their type."""
_COMPOSE, _POLICY = "Landroidx/compose/runtime/SnapshotStateKt;", "Landroidx/compose/runtime/SnapshotMutationPolicy;"
_COMPOSER = "Landroidx/compose/runtime/Composer;"

type Call = tuple[str, str, str]
"""Class, name and descriptors of the parameters."""


def makers() -> Iterator[Call]:
    """Static methods that return a holder of their first argument, or what that holds for others."""
    yield "Lkotlinx/coroutines/flow/StateFlowKt;", "MutableStateFlow", _OBJECT
    yield "Lkotlinx/coroutines/flow/FlowKt;", "asStateFlow", _FLOWS[1]
    yield _COMPOSE, "mutableStateOf", _OBJECT + _POLICY
    yield _COMPOSE, "mutableStateOf$default", f"{_OBJECT}{_POLICY}I{_OBJECT}"
    yield _COMPOSE, "rememberUpdatedState", f"{_OBJECT}{_COMPOSER}I"
    yield _COMPOSE, "collectAsState", f"{_FLOWS[0]}Lkotlin/coroutines/CoroutineContext;{_COMPOSER}II"


def remembered() -> Iterator[Call]:
    """Static methods that return what a function object makes, or made before: their fourth argument."""
    owner = "Landroidx/compose/runtime/saveable/RememberSaveableKt;"
    kinds = f"[{_OBJECT}Landroidx/compose/runtime/saveable/Saver;Ljava/lang/String;Lkotlin/jvm/functions/Function0;"
    yield owner, "rememberSaveable", f"{kinds}{_COMPOSER}II"


def constructors() -> Iterator[Call]:
    """Constructors of holders, with the value."""
    yield from ((owner, "<init>", _OBJECT) for owner in (*_LIVE, *_SINGLE))


def readers() -> Iterator[Call]:
    """Methods that return what the holder has."""
    yield from ((owner, "getValue", "") for owner in (*_LIVE, *_STATES, *_FLOWS))
    yield from ((owner, "get", "") for owner in _SINGLE)


def writers() -> Iterator[Call]:
    """Methods by which the holder gets another value."""
    yield from ((owner, "setValue", _OBJECT) for owner in (*_LIVE, *_STATES, *_FLOWS))
    yield from ((owner, "postValue", _OBJECT) for owner in _LIVE)
    yield from ((owner, "set", _OBJECT) for owner in _SINGLE)
