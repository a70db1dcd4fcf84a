"""What ``onCreate`` of the application sets, where other code of the app reads it."""

import pytest

from tests.smali_apps import endpoints

APP = """
    .class public Lshop/App;
    .super Landroid/app/@;
    .field private version:D
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/@;-><init>()V
    return-void
    .end method
    .method public onCreate()V
    .registers 4
    const-wide/high16 v0, 0x4004000000000000L
    iput-wide v0, p0, Lshop/App;->version:D
    return-void
    .end method
    .method public url(Ljava/lang/String;)Ljava/lang/String;
    .registers 6
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test/v"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iget-wide v2, p0, Lshop/App;->version:D
    invoke-virtual {v0, v2, v3}, Ljava/lang/StringBuilder;->append(D)Ljava/lang/StringBuilder;
    invoke-virtual {v0, p1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v0}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    return-object v0
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    invoke-virtual {p0}, Lshop/Main;->getApplication()Landroid/app/Application;
    move-result-object v0
    check-cast v0, Lshop/App;
    const-string v1, "/list"
    invoke-virtual {v0, v1}, Lshop/App;->url(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


def test_a_field_of_the_application_is_known_in_a_screen() -> None:
    assert "https://api.shop.test/v2.5/list" in endpoints(APP.replace("@", "Application"))


def test_a_service_is_no_application() -> None:
    assert "https://api.shop.test/v2.5/list" not in endpoints(APP.replace("@", "Service"))


REPLACED = """
    .class public Lshop/Api;
    .super Ljava/lang/Object;
    .field static base:Ljava/lang/String; = "https://demo.shop.test/"
    .method static open(Ljava/lang/String;)V
    .registers 4
    sget-object v0, Lshop/Api;->base:Ljava/lang/String;
    invoke-virtual {v0, p0}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
    .class public Lshop/App;
    .super Landroid/app/Application;
    .field private url:Ljava/lang/String;
    .method public constructor <init>()V
    .registers 2
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    const-string v0, "https://live.shop.test/"
    iput-object v0, p0, Lshop/App;->url:Ljava/lang/String;
    return-void
    .end method
    .method public onCreate()V
    .registers 3
    iget-object v0, p0, Lshop/App;->url:Ljava/lang/String;
    sput-object v0, Lshop/@;->base:Ljava/lang/String;
    return-void
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    const-string v0, "list"
    invoke-static {v0}, Lshop/Api;->open(Ljava/lang/String;)V
    return-void
    .end method
"""


@pytest.mark.parametrize(("owner", "is_found"), [("Api", True), ("Other", False)])
def test_an_address_that_comes_later_than_the_initial_one_is_joined(owner: str, is_found: bool) -> None:
    found = endpoints(REPLACED.replace("@", owner))
    assert ("https://live.shop.test/list" in found) is is_found
