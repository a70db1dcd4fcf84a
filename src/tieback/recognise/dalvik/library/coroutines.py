"""Coroutines of Kotlin: a block runs at once, as if no other thread were there, and nothing is suspended.

The code of the library does not run. Sources: https://kotlinlang.org/docs/coroutines-basics.html and
https://kotlinlang.org/api/kotlinx.coroutines/kotlinx-coroutines-core/kotlinx.coroutines/
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
        return machine.execute(method, (block, UNKNOWN, 0))
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
    f"{_PACKAGE}DelayKt;->delay(J{_CONTINUATION})": _unknown,
    f"{_PACKAGE}YieldKt;->yield({_CONTINUATION})": _unknown,
    f"{_PACKAGE}CoroutineScopeKt;->CoroutineScope({_CONTEXT})": _unknown,
    "Landroidx/lifecycle/ViewModelKt;->getViewModelScope(Landroidx/lifecycle/ViewModel;)": _unknown,
    "Landroidx/lifecycle/LifecycleOwnerKt;->getLifecycleScope(Landroidx/lifecycle/LifecycleOwner;)": _unknown,
    **{f"{_PACKAGE}Dispatchers;->get{name}()": _unknown for name in ("Default", "IO", "Main", "Unconfined")},
}
"""The methods, by ``Lowner;->name(parameters)``."""
