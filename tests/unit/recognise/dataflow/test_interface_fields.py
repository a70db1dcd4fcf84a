"""Static fields of interfaces, which the code of a class names as if they were its own."""

from tests.each import each
from tests.smali_apps import endpoints

ROUTES = """
    .class public interface abstract Lshop/Routes;
    .super Ljava/lang/Object;
    .field public static final ORIGIN:Ljava/lang/String;
    .method static constructor <clinit>()V
    .registers 1
    const-string v0, "https://clips.shop.test"
    invoke-static {v0}, Ljava/lang/String;->valueOf(Ljava/lang/Object;)Ljava/lang/String;
    move-result-object v0
    sput-object v0, Lshop/Routes;->ORIGIN:Ljava/lang/String;
    return-void
    .end method
"""
TASK = """
    .class public Lshop/Task;
    .super Ljava/lang/Object;
    .implements {interface}
    {field}
    .method public open()V
    .registers 4
    sget-object v0, Lshop/Task;->ORIGIN:Ljava/lang/String;
    const-string v1, "/feed"
    invoke-virtual {{v0, v1}}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    {turned}
    new-instance v1, Ljava/net/URL;
    invoke-direct {{v1, v0}}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {{v1}}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""
BETWEEN = """
    .class public interface abstract Lshop/More;
    .super Ljava/lang/Object;
    .implements Lshop/Routes;
"""
OTHER = """
    .class public interface abstract Lshop/Routeless;
    .super Ljava/lang/Object;
"""
OWN = ".field public static ORIGIN:Ljava/lang/String;"
TURNED = """
    const/4 v2, 0x0
    :again
    const/16 v3, 0x3
    if-ge v2, v3, :done
    const-string v3, "/more"
    invoke-virtual {v0, v3}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    add-int/lit8 v2, v2, 0x1
    goto :again
    :done
"""


@each(("interface", "more"), [("Lshop/Routes;", ""), ("Lshop/More;", BETWEEN)], ids=["its interface", "one above that"])
def test_a_walk_finds_the_field_of_an_interface(interface: str, more: str) -> None:
    task = TASK.format(interface=interface, field="", turned="")
    assert "https://clips.shop.test/feed" in endpoints(ROUTES + more + task)


def test_a_run_finds_it_too() -> None:
    task = TASK.format(interface="Lshop/Routes;", field="", turned=TURNED)
    assert "https://clips.shop.test/feed/more/more/more" in endpoints(ROUTES + task)


@each(("interface", "field"), [("Lshop/Routes;", OWN), ("Lshop/Routeless;", "")], ids=["its own", "another interface"])
def test_another_field_is_not_that_of_the_interface(interface: str, field: str) -> None:
    task = TASK.format(interface=interface, field=field, turned="")
    assert "https://clips.shop.test/feed" not in endpoints(ROUTES + OTHER + task)
