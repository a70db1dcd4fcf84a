"""Code that joins a path to a setting of the package is followed, if only the name of the setting shows that."""

import pytest

from bench.hostile_made.kind import dex
from tests.smali_apps import classes
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
REMOTE = "Lcom/google/firebase/remoteconfig/FirebaseRemoteConfig;"
APP = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    invoke-static {}, #->getInstance()#
    move-result-object v0
    const-string v1, "@"
    invoke-virtual {v0, v1}, #->getString(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v1, "/ping"
    invoke-virtual {v0, v1}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, Lother/Net;->load(Ljava/lang/String;)V
    return-void
    .end method
"""
DEFAULTS = (
    b"<defaultsMap><entry><key>api_base</key><value>https://api.shop.test</value></entry>"
    b"<entry><key>greeting</key><value>hello</value></entry></defaultsMap>"
)


@pytest.mark.parametrize(("key", "found"), [("api_base", True), ("greeting", False), ("other", False)])
def test_a_path_is_joined_to_the_default_of_a_remote_setting(key: str, *, found: bool) -> None:
    code = read_dex("classes.dex", dex(classes(APP.replace("#", REMOTE).replace("@", key))))[0]
    file = "res/xml/remote_config_defaults.xml"
    defaults = Artifact(file, (Buffer(file, BufferKind.TEXT, DEFAULTS),))
    finds = [one for one in SEARCH.finds([defaults, code]) if isinstance(one, Sighting)]
    assert any(one.endpoint.value == "https://api.shop.test/ping" for one in finds) is found
