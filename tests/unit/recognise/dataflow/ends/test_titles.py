"""Titles, notifications and lines of logging libraries show a text: an address in one is no back end."""

import pytest

from tests.smali_apps import endpoints

TEXT, ANY = "Ljava/lang/String;", "Ljava/lang/CharSequence;"
APP = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    const-string v0, "https://help.shop.test/faq"
    @
    const-string v0, "https://own.shop.test/v1"
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""
BUILDER = "Landroid/app/Notification$Builder;"
REQUEST = "Landroid/app/DownloadManager$Request;"
READ = (
    "invoke-virtual {p0}, Landroid/app/Activity;->getTitle()Ljava/lang/CharSequence;\nmove-result-object v2\n"
    "invoke-interface {v2}, Ljava/lang/CharSequence;->toString()Ljava/lang/String;\nmove-result-object v2\n"
    "new-instance v3, Ljava/net/URL;\ninvoke-direct {v3, v2}, Ljava/net/URL;-><init>(Ljava/lang/String;)V\n"
    "invoke-virtual {v3}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;\n"
)
TITLE = f"invoke-virtual {{p0, v0}}, Lshop/Main;->setTitle({ANY})V\n"


@pytest.mark.parametrize(
    ("call", "shown"),
    [
        (TITLE, False),
        (f"invoke-virtual {{v2, v0}}, {BUILDER}->setContentText({ANY}){BUILDER}\n", False),
        (f"invoke-virtual {{v2, v0}}, {REQUEST}->setDescription({ANY}){REQUEST}\n", False),
        (f"invoke-virtual {{v2, v0}}, Lorg/slf4j/Logger;->warn({TEXT})V\n", False),
        (f"invoke-virtual {{v2, v0}}, Lother/Screen;->setTitle({ANY})V\n", True),
        (TITLE + READ, True),
        (f"{TITLE}return-void\n.end method\n.method public load()V\n.registers 8\n{READ}", True),
    ],
    ids=["title", "notification", "download", "log", "another class", "a contacted title", "one in another method"],
)
def test_an_address_in_a_title_is_no_back_end(call: str, *, shown: bool) -> None:
    found = endpoints(APP.replace("@", call))
    assert any("help.shop.test" in value for value in found) is shown
    assert "https://own.shop.test/v1" in found
