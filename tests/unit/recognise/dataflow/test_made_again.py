"""An address that one method puts together more than once: one place that contacts it is enough."""

from tests.smali_apps import endpoints

JOIN = """
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    sget-object v1, Lshop/Main;->host:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/orders"
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
"""
LOGGED = """
    const-string v1, "shop"
    invoke-static {v1, v0}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I
"""
SENT = """
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
"""
MAIN = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .field private static host:Ljava/lang/String; = "api.shop.test"
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    {code}
    return-void
    .end method
"""


def test_an_address_that_is_logged_and_then_sent_is_shown() -> None:
    assert endpoints(MAIN.format(code=JOIN + LOGGED + JOIN + SENT)) == {"https://api.shop.test/orders"}
    assert endpoints(MAIN.format(code=JOIN + SENT + JOIN + LOGGED)) == {"https://api.shop.test/orders"}


def test_an_address_that_is_only_logged_is_left_out() -> None:
    assert endpoints(MAIN.format(code=JOIN + LOGGED)) == set()
    assert endpoints(MAIN.format(code=JOIN + LOGGED + JOIN + LOGGED)) == set()
