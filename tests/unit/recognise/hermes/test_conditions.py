"""Names that a condition chooses: each of them can be contacted, unless a constant decides."""

import lzma
import re
from pathlib import Path

from tieback.intake.apps.hermes import read_hermes
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent
DECIDED = {"a8.hermes.test", "a9.hermes.test"}


def test_each_name_that_a_condition_can_choose_is_found() -> None:
    named = set(re.findall(r"\w+\.hermes\.test", (HERE / "conditions.js").read_text(encoding="utf-8")))
    assert len(named) == 18
    artifact, _ = read_hermes("a.hbc", lzma.decompress((HERE / "conditions-v99-O.hbc.xz").read_bytes()))
    finds = AppSearch(RuleFiles()).finds([artifact])
    assert {one.endpoint.host for one in finds if isinstance(one, Sighting)} == named - DECIDED


def test_an_object_with_a_host_and_a_port_needs_no_other_address_in_the_file() -> None:
    artifact, _ = read_hermes("a.hbc", lzma.decompress((HERE / "hostport-v99-O.hbc.xz").read_bytes()))
    finds = AppSearch(RuleFiles()).finds([artifact])
    shown = {one.endpoint.value for one in finds if isinstance(one, Sighting)}
    assert shown == {"cache.hermes.test:6380", "socket.hermes.test:9000"}
