"""Objects that hold one value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.references import CALLS
from tieback.recognise.dalvik.machine import FAULTS
from tieback.recognise.dalvik.objects import UNKNOWN, ClassRef, JavaObject, NotRunnableError, ThrownError

OBJECT = "Ljava/lang/Object;"
ATOMIC, WEAK = "Ljava/util/concurrent/atomic/AtomicReference;", "Ljava/lang/ref/WeakReference;"
OPTIONAL = "Ljava/util/Optional;"
UPDATER = "Ljava/util/concurrent/atomic/AtomicReferenceFieldUpdater;"


def call(name: str, *arguments: Any) -> Any:
    return CALLS[name](machine(), arguments)


def holder(kind: str, *value: Any) -> JavaObject:
    made = JavaObject(kind)
    call(f"{kind}-><init>({OBJECT if value else ''})", made, *value)
    return made


@each("kind", [ATOMIC, WEAK])
def test_a_reference_gives_the_value_that_it_got(kind: str) -> None:
    assert call(f"{kind}->get()", holder(kind, "https://a.shop.test")) == "https://a.shop.test"


def test_a_value_is_replaced_and_only_an_equal_one_is_compared_and_replaced() -> None:
    made = holder(ATOMIC)
    assert call(f"{ATOMIC}->get()", made) == 0
    call(f"{ATOMIC}->set({OBJECT})", made, "a")
    assert call(f"{ATOMIC}->getAndSet({OBJECT})", made, "b") == "a"
    assert call(f"{ATOMIC}->compareAndSet({OBJECT}{OBJECT})", made, "a", "c") == 0
    assert call(f"{ATOMIC}->get()", made) == "b"
    assert call(f"{ATOMIC}->compareAndSet({OBJECT}{OBJECT})", made, "b", "c") == 1
    assert call(f"{ATOMIC}->get()", made) == "c"
    with pytest.raises(NotRunnableError):
        call(f"{ATOMIC}->compareAndSet({OBJECT}{OBJECT})", made, UNKNOWN, "d")


def test_an_optional_value_or_the_other_one() -> None:
    full, empty = call(f"{OPTIONAL}->of({OBJECT})", "a"), call(f"{OPTIONAL}->empty()")
    assert call(f"{OPTIONAL}->get()", full) == call(f"{OPTIONAL}->orElse({OBJECT})", full, "b") == "a"
    assert call(f"{OPTIONAL}->orElse({OBJECT})", empty, "b") == "b"
    assert (call(f"{OPTIONAL}->isPresent()", full), call(f"{OPTIONAL}->isPresent()", empty)) == (1, 0)
    with pytest.raises(ThrownError):
        call(f"{OPTIONAL}->get()", empty)


def test_an_updater_reads_and_sets_the_field_of_an_object() -> None:
    updater = call(
        f"{UPDATER}->newUpdater(Ljava/lang/Class;Ljava/lang/Class;Ljava/lang/String;)",
        ClassRef("Ltest/State;"),
        ClassRef(OBJECT),
        "value",
    )
    state = JavaObject("Ltest/State;")
    call(f"{UPDATER}->set({OBJECT}{OBJECT})", updater, state, "a")
    assert state.fields == {"value": "a"}
    assert call(f"{UPDATER}->get({OBJECT})", updater, state) == "a"
    assert call(f"{UPDATER}->compareAndSet({OBJECT}{OBJECT}{OBJECT})", updater, state, "a", "b") == 1
    assert state.fields == {"value": "b"}


VALUES = st.sampled_from((0, 1, "a", UNKNOWN, JavaObject(ATOMIC), JavaObject(OPTIONAL, 3), ClassRef(OBJECT)))


@given(name=st.sampled_from(sorted(CALLS)), values=st.lists(VALUES, min_size=4, max_size=4))
def test_a_call_never_raises_anything_else(name: str, values: list[Any]) -> None:
    count = name.count(";") - 1 + (not name.startswith((f"{OPTIONAL}->of", f"{OPTIONAL}->empty", f"{UPDATER}->new")))
    try:
        call(name, *values[:count])
    except (NotRunnableError, ThrownError, *FAULTS):
        pass


@each(("name", "kind"), [("Long", "J"), ("Integer", "I")])
def test_an_updater_counts_in_the_field_of_an_object(name: str, kind: str) -> None:
    owner = f"Ljava/util/concurrent/atomic/Atomic{name}FieldUpdater;"
    updater = call(f"{owner}->newUpdater(Ljava/lang/Class;Ljava/lang/String;)", ClassRef("Lshop/Queue;"), "state")
    queue = JavaObject("Lshop/Queue;")
    assert call(f"{owner}->getAndIncrement({OBJECT})", updater, queue) == 0
    assert call(f"{owner}->addAndGet({OBJECT}{kind})", updater, queue, 5) == 6
    assert call(f"{owner}->compareAndSet({OBJECT}{kind}{kind})", updater, queue, 5, 9) == 0
    assert call(f"{owner}->compareAndSet({OBJECT}{kind}{kind})", updater, queue, 6, 9) == 1
    assert call(f"{owner}->getAndSet({OBJECT}{kind})", updater, queue, 1) == 9
    assert queue.fields == {"state": 1}
    queue.fields["state"] = UNKNOWN
    with pytest.raises(NotRunnableError):
        call(f"{owner}->incrementAndGet({OBJECT})", updater, queue)


def test_an_array_of_references_has_its_items() -> None:
    owner = "Ljava/util/concurrent/atomic/AtomicReferenceArray;"
    made = JavaObject(owner)
    call(f"{owner}-><init>(I)", made, 2)
    assert call(f"{owner}->compareAndSet(I{OBJECT}{OBJECT})", made, 1, 0, "a.test") == 1
    assert call(f"{owner}->compareAndSet(I{OBJECT}{OBJECT})", made, 1, 0, "b.test") == 0
    assert (call(f"{owner}->get(I)", made, 1), call(f"{owner}->length()", made)) == ("a.test", 2)
    with pytest.raises(ThrownError):
        call(f"{owner}->get(I)", made, 2)
    with pytest.raises(NotRunnableError):
        call(f"{owner}->set(I{OBJECT})", made, UNKNOWN, 0)
