"""Numbers that several threads hold, values of a thread, and tasks."""

from typing import Any

import pytest

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.holders import CALLS
from tieback.recognise.dalvik.objects import UNKNOWN, JavaObject, NotRunnableError, ThrownError

OBJECT = "Ljava/lang/Object;"
NUMBER = "Ljava/util/concurrent/atomic/AtomicInteger;"
LOCAL = "Ljava/lang/ThreadLocal;"


def call(name: str, *values: Any) -> Any:
    return CALLS[name](machine(), values)


def number(value: Any) -> JavaObject:
    made = JavaObject(NUMBER)
    call(f"{NUMBER}-><init>(I)", made, value)
    return made


@each(("expected", "done", "value"), [(7, 1, 9), (8, 0, 7)])
def test_a_number_is_set_only_if_it_has_the_value(expected: int, done: int, value: int) -> None:
    made = number(7)
    assert call(f"{NUMBER}->compareAndSet(II)", made, expected, 9) == done
    assert call(f"{NUMBER}->get()", made) == value


def test_an_unknown_number_is_not_compared() -> None:
    with pytest.raises(NotRunnableError):
        call(f"{NUMBER}->compareAndSet(II)", number(UNKNOWN), 7, 9)


def test_a_number_counts() -> None:
    made = number(7)
    assert call(f"{NUMBER}->getAndIncrement()", made) == 7
    assert call(f"{NUMBER}->incrementAndGet()", made) == 9
    assert call(f"{NUMBER}->addAndGet(I)", made, 3) == 12


def test_a_thread_local_has_no_value_at_first() -> None:
    made = JavaObject(LOCAL)
    assert call(f"{LOCAL}->get()", made) == 0
    call(f"{LOCAL}->set({OBJECT})", made, "a.test")
    assert call(f"{LOCAL}->get()", made) == "a.test"


def test_a_task_of_an_unknown_class_is_not_run() -> None:
    with pytest.raises(NotRunnableError):
        call("Ljava/util/concurrent/ExecutorService;->execute(Ljava/lang/Runnable;)", UNKNOWN, JavaObject("La;"))
    call("Ljava/lang/Thread;->start()", JavaObject("Ljava/lang/Thread;"))  # without a task


@each(("name", "parameters"), [("park", ""), ("parkNanos", "J")])
def test_a_thread_that_waits_ends(name: str, parameters: str) -> None:
    with pytest.raises(ThrownError):
        call(f"Ljava/util/concurrent/locks/LockSupport;->{name}({parameters})", 1000)
