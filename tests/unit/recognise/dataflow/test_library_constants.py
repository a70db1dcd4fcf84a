"""Addresses in constants of a known library, which belong to it."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.endpoint import Party
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DATA = (Path(__file__).parent / "dex" / "library.dex").read_bytes()
RULES = RuleFiles()
MANIFEST = b'<manifest package="test.other"><application/></manifest>'


def test_a_constant_that_only_a_library_has_belongs_to_it() -> None:
    name = "AndroidManifest.xml"
    pieces = [Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST),)), *read_dex("classes.dex", DATA)]
    finds = AppSearch(RULES).finds(piece for piece in pieces if isinstance(piece, Artifact))
    sightings = merge_finds(App(Platform.ANDROID, "test.shop", "0" * 64), finds, RULES).sightings
    told = {one.endpoint.host: (one.party, one.owner, one.evidence.chain) for one in sightings}
    assert told == {
        "both.made.test": (Party.UNKNOWN, "", ()),
        "own.made.test": (Party.UNKNOWN, "", ("Ltest/shop/Main;",)),
        "track.made.test": (Party.THIRD, "Adjust", ("Lcom/adjust/sdk/Tracker;",)),
    }
