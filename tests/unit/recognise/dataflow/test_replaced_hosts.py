"""A host that code puts into a static field is found beside the text that the field has at first."""

import pytest

from tests.smali_apps import endpoints

APP = """
    .class public Lshop/Client;
    .super Ljava/lang/Object;
    .field public static SERVER:Ljava/lang/String; = "demo.shop.test"
    .field public static PORT:I = 0x1388
    .class public Lshop/App;
    .super Landroid/app/Application;
    .method public onCreate()V
    .registers 3
    const-string v0, "live.shop.test"
    const/16 v1, 0x138d
    @
    return-void
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    sget-object v0, Lshop/Client;->SERVER:Ljava/lang/String;
    sget v1, Lshop/Client;->PORT:I
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v0, v1}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
    .end method
"""
STORES = "sput-object v0, Lshop/Client;->SERVER:Ljava/lang/String;\nsput v1, Lshop/Client;->PORT:I"


@pytest.mark.parametrize(
    ("stores", "servers"),
    [
        (STORES, {"demo.shop.test:5000", "live.shop.test:5005"}),
        ("", {"demo.shop.test:5000"}),
        ("sput-object v0, Lother/Client;->SERVER:Ljava/lang/String;", {"demo.shop.test:5000"}),
    ],
    ids=["both are replaced", "nothing is", "a field of another class is"],
)
def test_a_host_that_replaces_an_initial_text_is_found(stores: str, servers: set[str]) -> None:
    assert endpoints(APP.replace("@", stores)) == servers
