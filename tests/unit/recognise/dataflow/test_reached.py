"""Hosts that code contacts in a way which no call in the package shows: none of them is left out.

Each case is an app of its own, with the package ``test.<case>.app`` and libraries in ``lib.<case>``.
"""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.unused.uncalled import UNUSED, UncalledCode
from tieback.recognise.dataflow.unused.undeclared import UndeclaredComponents
from tieback.recognise.reasons import COMPARED, HEADER, LINK, SHOWN

CODE = (Path(__file__).parent / "dex" / "reached.dex").read_bytes()
MAIN = """<activity android:name=".Main"><intent-filter><action android:name="android.intent.action.MAIN"/>
<category android:name="android.intent.category.LAUNCHER"/></intent-filter></activity>"""


def package(case: str, attributes: str = "") -> PackageResources:
    manifest = (
        f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="test.{case}.app">'
        f"<application {attributes}>{MAIN}</application></manifest>"
    )
    found, name = PackageResources(), "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest.encode()),)))
    found.tables["resources.arsc"] = ProtoResources("resources.arsc", b"")
    return found


def uses(case: str) -> ConstantUses:
    return ConstantUses([DexFile(CODE)], handlers=package(case).names_handler)


def address(case: str) -> bytes:
    path = "promo" if case in ("selfviewext", "downservice", "quietextra") else "v1" if case == "eqhost" else ""
    return f"https://{case}.shop.test/{path}".encode()


@each(
    "case",
    [
        "reflhelp", "reflkotlin",  # a helper and Kotlin read the fields of a class that they get
        "registry", "registrymap", "registryctor",  # code takes each setting of a list
        "overwrittens", "overwritect",  # other code reads the field before it changes
        "excfield", "excerror",  # the handler of an exception contacts what it keeps
        "prefixload", "eqhost",  # a server gives the address, which is compared and contacted
        "headerbase", "originpref", "selfviewext", "downservice",  # code reads the value under the same key
        "twicefound", "getterview", "urihandler",  # code reads the text of a view again, or opens a link itself
        "flagjnicb", "flagcordova",  # native code or a script changes the setting
    ],
)  # fmt: skip
def test_code_contacts_what_it_reads_in_another_way(case: str) -> None:
    assert uses(case).reason(address(case)) == ""


@each(
    "case",
    [
        "cordova", "bridgeany", "jointext",  # a script or a server sends the name of a method
        "jnicall",  # a native method gets an object
        "jsonadapter", "sender",  # an annotation names the class
        "joinname", "joinpkg",  # code puts the name of a class together
        "assetdex",  # code that the app loads calls any method
    ],
)  # fmt: skip
def test_other_code_calls_a_method_without_a_call(case: str) -> None:
    found = UncalledCode(uses(case), OwnPackages((f"test.{case}.app",)), package(case))
    assert found.reason(address(case)) == ""


@each("case", ["regclass", "regname", "regkotlin"])
def test_code_makes_a_receiver_that_no_manifest_declares(case: str) -> None:
    assert UndeclaredComponents(uses(case), package(case)).reason(address(case)) == ""


def test_a_factory_of_components_makes_others_than_the_manifest_names() -> None:
    files = package("regclass", 'android:appComponentFactory="test.regclass.app.Factory"')
    assert (files.has_factory, package("regclass").has_factory) == (True, False)


@each(
    ("case", "reason"),
    [
        ("quietcompare", COMPARED),  # contacted only if the comparison is false
        ("quietheader", HEADER),
        ("quietextra", LINK),
        ("quieterror", SHOWN),
    ],
)
def test_without_such_a_way_the_reason_stays(case: str, reason: str) -> None:
    assert uses(case).reason(address(case)) == reason


def test_a_method_that_nothing_calls_stays_unused() -> None:
    found = UncalledCode(uses("quietcall"), OwnPackages(("test.quietcall.app",)), package("quietcall"))
    assert found.reason(address("quietcall")) == UNUSED
