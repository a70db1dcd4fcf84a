"""Numbers and texts that a thread or several threads hold, and tasks that code gives to others to run.

A task runs at once, as if another thread were faster.
Source: https://developer.android.com/reference/java/util/concurrent/package-summary and .../atomic/package-summary.
"""

from collections.abc import Sequence
from typing import Any

from tieback.recognise.dalvik.classes import Method, MethodRef
from tieback.recognise.dalvik.library.references import (
    Held,
    compare_held,
    get_held,
    held,
    new_reference,
    set_held,
    swap_held,
)
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import (
    UNKNOWN,
    JavaObject,
    LimitError,
    NotRunnableError,
    ThrownError,
    int64,
    kind_of,
)

_OBJECT = "Ljava/lang/Object;"
_RUNNABLE, _CALLABLE = "Ljava/lang/Runnable;", "Ljava/util/concurrent/Callable;"
_MAIN = JavaObject("Ljava/lang/Thread;")
_ATOMIC = "Ljava/util/concurrent/atomic/Atomic"
_LOCAL, _ASYNC = "Ljava/lang/ThreadLocal;", "Landroid/os/AsyncTask;"

type Arguments = Sequence[Any]


def _added(change: int, *, before: bool) -> LibraryCall:
    def added(_: Machine, a: Arguments) -> int:
        its = held(a[0])
        old = its.value
        its.value = int64(old + (a[1] if len(a) > 1 else change))
        return int(old if before else its.value)

    return added


def _local(machine: Machine, a: Arguments) -> Any:
    """The value of a ``ThreadLocal``; the first time the one that its class gives."""
    if a[0].payload is None:
        a[0].payload = Held(0)
        if machine.path.defines(a[0].kind):
            a[0].payload = Held(machine.call(a[0], "initialValue", _OBJECT))
    return held(a[0]).value


def _set_local(_: Machine, a: Arguments) -> None:
    a[0].payload = Held(a[1])


# Tasks


def _new_thread(_: Machine, a: Arguments) -> None:
    a[0].payload = next((one for one in a[1:] if isinstance(one, JavaObject)), None)


def _start(machine: Machine, a: Arguments) -> None:
    task = a[0] if machine.path.defines(a[0].kind) else a[0].payload
    if isinstance(task, JavaObject):
        machine.threads.append(a[0])
        try:
            _run(machine, task, "run")
        except ThrownError:  # the thread ends; others go on
            pass
        finally:
            machine.threads.pop()


def _wait(machine: Machine, _: Arguments) -> None:
    """A thread that waits for others does not go on: all work of the others is done at once."""
    raise machine.thrown("Ljava/lang/ThreadDeath;")


def _run(machine: Machine, task: Any, name: str, result: str = "V") -> Any:
    """The result of a task, if a run goes as far as possible."""
    if machine.passing is None:
        raise NotRunnableError("a task")
    return machine.call(task, name, result)


def _execute(machine: Machine, a: Arguments) -> int:
    _run(machine, a[1], "run")
    return 1


def _submit(machine: Machine, a: Arguments) -> JavaObject:
    machine.allocate(64)
    return JavaObject("Ljava/util/concurrent/Future;", Held(_run(machine, a[1], "call", _OBJECT)))


def _submit_task(machine: Machine, a: Arguments) -> JavaObject:
    _run(machine, a[1], "run")
    machine.allocate(64)
    return JavaObject("Ljava/util/concurrent/Future;", Held(0))


def _run_async(machine: Machine, a: Arguments) -> Any:
    """``execute`` of an ``AsyncTask``: what is done in the background, and then with its result."""
    task, kind = a[0], kind_of(a[0])
    if machine.passing is None:
        raise NotRunnableError("a task")
    result: Any = UNKNOWN
    for name, kinds, gives in (("onPreExecute", "", "V"), ("doInBackground", f"[{_OBJECT}", _OBJECT)):
        method = machine.path.method(kind, MethodRef(kind, name, kinds, gives))
        if method is not None and not method.static:
            result = _attempt(machine, method, (task, *a[-1:]) if kinds else (task,))
    after = machine.path.method(kind, MethodRef(kind, "onPostExecute", _OBJECT, "V"))
    if after is not None and not after.static:
        _attempt(machine, after, (task, UNKNOWN if result is None else result))
    return task


