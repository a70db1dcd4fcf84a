"""A method that many others call, and that makes an object with the path of an address: each path is found."""

from tests.smali_apps import endpoints

TASK = """
    .class public Lshop/Task;
    .super Ljava/lang/Object;
    .implements Ljava/lang/Runnable;
    .field private path:Ljava/lang/String;
    .method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Task;->path:Ljava/lang/String;
    return-void
    .end method
    .method public run()V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iget-object v1, p0, Lshop/Task;->path:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
    .end method
"""
API = """
    .class public Lshop/Api;
    .super Ljava/lang/Object;
    .method public static send(Ljava/lang/String;)V
    .registers 3
    LONG
    invoke-static {}, Landroid/os/Debug;->isDebuggerConnected()Z
    move-result v0
    if-nez v0, :end
    new-instance v0, Lshop/Task;
    invoke-direct {v0, p0}, Lshop/Task;-><init>(Ljava/lang/String;)V
    new-instance v1, Ljava/lang/Thread;
    invoke-direct {v1, v0}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;)V
    invoke-virtual {v1}, Ljava/lang/Thread;->start()V
    :end
    return-void
    .end method
"""
SCREEN = """
    .class public Lshop/Screen{number};
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    const-string v0, "/path{number}"
    invoke-static {{v0}}, Lshop/Api;->send(Ljava/lang/String;)V
    return-void
    .end method
"""


LONG = "const v0, 0x12345678\n" * 50
"""More code than that of methods whose calls are always followed."""


def test_each_path_that_is_given_to_a_thread_is_found() -> None:
    screens = "".join(SCREEN.format(number=number) for number in range(10))
    paths = {f"https://api.shop.test/path{number}" for number in range(10)}
    assert endpoints(TASK + API.replace("LONG", LONG) + screens) - {"https://api.shop.test"} == paths
