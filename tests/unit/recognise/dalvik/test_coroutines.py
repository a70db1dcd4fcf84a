"""Coroutines of Kotlin in runs: blocks give their result at once, and an unknown result is no suspension."""

from bench.hostile_made.kind import dex
from tests.each import each
from tests.smali_apps import classes, endpoints
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.inline import texts_made
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

OBJECT, PACKAGE = "Ljava/lang/Object;", "Lkotlinx/coroutines/"
CONTEXT, BLOCK = "Lkotlin/coroutines/CoroutineContext;", "Lkotlin/jvm/functions/Function2;"
CONTINUATION = "Lkotlin/coroutines/Continuation;"
SCOPE, START = f"{PACKAGE}CoroutineScope;", f"{PACKAGE}CoroutineStart;"
BLOCKS = """
    .class public Lshop/Block;
    .super Ljava/lang/Object;
    .implements Lkotlin/jvm/functions/Function2;
    .field private host:Ljava/lang/String;
    .method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Block;->host:Ljava/lang/String;
    return-void
    .end method
    .method public invoke(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    .registers 5
    iget-object v0, p0, Lshop/Block;->host:Ljava/lang/String;
    const-string v1, ".shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
    .end method
    .class public final enum Lshop/Mark;
    .super Ljava/lang/Enum;
    .field public static final MARK:Lshop/Mark;
    .method static constructor <clinit>()V
    .registers 4
    new-instance v0, Lshop/Mark;
    const-string v1, "MARK"
    const/4 v2, 0x0
    invoke-direct {v0, v1, v2}, Ljava/lang/Enum;-><init>(Ljava/lang/String;I)V
    sput-object v0, Lshop/Mark;->MARK:Lshop/Mark;
    return-void
    .end method
"""
MAIN = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 16
    invoke-static {}, Lshop/Main;->load()Ljava/lang/Object;
    const-string v0, "https://own.shop.test/v1"
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
    .method public static load()Ljava/lang/Object;
    .registers 16
    new-instance v3, Lshop/Block;
    const-string v4, "barn"
    invoke-direct {v3, v4}, Lshop/Block;-><init>(Ljava/lang/String;)V
    const/4 v0, 0x0
    const/4 v1, 0x0
    const/4 v2, 0x0
    const/4 v4, 0x0
    const/4 v5, 0x0
    CALL
    move-result-object v0
    MORE
    sget-object v1, Lshop/Mark;->MARK:Lshop/Mark;
    COMPARED
    const-string v1, "https://"
    check-cast v0, Ljava/lang/String;
    invoke-virtual {v1, v0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-object v0
    .end method
"""
COMPARED = "if-ne v0, v1, :on\nreturn-object v1\n:on"
WITH_CONTEXT = (
    f"invoke-static {{v1, v3, v4}}, {PACKAGE}BuildersKt;->withContext({CONTEXT}{BLOCK}{CONTINUATION}){OBJECT}"
)
SCOPED = f"invoke-static {{v3, v4}}, {PACKAGE}CoroutineScopeKt;->coroutineScope({BLOCK}{CONTINUATION}){OBJECT}"
ASYNC = (
    f"invoke-static/range {{v0 .. v5}}, {PACKAGE}BuildersKt;->async$default({SCOPE}{CONTEXT}{START}{BLOCK}I{OBJECT})"
    f"{PACKAGE}Deferred;"
)
AWAIT = f"invoke-interface {{v0, v4}}, {PACKAGE}Deferred;->await({CONTINUATION}){OBJECT}\nmove-result-object v0"
DELAY = f"""
    const-wide/16 v6, 0x1
    invoke-static {{v6, v7, v4}}, {PACKAGE}DelayKt;->delay(J{CONTINUATION}){OBJECT}
    move-result-object v8
    sget-object v1, Lshop/Mark;->MARK:Lshop/Mark;
    if-ne v8, v1, :later
    return-object v1
    :later
"""
OTHER = f"invoke-static {{}}, Lother/Api;->get(){OBJECT}"
WHOLE, OWN = "https://barn.shop.test", "https://own.shop.test/v1"


def found(call: str, more: str = "", compared: str = COMPARED) -> set[str]:
    return endpoints(BLOCKS + MAIN.replace("CALL", call).replace("MORE", more).replace("COMPARED", compared))


@each(
    ("call", "more"),
    [(WITH_CONTEXT, ""), (SCOPED, ""), (ASYNC, AWAIT), (WITH_CONTEXT, DELAY)],
    ids=["withContext", "coroutineScope", "async and await", "delay"],
)
def test_code_goes_on_with_the_result_of_a_block(call: str, more: str) -> None:
    assert WHOLE in found(call, more)


def test_a_result_that_is_not_known_makes_no_address() -> None:
    assert found(OTHER) == {OWN}


@each(("returned", "expected"), [("v1", {WHOLE}), ("v4", set())], ids=["the mark", "another value"])
def test_only_a_comparison_that_returns_the_mark_is_decided(returned: str, expected: set[str]) -> None:
    """In a method that another one calls; the outermost method takes both ways of a condition."""
    delay = DELAY.replace("return-object v1", f"return-object {returned}")
    code = BLOCKS + MAIN.replace("CALL", WITH_CONTEXT).replace("MORE", delay).replace("COMPARED", COMPARED)
    runner = Runner([DexFile(dex(classes(code)))])
    method = runner.path.method("Lshop/Main;", MethodRef("Lshop/Main;", "onCreate", "Landroid/os/Bundle;", "V"))
    assert method is not None
    assert {one.text for one in texts_made(runner.machine, method, in_full=True) if "://" in one.text} - {
        OWN
    } == expected
