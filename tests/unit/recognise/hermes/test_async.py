"""Bytecode of asynchronous functions and of an Expo app in, endpoints out."""

import lzma
from pathlib import Path

from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import ArtifactBatch, Piece
from tieback.intake.apps.small_files import read_small_file
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent
BUNDLE = lzma.decompress((HERE / "async-v99-O.hbc.xz").read_bytes())
CONFIG = b'{"extra":{"api":{"host":"a.x.test","port":8443}}}'


def values(*before: Piece) -> set[str]:
    found = AppSearch(RuleFiles()).finds([*before, read_hermes("a.hbc", BUNDLE)[0]])
    return {one.endpoint.value for one in found if isinstance(one, Sighting) and one.evidence.file == "a.hbc"}


def test_the_arguments_of_an_asynchronous_function_reach_its_generator() -> None:
    assert {"https://async.hermes.test/v4/cart/list", "https://other.hermes.test/orders/7"} <= values()


def test_the_settings_of_an_expo_app_are_members_of_an_unknown_object() -> None:
    settings = ArtifactBatch(("assets/app.config",), (CONFIG,), read_small_file)
    others = ArtifactBatch(("assets/other.config",), (CONFIG,), read_small_file)
    assert "https://a.x.test:8443/v1/feed" in values(settings)
    assert "https://a.x.test:8443/v1/feed" not in values(others)
