"""Methods of lists, maps and sets that compare items, call functions of the app, or make small ones."""

from typing import Any

import pytest

from tests.each import each
from tests.smali_apps import endpoints
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.collection_functions import CALLS, MAX_SORTED, compare
from tieback.recognise.dalvik.library.collections import CALLS as PLAIN
from tieback.recognise.dalvik.library.collections import Iterator
from tieback.recognise.dalvik.objects import (
    UNKNOWN,
    Boxed,
    ClassRef,
    JavaArray,
    JavaObject,
    NotRunnableError,
    ThrownError,
)

LIST, MAP, SET, COMPARATOR = (f"Ljava/util/{name};" for name in ("ArrayList", "HashMap", "HashSet", "Comparator"))
OBJECT, INT = "Ljava/lang/Object;", "Ljava/lang/Integer;"


def listed(*items: Any) -> JavaObject:
    return JavaObject(LIST, list(items))


@each(
    ("one", "other", "order"),
    [("a", "b", -1), ("b", "a", 1), ("a", "a", 0), (Boxed(INT, 2), Boxed(INT, 10), -1)],
)
def test_texts_and_numbers_have_an_order(one: Any, other: Any, order: int) -> None:
    assert compare(machine(), one, other) == order


@each(("one", "other"), [("a", 1), (UNKNOWN, "a"), (JavaObject("Lshop/A;"), JavaObject("Lshop/A;"))])
def test_other_values_have_no_known_order(one: Any, other: Any) -> None:
    with pytest.raises(NotRunnableError):
        compare(machine(), one, other)


def test_a_list_is_sorted_in_place() -> None:
    its = listed("c", "a", "b")
    CALLS["Ljava/util/Collections;->sort(Ljava/util/List;)"](machine(), (its,))
    assert its.payload == ["a", "b", "c"]


@each("items", [["a", UNKNOWN], ["a"] * (MAX_SORTED + 1), ["a", 1]], ids=["unknown", "many", "mixed"])
def test_a_list_that_cannot_be_sorted_stays(items: list[Any]) -> None:
    its = JavaObject(LIST, list(items))
    with pytest.raises(NotRunnableError):
        CALLS["Ljava/util/Collections;->sort(Ljava/util/List;)"](machine(), (its,))
    assert its.payload == items


@each(
    ("call", "arguments", "result", "left"),
    [
        (f"{LIST}->peek()", (), "a", ["a", "b"]),
        (f"{LIST}->poll()", (), "a", ["b"]),
        (f"{LIST}->pollLast()", (), "b", ["a"]),
        (f"{LIST}->getLast()", (), "b", ["a", "b"]),
        (f"{LIST}->remove({OBJECT})", ("b",), 1, ["a"]),
        (f"{LIST}->remove({OBJECT})", ("c",), 0, ["a", "b"]),
        (f"{LIST}->addFirst({OBJECT})", ("c",), None, ["c", "a", "b"]),
    ],
)
def test_items_are_taken_and_added(call: str, arguments: tuple[Any, ...], result: Any, left: list[str]) -> None:
    its = listed("a", "b")
    assert CALLS[call](machine(), (its, *arguments)) == result
    assert its.payload == left


def test_an_empty_list_gives_nothing_or_throws() -> None:
    assert CALLS[f"{LIST}->poll()"](machine(), (listed(),)) == 0
    with pytest.raises(ThrownError):
        CALLS[f"{LIST}->getFirst()"](machine(), (listed(),))


def test_a_part_of_a_list() -> None:
    part = CALLS[f"{LIST}->subList(II)"]
    assert part(machine(), (listed("a", "b", "c"), 1, 3)).payload == ["b", "c"]
    with pytest.raises(ThrownError):
        part(machine(), (listed("a"), 0, 2))


def test_small_maps_and_sets_are_made() -> None:
    made = CALLS[f"Ljava/util/Collections;->singletonMap({OBJECT}{OBJECT})"](machine(), ("host", "shop.test"))
    assert made.payload == {"host": "shop.test"}
    assert CALLS[f"Ljava/util/Collections;->singleton({OBJECT})"](machine(), ("a",)).payload == {"a": 1}


def test_an_iterator_removes_the_item_that_it_gave() -> None:
    its = listed("a", "b", "c")
    iterator = PLAIN[f"{LIST}->iterator()"](machine(), (its,))
    step, remove = PLAIN["Ljava/util/Iterator;->next()"], PLAIN["Ljava/util/Iterator;->remove()"]
    with pytest.raises(ThrownError):
        remove(machine(), (iterator,))
    assert step(machine(), (iterator,)) == "a"
    remove(machine(), (iterator,))
    assert (its.payload, step(machine(), (iterator,))) == (["b", "c"], "b")


