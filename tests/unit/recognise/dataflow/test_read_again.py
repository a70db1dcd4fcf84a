"""Addresses that code gets again in another way and contacts, and the same ways without a contact."""

from pathlib import Path

from tests.each import each
from tests.unit.recognise.dataflow.test_reached import MAIN
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.dataflow.code.package_resources import PackageResources
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts.opened_links import opened_links
from tieback.recognise.reasons import COMPARED, HEADER, SHOWN

DEX = Path(__file__).parent / "dex"
FILTER = (
    '<intent-filter><action android:name="android.intent.action.VIEW"/>'
    '<data android:scheme="https" android:host="*.links.shop.test"/></intent-filter>'
)


def uses(name: str) -> ConstantUses:
    return ConstantUses([DexFile((DEX / f"{name}.dex").read_bytes())])


def address(case: str) -> bytes:
    path = "v1" if case in ("switcheq", "quietreturn") else "cb" if case == "redirput" else ""
    return f"https://{case}.shop.test/{path}".encode()


@each(
    "case",
    [
        "setload",  # the list permits what is loaded
        "switcheq",  # the text that is the same is returned, and its caller contacts it
        "paramview", "compounds",  # a listener gets the view, or the identifier of the view
        "hdrbase", "redirput",  # code reads the value of a map again
    ],
)  # fmt: skip
def test_code_contacts_what_it_gets_again(case: str) -> None:
    assert uses("readagain").reason(address(case)) == ""


@each(
    ("case", "reason"), [("quietset", COMPARED), ("quietreturn", COMPARED), ("quietview", SHOWN), ("quietmap", HEADER)]
)
def test_code_gets_an_address_again_and_contacts_nothing(case: str, reason: str) -> None:
    assert uses("quietuses").reason(address(case)) == reason


def manifest(case: str, activities: str) -> PackageResources:
    text = (
        f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="test.{case}.app">'
        f"<application>{MAIN}{activities}</application></manifest>"
    )
    found, name = PackageResources(), "AndroidManifest.xml"
    found.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, text.encode()),)))
    return found


@each(
    "activities",
    [
        f'<activity android:name=".Web">{FILTER}</activity>',
        f'<activity android:name=".Web"/><activity-alias android:targetActivity=".Web">{FILTER}</activity-alias>',
    ],
)
def test_a_component_loads_the_links_that_it_opens(activities: str) -> None:
    openers = manifest("deephost", activities).link_openers()
    assert openers == {"Ltest/deephost/app/Web;": frozenset({"links.shop.test"})}
    assert [one.host for one in opened_links(uses("readagain"), openers)] == ["links.shop.test"]


@each("case", ["quietlink", "quietopen"])  # it loads another page; it hands the link to other code
def test_a_component_does_not_load_the_links_that_it_opens(case: str) -> None:
    openers = manifest(case, f'<activity android:name=".Web">{FILTER}</activity>').link_openers()
    assert list(openers) == [f"Ltest/{case}/app/Web;"]
    assert list(opened_links(uses("quietuses"), openers)) == []


def test_a_link_of_another_scheme_has_no_web_host() -> None:
    other = FILTER.replace('"https"', '"shop"')
    assert manifest("deephost", f'<activity android:name=".Web">{other}</activity>').link_openers() == {}
