"""Addresses that code contacts although a rule about their ends seems to fit: what it reads or compares, it contacts.

Each case is an app of its own, ``dex/CASE.dex`` with the package ``test.CASE.app``.
"""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.unused.uncalled import UNUSED
from tieback.recognise.dataflow.unused.undeclared import UNDECLARED
from tieback.recognise.reasons import COMPARED, DESCRIPTION, LINK, NEVER, SHOWN
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.prose import REDIRECT

DEX = Path(__file__).parent / "dex"
SEARCH = AppSearch(RuleFiles())
MAIN = (
    '<activity name=".Main"><intent-filter><action name="android.intent.action.MAIN"/>'
    '<category name="android.intent.category.LAUNCHER"/></intent-filter></activity>'
)
COMPONENTS = {
    "newactivity": '<activity name=".Stub"/>',
    "ownpackage": '<activity name=".Web"><intent-filter><action name="android.intent.action.VIEW"/>'
    '<data scheme="https"/></intent-filter></activity>',
}
NATIVE = {
    "flagnativeint": b"\0mode\0I\0test/flagnativeint/app/Cfg\0",
    "quietnative": b"\0other\0I\0test/quietnative/app/Cfg\0",
}


def found(case: str) -> dict[str, str]:
    """Each address with the reason for which it is left out; empty if it is shown."""
    manifest, library = "AndroidManifest.xml", "lib/arm64-v8a/libx.so"
    text = f'<manifest package="test.{case}.app"><application>{MAIN}{COMPONENTS.get(case, "")}</application></manifest>'
    table = Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=ProtoResources("resources.arsc", b""))
    files = [
        Artifact(manifest, (Buffer(manifest, BufferKind.MANIFEST, text.encode()),)),
        Artifact("resources.arsc", (table,)),
        Artifact(library, (Buffer(library, BufferKind.NATIVE, NATIVE.get(case, b"\0")),)),
        read_dex("classes.dex", (DEX / f"{case}.dex").read_bytes())[0],
    ]
    seen: dict[str, str] = {}
    for one in SEARCH.finds(files):
        if isinstance(one, Sighting):
            seen[one.endpoint.value] = ""
        elif isinstance(one, NotBackend):
            seen.setdefault(one.value, one.reason)
    return {value: reason for value, reason in seen.items() if f"{case}.shop.test" in value}


@each(
    "case",
    [
        "childtext", "viewfield",  # code reads the text of a child or of a view in a field
        "upperread", "inspected",  # code reads the text of any view
        "exmessage", "exown", "throwableread",  # the handler contacts the message of an exception
        "weiboloaded",  # the app loads the page to which a sign-in returns
        "clipread", "ownspan", "spanloop",  # code reads the clipboard or a link again
        "resultdata", "ownpackage",  # another activity of the app gets the address
        "cmpindex", "cmpkotlin", "cmploop", "cmpternary",  # what is compared is contacted
        "cmphelper", "cmpfield", "cmpboth",  # code keeps the result, or returns it
        "annread", "anndescription",  # code reads an annotation
        "recvlist", "recvobjects", "recvnames", "recvenum",  # code makes receivers from a list
        "newactivity", "methodprefix", "innerlisted",  # code starts, calls or makes what it lists
        "enumvalues", "selfdefault", "listobject",
        "flagnativeint",  # native code sets a number
        "hostslines",  # a text is a list of addresses
        "samplejoin",  # code puts the name of an example together
    ],
)  # fmt: skip
def test_code_contacts_the_address(case: str) -> None:
    assert set(found(case).values()) == {""}


@each(
    ("case", "reason"),
    [
        ("quietbranch", COMPARED), ("quietindex", COMPARED),  # contacted only if the comparison is false
        ("cmpcontains", COMPARED),  # such a text can have another host
        ("quiethelper", COMPARED), ("quietloop", COMPARED),
        ("quietclip", LINK), ("quietspan", LINK), ("quietresult", LINK),
        ("quietmessage", SHOWN), ("quietchild", SHOWN), ("quietthrowable", SHOWN),
        ("quietupper", SHOWN), ("quietstetho", SHOWN),
        ("quietweibo", REDIRECT),
        ("quietelement", DESCRIPTION),
        ("quietreceiver", UNDECLARED),
        ("quietmethods", UNUSED),
        ("quietnative", NEVER),
    ],
)  # fmt: skip
def test_without_a_contact_the_reason_stays(case: str, reason: str) -> None:
    assert set(found(case).values()) == {reason}
