"""Code of the app that nothing calls, and texts that describe an object: what they name is no back end."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hostile_made.kind import dex
from tests.examples import examples
from tests.smali_apps import classes
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.code.native_names import NativeNames
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused import uncalled
from tieback.recognise.dataflow.unused.uncalled import UNUSED, UncalledCode
from tieback.recognise.reasons import HEADER, SHOWN, UNCALLED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"
CALLS, DESCRIBED = ((DEX / f"{name}.dex").read_bytes() for name in ("uncalled", "described"))
UNUSED_HOSTS = ["behind", "cycle", "described", "instance", "old", "sentlater", "sharedname", "unsent", "unused"]
OTHERS = [
    "annotated", "both", "byname", "home", "instancegiven", "instanceread", "kept", "library", "namedclass",
    "oneissent", "pressed", "sent", "sentbyname", "task", "twice", "used",
]  # fmt: skip


def unused(packages: tuple[str, ...]) -> list[str]:
    code = UncalledCode(ConstantUses([DexFile(CALLS)]), OwnPackages(packages))
    return [host for host in sorted(UNUSED_HOSTS + OTHERS) if code.reason(f"https://{host}.shop.test/".encode())]


def test_only_what_nothing_calls_in_the_own_classes_is_unused() -> None:
    assert unused(("test.shop.app",)) == UNUSED_HOSTS
    assert (
        UncalledCode(ConstantUses([DexFile(CALLS)]), OwnPackages(("test.shop.app",))).reason(b"https://old.shop.test/")
        == UNUSED
    )


def test_a_text_that_a_method_puts_together_and_nothing_reads_is_unused() -> None:
    uses = ConstantUses([DexFile(CALLS)])
    code = UncalledCode(uses, OwnPackages(("test.shop.app",)))
    found = []
    for number, place, _ in uses.places.calls("concat", "(Ljava/lang/String;)Ljava/lang/String;"):
        method = uses.file(number).code_around(place)
        assert method is not None
        assert code.reason_of_result(number, method) == ""
        found.append(code.reason_of_result(number, method, (place - method.begin) // 2))
    assert found == [UNUSED, ""]


@pytest.mark.parametrize("packages", [(), ("test",), ("test.shop.other",), ("est.shop.app",)])
def test_classes_of_others_can_be_called(packages: tuple[str, ...]) -> None:
    assert unused(packages) == []


def test_a_library_stays_even_if_the_app_calls_nothing_of_it() -> None:
    assert "library" not in unused(("test.shop.app", "test.shop"))
    assert unused(("other.lib",)) == ["library"]


def test_after_too_many_methods_code_counts_as_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncalled, "_MOST_METHODS", 1)
    assert unused(("test.shop.app",)) == ["described", "instance", "old", "sentlater", "sharedname", "unsent", "unused"]


CLIENT = """
    .class public Ltest/shop/Client;
    .super Landroid/app/Activity;
    .method public static client()Ltest/shop/Api;
    .registers 3
    new-instance v0, Lretrofit2/Retrofit$Builder;
    invoke-direct {v0}, Lretrofit2/Retrofit$Builder;-><init>()V
    const-string v1, "https://api.shop.test/v1/"
    invoke-virtual {v0, v1}, Lretrofit2/Retrofit$Builder;->baseUrl(Ljava/lang/String;)Lretrofit2/Retrofit$Builder;
    move-result-object v0
    invoke-virtual {v0}, Lretrofit2/Retrofit$Builder;->build()Lretrofit2/Retrofit;
    move-result-object v0
    const-class v1, Ltest/shop/Api;
    invoke-virtual {v0, v1}, Lretrofit2/Retrofit;->create(Ljava/lang/Class;)Ljava/lang/Object;
    move-result-object v0
    check-cast v0, Ltest/shop/Api;
    return-object v0
    .end method
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 3
    invoke-static {}, Ltest/shop/Client;->client()Ltest/shop/Api;
    move-result-object v0
    invoke-interface {v0}, Ltest/shop/Api;->orders()V
    return-void
    .end method
    .method public clear()V
    .registers 3
    invoke-static {}, Ltest/shop/Client;->client()Ltest/shop/Api;
    move-result-object v0
    invoke-interface {v0}, Ltest/shop/Api;->clear()V
    return-void
    .end method
    .class public interface abstract Ltest/shop/Api;
    .super Ljava/lang/Object;
    .method public abstract orders()V
    .annotation runtime Lretrofit2/http/GET;
    value = "orders"
    .end annotation
    .end method
    .method public abstract clear()V
    .annotation runtime Lretrofit2/http/DELETE;
    value = "clear"
    .end annotation
    .end method
    .method public abstract others()V
    .annotation runtime Lretrofit2/http/GET;
    value = "others"
    .end annotation
    .end method
