"""Methods that the platform can call: of activities, of interfaces, and those that a layout names."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.code.own_packages import OwnPackages
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.methods import platform_methods
from tieback.recognise.dataflow.methods.platform_methods import can_call
from tieback.recognise.dataflow.unused.uncalled import UNUSED, UncalledCode
from tieback.recognise.reasons import UNCALLED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[1] / "dex" / "activity.dex").read_bytes()
CASES = ["created", "help", "odd", "pay", "refresh", "run", "shown"]


@each(
    ("descriptor", "name", "can"),
    [
        ("Landroid/app/Activity;", "onCreate", True),
        ("Landroid/app/Activity;", "getSystemService", True),
        ("Landroid/app/Activity;", "onKeyDown", True),
        ("Landroid/app/Activity;", "refresh", False),
        ("Ljava/lang/Runnable;", "run", True),
        ("Ljava/lang/Runnable;", "show", False),
        ("Landroid/widget/BaseAdapter;", "getView", True),
        ("Landroid/odd/Unknown;", "refresh", True),
    ],
)
def test_what_the_platform_declares(descriptor: str, name: str, *, can: bool) -> None:
    assert can_call(descriptor, name) is can


def test_all_that_is_above_a_class_is_in_the_list() -> None:
    rows = platform_methods._rows()
    assert len(rows) > 100
    assert not [(name, up) for name, (above, _) in rows.items() for up in above.split() if up not in rows]


@each(
    ("handler", "unused"),
    [("pay", ["help", "refresh"]), ("help", ["pay", "refresh"]), ("refresh", ["help", "pay", "refresh"])],
)
def test_methods_of_an_activity_that_nothing_calls(handler: str, unused: list[str]) -> None:
    uses = ConstantUses([DexFile(DATA)], handlers=handler.__eq__)
    code = UncalledCode(uses, OwnPackages(("test.shop.app",)))
    assert [one for one in CASES if code.reason(f"https://{one}.shop.test/".encode())] == unused


def test_without_the_layouts_any_method_with_a_view_can_be_named() -> None:
    code = UncalledCode(ConstantUses([DexFile(DATA)]), OwnPackages(("test.shop.app",)))
    assert [one for one in CASES if code.reason(f"https://{one}.shop.test/".encode())] == ["refresh"]


def test_a_socket_in_a_method_that_nothing_calls_is_no_back_end() -> None:
    name = "AndroidManifest.xml"
    manifest = b'<manifest package="test.shop.app"><application/></manifest>'
    pieces = [Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest),)), *read_dex("classes.dex", DATA)]
    finds = list(AppSearch(RuleFiles()).finds(piece for piece in pieces if isinstance(piece, Artifact)))
    assert {one.value: one.reason for one in finds if isinstance(one, NotBackend)} == {
        "https://address.shop.test": UNCALLED,
        "https://refresh.shop.test": UNUSED,
        "https://socket.shop.test": UNUSED,
        "socket.shop.test:9000": UNUSED,
    }
    hosts = {one.endpoint.host.partition(".")[0] for one in finds if isinstance(one, Sighting)}
    assert hosts == {"created", "declared", "help", "odd", "pay", "run", "shown"}
