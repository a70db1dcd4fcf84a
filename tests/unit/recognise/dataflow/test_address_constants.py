"""Addresses in constants: the class that has one can show whose it is."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.endpoint import Party
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DATA = (Path(__file__).parent / "dex" / "addresses.dex").read_bytes()
RULES = RuleFiles()
MANIFEST = b'<manifest package="test.other"><application/></manifest>'
OWN = ("Ltest/shop/fit/Main;",)


def test_an_address_has_the_class_of_its_constant_if_one_package_has_it() -> None:
    name = "AndroidManifest.xml"
    pieces = [Artifact(name, (Buffer(name, BufferKind.MANIFEST, MANIFEST),)), *read_dex("classes.dex", DATA)]
    finds = AppSearch(RULES).finds(piece for piece in pieces if isinstance(piece, Artifact))
    sightings = merge_finds(App(Platform.ANDROID, "test.shop.fit", "0" * 64), finds, RULES).sightings
    told = {one.endpoint.host: (one.party, one.evidence.chain) for one in sightings}
    assert told == {
        "192.168.44.7": (Party.FIRST, OWN),
        "54.1.2.4": (Party.FIRST, OWN),
        # Code of another package.
        "192.168.44.8": (Party.UNKNOWN, ("Ltest/parts/net/Net;",)),
        # Two packages have it.
        "54.1.2.9": (Party.UNKNOWN, ()),
        # A name needs more signs.
        "own.made.test": (Party.UNKNOWN, OWN),
    }
