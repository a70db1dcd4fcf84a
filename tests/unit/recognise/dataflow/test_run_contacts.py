"""Runs show connections to a host and a port whose parts come together only when the code runs."""

import pytest

from tests.smali_apps import endpoints

OBJECT = "Ljava/lang/Object;"
TEXT = "Ljava/lang/String;"
INET = "Ljava/net/InetAddress;"
TASK = """
    .class public Lshop/Look;
    .super Landroid/os/AsyncTask;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/os/AsyncTask;-><init>()V
    return-void
    .end method
    .method protected doInBackground([Ljava/lang/Object;)Ljava/lang/Object;
    .registers 4
    const/4 v0, 0x0
    aget-object v0, p1, v0
    check-cast v0, Ljava/lang/String;
    const-string v1, ".shop.test"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Ljava/net/InetAddress;->getByName(Ljava/lang/String;)Ljava/net/InetAddress;
    move-result-object v0
    return-object v0
    .end method
    .method protected onPostExecute(Ljava/lang/Object;)V
    .registers 6
    check-cast p1, Ljava/net/InetAddress;
    new-instance v0, Lshop/Connect;
    invoke-direct {v0, p1}, Lshop/Connect;-><init>(Ljava/net/InetAddress;)V
    invoke-virtual {v0}, Ljava/lang/Thread;->start()V
    return-void
    .end method
    .class public Lshop/Connect;
    .super Ljava/lang/Thread;
    .field private address:Ljava/net/InetAddress;
    .method public constructor <init>(Ljava/net/InetAddress;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Thread;-><init>()V
    iput-object p1, p0, Lshop/Connect;->address:Ljava/net/InetAddress;
    return-void
    .end method
    .method public run()V
    .registers 5
    iget-object v1, p0, Lshop/Connect;->address:Ljava/net/InetAddress;
    @
    return-void
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 6
    new-instance v0, Lshop/Look;
    invoke-direct {v0}, Lshop/Look;-><init>()V
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/String;
    const/4 v2, 0x0
    const-string v3, "hub"
    aput-object v3, v1, v2
    invoke-virtual {v0, v1}, Landroid/os/AsyncTask;->execute([Ljava/lang/Object;)Landroid/os/AsyncTask;
    const-string v0, "https://own.shop.test/v1"
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""
SOCKET = """
    const/16 v2, 0x115c
    new-instance v0, Ljava/net/InetSocketAddress;
    invoke-direct {v0, v1, v2}, Ljava/net/InetSocketAddress;-><init>(Ljava/net/InetAddress;I)V
"""
UNKNOWN_PORT = """
    invoke-static {}, Lother/Api;->port()I
    move-result v2
    new-instance v0, Ljava/net/InetSocketAddress;
    invoke-direct {v0, v1, v2}, Ljava/net/InetSocketAddress;-><init>(Ljava/net/InetAddress;I)V
"""


@pytest.mark.parametrize(
    ("connects", "server", "found"),
    [
        (SOCKET, "hub.shop.test:4444", True),
        (SOCKET.replace("0x115c", "0x0"), "hub.shop.test:0", False),
        (UNKNOWN_PORT, "hub.shop.test:80", False),
    ],
    ids=["a port", "no port", "a port that is not known"],
)
def test_a_task_gives_the_address_to_a_thread_that_connects(connects: str, server: str, found: bool) -> None:
    values = endpoints(TASK.replace("@", connects))
    assert (server in values) is found
    assert "https://own.shop.test/v1" in values
    assert not any(value.startswith("hub.shop.test:") for value in values if value != server)
