"""Interfaces of Retrofit whose classes R8 renamed, and the base address of the app."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.code.renamed_retrofit import bases
from tieback.recognise.dataflow.code.retrofit import paths
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

CLIENT = """.class public Lshop/Client;
.super Ljava/lang/Object;
.method static make(%(parameter)s)V
.registers 3
%(base)s
const-string v1, "baseUrl must end in /: "
return-void
.end method
.method static page()V
.registers 2
const-string v0, "https://site.shop.test/page/"
%(call)s
return-void
.end method
"""

CALL = "invoke-static {v0}, Lshop/Client;->make(Ljava/lang/String;)V"

DEX = Path(__file__).parents[1] / "dex"
RENAMED = (DEX / "renamedretrofit.dex").read_bytes()


def test_the_base_is_the_address_that_the_builder_gets() -> None:
    assert bases(DexFile(RENAMED)) == [("Ltest/shop/net/Client;", "https://renamed.shop.test/api/")]
    assert bases(DexFile((DEX / "retrofit.dex").read_bytes())) == []


@each(
    ("values", "expected"),
    [
        ({"parameter": "", "base": 'const-string v0, "https://api.shop.test/"', "call": ""}, ["https://api.shop.test/"]),
        # The address comes from a caller: the class with the builder does not have it.
        (
            {"parameter": "Ljava/lang/String;", "base": "", "call": CALL},
            ["https://site.shop.test/page/"],
        ),
    ],
)  # fmt: skip
def test_other_addresses_of_a_class_with_the_inlined_builder_are_no_bases(
    values: dict[str, str], expected: list[str]
) -> None:
    builder = DexBuilder()
    assert builder.add(ClassReader().read(CLIENT % values))
    data, _ = builder.finish()
    assert [base for _, base in bases(DexFile(data))] == expected


def test_an_annotation_with_nothing_but_a_path_is_a_request() -> None:
    dex = DexFile(RENAMED)
    assert [dex.string(one.string) for one in paths(dex, renamed=True)] == ["v1/orders"]
    assert paths(dex) == []


def test_the_whole_address_is_found() -> None:
    artifact = Artifact("classes.dex", (Buffer("classes.dex", BufferKind.DEX, RENAMED),))
    found = {one.endpoint.value for one in AppSearch(RuleFiles()).finds([artifact]) if isinstance(one, Sighting)}
    assert "https://renamed.shop.test/api/v1/orders" in found
    assert not any("other.shop.test/page/v1" in value for value in found)


def test_a_base_address_can_end_with_the_host_or_port_and_needs_a_slash_behind_a_path() -> None:
    def based_on(end: bytes) -> list[str]:
        return [
            base for _, base in bases(DexFile(RENAMED.replace(b"renamed.shop.test/api/", b"renamed.shop.test" + end)))
        ]

    assert based_on(b":8443") == ["https://renamed.shop.test:8443/"]
    assert based_on(b".test") == ["https://renamed.shop.test.test/"]
    assert based_on(b"/apis") == based_on(b"/a p/") == []