def _attempt(machine: Machine, method: Method, arguments: Arguments) -> Any:
    """The result of a method of a task; not known if it cannot be run."""
    try:
        return machine.execute(method, arguments)
    except LimitError:
        raise
    except NotRunnableError:
        return UNKNOWN


def _calls() -> dict[str, LibraryCall]:
    found: dict[str, LibraryCall] = {
        f"{_ASYNC}->execute([{_OBJECT})": _run_async,
        f"{_ASYNC}->executeOnExecutor(Ljava/util/concurrent/Executor;[{_OBJECT})": _run_async,
        f"{_ASYNC}->onPreExecute()": lambda _, _a: None,
        f"{_ASYNC}->onPostExecute({_OBJECT})": lambda _, _a: None,
        f"{_ASYNC}-><init>()": lambda _, _a: None,
    }
    for name, kind in (("Integer", "I"), ("Long", "J"), ("Boolean", "Z")):
        owner = f"{_ATOMIC}{name};"
        found |= {
            f"{owner}-><init>()": new_reference,
            f"{owner}-><init>({kind})": new_reference,
            f"{owner}->get()": get_held,
            f"{owner}->set({kind})": set_held,
            f"{owner}->lazySet({kind})": set_held,
            f"{owner}->getAndSet({kind})": swap_held,
            f"{owner}->compareAndSet({kind}{kind})": compare_held,
        }
        if kind in "IJ":
            found |= {
                f"{owner}->incrementAndGet()": _added(1, before=False),
                f"{owner}->decrementAndGet()": _added(-1, before=False),
                f"{owner}->getAndIncrement()": _added(1, before=True),
                f"{owner}->addAndGet({kind})": _added(0, before=False),
                f"{owner}->getAndAdd({kind})": _added(0, before=True),
            }
    found |= {
        f"{_LOCAL}-><init>()": lambda _, _a: None,
        f"{_LOCAL}->get()": _local,
        f"{_LOCAL}->set({_OBJECT})": _set_local,
        f"{_LOCAL}->initialValue()": lambda _, _a: 0,
        "Ljava/lang/Thread;->start()": _start,
        "Ljava/lang/Thread;->setDaemon(Z)": lambda _, _a: None,
        "Ljava/lang/Thread;->setName(Ljava/lang/String;)": lambda _, _a: None,
        "Ljava/lang/Thread;->setPriority(I)": lambda _, _a: None,
        "Ljava/lang/Thread;->currentThread()": lambda machine, _: machine.threads[-1] if machine.threads else _MAIN,
        "Ljava/util/concurrent/locks/LockSupport;->park()": _wait,
        "Ljava/util/concurrent/locks/LockSupport;->park(Ljava/lang/Object;)": _wait,
        "Ljava/util/concurrent/locks/LockSupport;->parkNanos(J)": _wait,
        "Ljava/util/concurrent/locks/LockSupport;->parkNanos(Ljava/lang/Object;J)": _wait,
        "Ljava/util/concurrent/locks/LockSupport;->unpark(Ljava/lang/Thread;)": lambda _, _a: None,
        "Ljava/util/concurrent/Future;->get()": get_held,
        "Ljava/util/concurrent/Future;->get(JLjava/util/concurrent/TimeUnit;)": get_held,
    }
    for kinds in ("", _RUNNABLE, f"{_RUNNABLE}Ljava/lang/String;", "Ljava/lang/String;"):
        found[f"Ljava/lang/Thread;-><init>({kinds})"] = _new_thread
    pool = "Ljava/util/concurrent/ExecutorService;"
    for name in ("newCachedThreadPool()", "newSingleThreadExecutor()", "newFixedThreadPool(I)",
                 "newSingleThreadScheduledExecutor()", "newScheduledThreadPool(I)"):  # fmt: skip
        found[f"Ljava/util/concurrent/Executors;->{name}"] = lambda _, _a: JavaObject(pool)
    for owner in (pool, "Ljava/util/concurrent/Executor;", "Ljava/util/concurrent/ScheduledExecutorService;"):
        found[f"{owner}->execute({_RUNNABLE})"] = _execute
        found[f"{owner}->submit({_RUNNABLE})"] = _submit_task
        found[f"{owner}->submit({_CALLABLE})"] = _submit
    return found


CALLS = _calls()
"""The methods, by ``Lowner;->name(parameters)``."""
