"""Initial values of static fields that ``onCreate`` of the application replaces."""

from bench.hostile_made.kind import dex
from tests.each import each
from tests.smali_apps import classes
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

MANIFEST = """<manifest package="test.shop.app"><application NAME><activity android:name="shop.Main"><intent-filter>
<category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity></application></manifest>"""
APP = """
    .class public Lshop/Api;
    .super Ljava/lang/Object;
    .field public static base:Ljava/lang/String; = "https://demo.shop.test/"
    .method public static set(Ljava/lang/String;)V
    .registers 2
    sput-object p0, Lshop/Api;->base:Ljava/lang/String;
    return-void
    .end method
    .method public static open()V
    .registers 4
    sget-object v0, Lshop/Api;->base:Ljava/lang/String;
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
    .class public Lshop/App;
    .super Landroid/app/Application;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    return-void
    .end method
    .method public onCreate()V
    .registers 4
    invoke-super {p0}, Landroid/app/Application;->onCreate()V
    const-string v0, "https://live.shop.test/"
    @
    return-void
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-static {}, Lshop/Api;->open()V
    return-void
    .end method
"""
STORE = "sput-object v0, Lshop/Api;->base:Ljava/lang/String;\n"
CALL = "invoke-static {v0}, Lshop/Api;->set(Ljava/lang/String;)V\n"
OPEN = "invoke-static {}, Lshop/Api;->open()V\n"
CONDITION = "invoke-virtual {p0}, Lshop/App;->isRestricted()Z\nmove-result v1\nif-nez v1, :end\n"
PROVIDER = """
    .class public Lshop/First;
    .super Landroid/content/ContentProvider;
"""


def hosts(code: str, more: str = "", name: str = 'android:name="shop.App"') -> set[str]:
    artifact = read_dex("classes.dex", dex(classes(APP.replace("@", code) + more)))[0]
    manifest = MANIFEST.replace("NAME", name).encode()
    about = Artifact("AndroidManifest.xml", (Buffer("AndroidManifest.xml", BufferKind.MANIFEST, manifest),))
    finds = AppSearch(RuleFiles()).finds([about, artifact])
    return {find.endpoint.host for find in finds if isinstance(find, Sighting)}


@each("code", [STORE, CALL, STORE + OPEN], ids=["a store", "a call that stores", "a reader behind it"])
def test_the_initial_value_is_left_out(code: str) -> None:
    assert hosts(code) == {"live.shop.test"}


@each(
    ("code", "more", "name"),
    [
        (CONDITION + STORE + ":end", "", None),
        (OPEN + STORE, "", None),
        ("", "", None),
        (STORE, PROVIDER, None),
        (STORE, "", ""),
    ],
    ids=["a store on one way", "a reader before it", "no store", "a provider runs first", "not in the manifest"],
)
def test_a_value_that_code_may_read_stays(code: str, more: str, name: str | None) -> None:
    assert "demo.shop.test" in (hosts(code, more) if name is None else hosts(code, more, name))
