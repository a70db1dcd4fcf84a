"""Methods that call functions of the app: ``Optional.map``, futures and streams."""

from typing import Any

import pytest

from tests.each import each
from tests.smali_apps import endpoints
from tests.unit.recognise.dalvik.library.test_calls import machine
from tieback.recognise.dalvik.library.lambdas import CALLS, MAX_ITEMS
from tieback.recognise.dalvik.library.references import Held
from tieback.recognise.dalvik.objects import UNKNOWN, JavaArray, JavaObject, NotRunnableError

OBJECT, STREAM = "Ljava/lang/Object;", "Ljava/util/stream/Stream;"
FUNCTION, SUPPLIER = "Ljava/util/function/Function;", "Ljava/util/function/Supplier;"
OPTIONAL, FUTURE = "Ljava/util/Optional;", "Ljava/util/concurrent/CompletableFuture;"
STEPS = """
    .class public Lshop/Step;
    .super Ljava/lang/Object;
    .implements Ljava/util/function/Function;
    .implements Ljava/util/function/Supplier;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
    .end method
    .method public get()Ljava/lang/Object;
    .registers 2
    const-string v0, "live"
    return-object v0
    .end method
    .method public apply(Ljava/lang/Object;)Ljava/lang/Object;
    .registers 4
    check-cast p1, Ljava/lang/String;
    const-string v0, ".shop.test"
    invoke-virtual {p1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    new-instance v3, Lshop/Step;
    invoke-direct {v3}, Lshop/Step;-><init>()V
    const-string v0, "api"
    @
    move-result-object v1
    const-string v0, "https://"
    check-cast v1, Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


@pytest.mark.parametrize(
    ("code", "address"),
    [
        (
            (
                f"invoke-static {{v0}}, {OPTIONAL}->of({OBJECT}){OPTIONAL}\nmove-result-object v1\n"
                f"invoke-virtual {{v1, v3}}, {OPTIONAL}->map({FUNCTION}){OPTIONAL}\nmove-result-object v1\n"
                f"invoke-virtual {{v1}}, {OPTIONAL}->get(){OBJECT}"
            ),
            "https://api.shop.test",
        ),
        (
            (
                f"invoke-static {{v3}}, {FUTURE}->supplyAsync({SUPPLIER}){FUTURE}\nmove-result-object v1\n"
                f"invoke-virtual {{v1, v3}}, {FUTURE}->thenApply({FUNCTION}){FUTURE}\nmove-result-object v1\n"
                f"invoke-virtual {{v1}}, {FUTURE}->join(){OBJECT}"
            ),
            "https://live.shop.test",
        ),
    ],
    ids=["an optional value", "a future"],
)
def test_a_function_of_the_app_makes_the_host(code: str, address: str) -> None:
    assert endpoints(STEPS.replace("@", code)) == {address}


@each(("marks", "text"), [((), "ab"), (("/",), "a/b"), (("/", "https://", "/"), "https://a/b/")])
def test_items_of_a_stream_are_joined(marks: tuple[str, ...], text: str) -> None:
    its = machine()
    stream = CALLS[f"{STREAM}->of([{OBJECT})"](its, (JavaArray(OBJECT, ["a", "b"]),))
    joining = CALLS[f"Ljava/util/stream/Collectors;->joining({'Ljava/lang/CharSequence;' * len(marks)})"](its, marks)
    assert CALLS[f"{STREAM}->collect(Ljava/util/stream/Collector;)"](its, (stream, joining)) == text


@each("function", [UNKNOWN, JavaObject("Lother/Step;"), 0])
def test_a_function_that_is_not_known_gives_nothing(function: Any) -> None:
    optional = JavaObject(OPTIONAL, Held("a"))
    with pytest.raises(NotRunnableError):
        CALLS[f"{OPTIONAL}->map({FUNCTION})"](machine(), (optional, function))
    with pytest.raises(NotRunnableError):
        CALLS[f"{STREAM}->map({FUNCTION})"](machine(), (JavaObject(STREAM, ["a"]), function))


def test_a_stream_with_too_many_items_is_not_made() -> None:
    with pytest.raises(NotRunnableError):
        CALLS[f"{STREAM}->of([{OBJECT})"](machine(), (JavaArray(OBJECT, ["a"] * (MAX_ITEMS + 1)),))
