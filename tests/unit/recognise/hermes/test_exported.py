"""Clients with a base address that modules of Hermes bytecode export, in; the addresses below it out."""

import lzma
from pathlib import Path

from tieback.intake.apps.hermes import read_hermes
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent
BUNDLE = lzma.decompress((HERE / "exported-v84-O.hbc.xz").read_bytes())
"""The script ``exported.js``, compiled by ``hermesc`` of the package ``hermes-engine`` 0.11.0."""


def test_paths_are_below_the_base_of_the_client_that_a_module_exports() -> None:
    found = AppSearch(RuleFiles()).finds([read_hermes("a.hbc", BUNDLE)[0]])
    values = {one.endpoint.value for one in found if isinstance(one, Sighting)}
    assert {"https://a.exported.test/api/menu", "https://a.exported.test/api/news"} <= values
    assert not any("other" in one for one in values)