def test_an_iterator_over_a_copy_removes_nothing() -> None:
    iterator = JavaObject("Ljava/util/Iterator;", Iterator(["a"]))
    iterator.payload.at = 1
    with pytest.raises(NotRunnableError):
        PLAIN["Ljava/util/Iterator;->remove()"](machine(), (iterator,))


@each(("begin", "end", "items"), [(0, 2, [7, 7, 0]), (1, 1, [0, 0, 0])])
def test_a_part_of_an_array_is_filled(begin: int, end: int, items: list[int]) -> None:
    its = JavaArray("[I", [0, 0, 0])
    PLAIN["Ljava/util/Arrays;->fill([IIII)"](machine(), (its, begin, end, 7))
    assert its.items == items


APP = """
    .class public Lshop/ByWeight;
    .super Ljava/lang/Object;
    .implements Ljava/util/Comparator;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
    .end method
    .method public compare(Ljava/lang/Object;Ljava/lang/Object;)I
    .registers 6
    check-cast p1, Ljava/lang/String;
    check-cast p2, Ljava/lang/String;
    invoke-virtual {p1}, Ljava/lang/String;->length()I
    move-result v0
    invoke-virtual {p2}, Ljava/lang/String;->length()I
    move-result v1
    sub-int/2addr v0, v1
    return v0
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0}, Ljava/util/ArrayList;-><init>()V
    const-string v1, "longest.shop.test"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    const-string v1, "api.shop.test"
    invoke-virtual {v0, v1}, Ljava/util/ArrayList;->add(Ljava/lang/Object;)Z
    new-instance v1, Lshop/ByWeight;
    invoke-direct {v1}, Lshop/ByWeight;-><init>()V
    invoke-static {v0, v1}, Ljava/util/Collections;->sort(Ljava/util/List;Ljava/util/Comparator;)V
    invoke-virtual {v0}, Ljava/util/ArrayList;->iterator()Ljava/util/Iterator;
    move-result-object v0
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const-string v1, "https://"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, ":8443/list"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


def test_the_first_host_behind_an_order_of_the_app_is_found() -> None:
    assert "https://api.shop.test:8443/list" in endpoints(APP)


@each(
    ("call", "place", "items"),
    [("copyOf([Ljava/lang/Object;ILjava/lang/Class;)", (3,), ["a", "b", 0]),
     ("copyOfRange([Ljava/lang/Object;IILjava/lang/Class;)", (1, 2), ["b"])],
)  # fmt: skip
def test_a_copy_of_an_array_has_the_type_of_a_class(call: str, place: tuple[int, ...], items: list[Any]) -> None:
    copy = PLAIN[f"Ljava/util/Arrays;->{call}"]
    array = JavaArray("[Ljava/lang/String;", ["a", "b"])
    made = copy(machine(), (array, *place, ClassRef("[Ljava/lang/Object;")))
    assert (made.kind, made.items) == ("[Ljava/lang/Object;", items)
    with pytest.raises(NotRunnableError):
        copy(machine(), (array, *place, UNKNOWN))


OWN = """
    .class public Lshop/Items;
    .super Ljava/lang/Object;
    .implements Ljava/util/Collection;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
    .end method
    .method public @()[Ljava/lang/Object;
    .registers 3
    const-string v0, "api.shop.test"
    filled-new-array {v0}, [Ljava/lang/String;
    move-result-object v0
    return-object v0
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    new-instance v1, Lshop/Items;
    invoke-direct {v1}, Lshop/Items;-><init>()V
    new-instance v0, Ljava/util/ArrayList;
    invoke-direct {v0, v1}, Ljava/util/ArrayList;-><init>(Ljava/util/Collection;)V
    invoke-virtual {v0}, Ljava/util/ArrayList;->iterator()Ljava/util/Iterator;
    move-result-object v0
    invoke-interface {v0}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ljava/lang/String;
    const-string v1, "https://"
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


@each(("name", "is_found"), [("toArray", True), ("items", False)])
def test_a_list_has_the_items_of_a_collection_of_the_app(name: str, *, is_found: bool) -> None:
    assert ("https://api.shop.test" in endpoints(OWN.replace("@", name))) is is_found
