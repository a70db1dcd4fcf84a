"""Coroutines of Kotlin: a block runs at once, as if no other thread were there, and nothing is suspended.

The code of the library does not run. Sources: https://kotlinlang.org/docs/coroutines-basics.html and
https://kotlinlang.org/api/kotlinx.coroutines/kotlinx-coroutines-core/kotlinx.coroutines/ and
https://developer.android.com/topic/libraries/architecture/datastore#preferences-datastore
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.library.references import Held, get_held
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import UNKNOWN, JavaObject, LimitError, NotRunnableError, kind_of

_OBJECT = "Ljava/lang/Object;"
_PACKAGE = "Lkotlinx/coroutines/"
_BUILDERS, _DEFERRED = f"{_PACKAGE}BuildersKt;", f"{_PACKAGE}Deferred;"
_SCOPE, _START = f"{_PACKAGE}CoroutineScope;", f"{_PACKAGE}CoroutineStart;"
_CONTEXT, _BLOCK = "Lkotlin/coroutines/CoroutineContext;", "Lkotlin/jvm/functions/Function2;"
_CONTINUATION = "Lkotlin/coroutines/Continuation;"
_FLOWS, _FLOW = f"{_PACKAGE}flow/FlowKt;", f"{_PACKAGE}flow/Flow;"
_DATA_STORE = "Landroidx/datastore/core/DataStore;"
_FACTORY = "Landroidx/datastore/preferences/core/PreferencesFactory;"
_PREFERENCES = "Landroidx/datastore/preferences/core/Preferences;"
_EMPTY = "Lkotlin/coroutines/EmptyCoroutineContext;"
_DEFAULTS = f"I{_OBJECT}"

type Arguments = Sequence[Any]


def _result(machine: Machine, block: Any) -> Any:
    """The result of a block; unknown if it cannot be run."""
    kind = kind_of(block)
    method = machine.path.method(kind, MethodRef(kind, "invoke", _OBJECT * 2, _OBJECT)) if kind else None
    if method is None or machine.passing is None:
        machine.give((block,))
        return UNKNOWN
    try:
        return machine.execute(method, (block, UNKNOWN, JavaObject(_CONTINUATION)))
    except LimitError:
        raise
    except NotRunnableError:
        return UNKNOWN


def _block(place: int) -> LibraryCall:
    """A call that returns what its block returns."""
    return lambda machine, a: _result(machine, a[place])


def _launch(place: int) -> LibraryCall:
    def launch(machine: Machine, a: Arguments) -> Any:
        _result(machine, a[place])
        return UNKNOWN

    return launch


def _async(place: int) -> LibraryCall:
    def run(machine: Machine, a: Arguments) -> JavaObject:
        machine.allocate(64)
        return JavaObject(_DEFERRED, Held(_result(machine, a[place])))

    return run


def _context(machine: Machine, _: Arguments) -> Any:
    """The context of the code behind a block: an empty one."""
    return machine.static(_EMPTY, "INSTANCE")


def _resume(_: Machine, _a: Arguments) -> None:
    """Nothing runs behind a block; its caller gets the result."""


def _await_all(machine: Machine, a: Arguments) -> Any:
    """``awaitAll``: the results of all in a list."""
    its = a[0].payload if isinstance(a[0], JavaObject) else None
    if not isinstance(its, list):
        return UNKNOWN
    machine.allocate(64 * (1 + len(its)))
    return JavaObject("Ljava/util/ArrayList;", [get_held(machine, (one,)) for one in its])


def _saved(machine: Machine, a: Arguments) -> Any:
    """The flow of the settings that a ``DataStore`` keeps: at first none is saved."""
    path = machine.path
    made = path.method(_FACTORY, MethodRef(_FACTORY, "createEmpty", "", _PREFERENCES))
    flow = path.method(_FLOWS, MethodRef(_FLOWS, "flowOf", _OBJECT, _FLOW))
    if made is not None and flow is not None and made.static and flow.static:
        machine.initialise(_FACTORY)
        return machine.execute(flow, (machine.execute(made, ()),))
    own = path.method(kind_of(a[0]), MethodRef(kind_of(a[0]), "getData", "", _FLOW))
    return machine.execute(own, a) if own is not None and not own.static else UNKNOWN


def _unknown(_: Machine, _a: Arguments) -> Any:
    """Something that code only passes on, or that returns when time has passed."""
    return UNKNOWN


CALLS: dict[str, LibraryCall] = {
    f"{_BUILDERS}->launch({_SCOPE}{_CONTEXT}{_START}{_BLOCK})": _launch(3),
    f"{_BUILDERS}->launch$default({_SCOPE}{_CONTEXT}{_START}{_BLOCK}{_DEFAULTS})": _launch(3),
    f"{_BUILDERS}->async({_SCOPE}{_CONTEXT}{_START}{_BLOCK})": _async(3),
    f"{_BUILDERS}->async$default({_SCOPE}{_CONTEXT}{_START}{_BLOCK}{_DEFAULTS})": _async(3),
    f"{_BUILDERS}->runBlocking({_CONTEXT}{_BLOCK})": _block(1),
    f"{_BUILDERS}->runBlocking$default({_CONTEXT}{_BLOCK}{_DEFAULTS})": _block(1),
    f"{_BUILDERS}->withContext({_CONTEXT}{_BLOCK}{_CONTINUATION})": _block(1),
    f"{_PACKAGE}CoroutineScopeKt;->coroutineScope({_BLOCK}{_CONTINUATION})": _block(0),
    f"{_PACKAGE}SupervisorKt;->supervisorScope({_BLOCK}{_CONTINUATION})": _block(0),
    f"{_PACKAGE}TimeoutKt;->withTimeout(J{_BLOCK}{_CONTINUATION})": _block(1),
    f"{_PACKAGE}TimeoutKt;->withTimeoutOrNull(J{_BLOCK}{_CONTINUATION})": _block(1),
    f"{_DEFERRED}->await({_CONTINUATION})": get_held,
    f"{_PACKAGE}AwaitKt;->awaitAll(Ljava/util/Collection;{_CONTINUATION})": _await_all,
    f"{_CONTINUATION}->getContext()": _context,
    f"{_DATA_STORE}->getData()": _saved,
    f"{_CONTINUATION}->resumeWith({_OBJECT})": _resume,
    f"{_PACKAGE}DelayKt;->delay(J{_CONTINUATION})": _unknown,
    f"{_PACKAGE}YieldKt;->yield({_CONTINUATION})": _unknown,
    f"{_PACKAGE}CoroutineScopeKt;->CoroutineScope({_CONTEXT})": _unknown,
    "Landroidx/lifecycle/ViewModelKt;->getViewModelScope(Landroidx/lifecycle/ViewModel;)": _unknown,
    "Landroidx/lifecycle/LifecycleOwnerKt;->getLifecycleScope(Landroidx/lifecycle/LifecycleOwner;)": _unknown,
    **{f"{_PACKAGE}Dispatchers;->get{name}()": _unknown for name in ("Default", "IO", "Main", "Unconfined")},
}
"""The methods, by ``Lowner;->name(parameters)``."""
