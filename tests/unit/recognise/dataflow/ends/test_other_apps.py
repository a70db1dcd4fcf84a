"""An intent for another app, which the manifest shows: its name can come from a method, and begin that of a library."""

import pytest

from bench.hostile_made.kind import dex
from tests.smali_apps import classes
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
CODE = """
    .class public Lorg/player/embed/Intents;
    .super Ljava/lang/Object;
    .method private static app(Z)Ljava/lang/String;
    .registers 2
    if-eqz p0, :small
    const-string v0, "org.player.tv"
    return-object v0
    :small
    const-string v0, "{app}"
    return-object v0
    .end method
    .method public static open(Landroid/content/Context;Z)V
    .registers 5
    const-string v0, "https://www.player.test/watch"
    invoke-static {{v0}}, Landroid/net/Uri;->parse(Ljava/lang/String;)Landroid/net/Uri;
    move-result-object v0
    new-instance v1, Landroid/content/Intent;
    const-string v2, "android.intent.action.VIEW"
    invoke-direct {{v1, v2, v0}}, Landroid/content/Intent;-><init>(Ljava/lang/String;Landroid/net/Uri;)V
    invoke-static {{p1}}, Lorg/player/embed/Intents;->app(Z)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {{v1, v0}}, Landroid/content/Intent;->setPackage(Ljava/lang/String;)Landroid/content/Intent;
    invoke-virtual {{p0, v1}}, Landroid/content/Context;->startActivity(Landroid/content/Intent;)V
    return-void
    .end method
"""


@pytest.mark.parametrize(
    ("app", "manifest", "shown"),
    [
        ("org.player", "test.shop", False),
        ("test.shop", "test.shop", True),  # the app itself may open the page
        ("org.player", "", True),  # without a manifest, the class can be of the app
    ],
)
def test_a_link_for_an_app_that_is_not_this_one_is_left_out(app: str, manifest: str, shown: bool) -> None:
    name = "AndroidManifest.xml"
    text = f'<manifest package="{manifest}"><application/></manifest>'.encode()
    files = [Artifact(name, (Buffer(name, BufferKind.MANIFEST, text),))] if manifest else []
    files.append(read_dex("classes.dex", dex(classes(CODE.format(app=app))))[0])
    found = {one.endpoint.host for one in SEARCH.finds(files) if isinstance(one, Sighting)}
    assert found == ({"www.player.test"} if shown else set())
