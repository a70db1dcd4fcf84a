"""Servers of any kind that only code can contact which never runs, or that no code reads."""

from pathlib import Path

from tests.unit.recognise.compiled import compile_xml
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.proto_resources import ProtoResources
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.unused.uncalled import UNUSED
from tieback.recognise.dataflow.unused.undeclared import UNDECLARED
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

UNREAD = "only in a constant that no code reads"
CODE = (Path(__file__).parent / "dex" / "unrun.dex").read_bytes()
MANIFEST = b'<manifest package="test.shop.app"><application><activity name=".Main"/>%s</application></manifest>'
SEARCH = AppSearch(RuleFiles())


def found(components: bytes = b"") -> dict[str, str]:
    """Each server with the reason for which it is left out; empty if it is shown."""
    name = "AndroidManifest.xml"
    table = Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=ProtoResources("resources.arsc", b""))
    files = [
        Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST % components),)),
        Artifact("resources.arsc", (table,)),
        Artifact("res/layout/main.xml", (), compiled=compile_xml("<a/>")),
        read_dex("classes.dex", CODE)[0],
    ]
    seen: dict[str, str] = {}
    for one in SEARCH.finds(files):
        if isinstance(one, Sighting):
            seen[one.endpoint.value] = ""
        elif isinstance(one, NotBackend):
            seen.setdefault(one.value, one.reason)
    return seen


def test_a_connection_in_code_that_never_runs_is_left_out_with_its_reason() -> None:
    servers = found()
    assert servers["93.184.217.1:9000"] == ""
    assert servers["93.184.217.2:9000"] == UNUSED
    assert servers["93.184.217.3:9000"] == UNDECLARED


def test_the_manifest_says_what_runs() -> None:
    assert found(b'<service name="other.scan.Sync"/>')["93.184.217.3:9000"] == ""


def test_a_constant_that_no_code_reads_is_left_out_also_with_a_port_or_encoded() -> None:
    servers = found()
    assert servers["read.shop.test:3000"] == servers["https://sentcode.shop.test/a"] == ""
    assert servers["spare.shop.test:3000"] == servers["https://encoded.shop.test/a"] == UNREAD