"""


@pytest.mark.parametrize(
    ("package", "paths"),
    [
        ("test.shop", ["", "/orders"]),  # a declared screen counts as one that runs, even if nothing starts it
        ("test.other", ["", "/clear", "/orders", "/others"]),  # the classes are of a library
    ],
)
def test_a_request_behind_a_base_address_is_shown_if_code_that_runs_sends_it(package: str, paths: list[str]) -> None:
    manifest = f"""<manifest package="{package}" xmlns:android="http://schemas.android.com/apk/res/android"><application>
        <activity android:name="test.shop.Client"/></application></manifest>"""
    name = "AndroidManifest.xml"
    pieces = [
        Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)),
        read_dex("classes.dex", dex(classes(CLIENT)))[0],
    ]
    found = {one.endpoint.value for one in AppSearch(RuleFiles()).finds(pieces) if isinstance(one, Sighting)}
    assert found == {f"https://api.shop.test/v1{path}" for path in paths}


def test_native_code_can_send_a_request_by_its_name() -> None:
    native = NativeNames()
    native.see(b"\0unsent\0Ljava/lang/String;\0")
    for names, called in ((native, ()), (NativeNames(), (0,))):
        code = UncalledCode(ConstantUses([DexFile(CALLS)], names=names, called=called), OwnPackages(("test.shop.app",)))
        assert code.reason(b"https://unsent.shop.test/") == ""


def test_the_line_of_a_header_names_another_page() -> None:
    assert ConstantUses([DexFile(CALLS)]).reason(b"Origin:http://header.shop.test") == HEADER


def test_the_packages_are_those_of_the_manifests() -> None:
    package = PackageResources()
    name = "AndroidManifest.xml"
    manifest = b'<manifest package="test.shop.app"><application/></manifest>'
    package.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest),)))
    assert list(package.packages()) == ["test.shop.app"]


def test_the_text_that_describes_an_object_contacts_nothing() -> None:
    uses = ConstantUses([DexFile(DESCRIBED)])
    assert uses.reason(b"https://stream.shop.test/") in {SHOWN, UNCALLED}
    assert uses.reason(b"https://rest.shop.test/") == ""
    assert uses.reason(b"https://text.shop.test/items") == ""


@settings(max_examples=examples(60))
@given(
    st.lists(st.tuples(st.integers(112, 3_000), st.binary(min_size=1, max_size=4)), max_size=10),
)
def test_a_damaged_file_never_raises(patches: list[tuple[int, bytes]]) -> None:
    hurt = bytearray(CALLS)
    for at, patch in patches:
        place = at % (len(hurt) - 8)
        hurt[place : place + len(patch)] = patch
    try:
        dex = DexFile(bytes(hurt))
    except ValueError:
        return
    code = UncalledCode(ConstantUses([dex]), OwnPackages(("test.shop.app",)))
    for host in UNUSED_HOSTS + OTHERS:
        code.reason(f"https://{host}.shop.test/".encode())
