"""Hosts that the program ``ping`` gets are contacted."""

from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.dataflow.hosts import pinged_hosts
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

CODE = (Path(__file__).parents[1] / "dex" / "pinged.dex").read_bytes()
PINGED = {"223.5.5.5", "gate.shop.test", "www.shop.test", "whole.shop.test"}


def found() -> set[str]:
    return {one.text for one in pinged_hosts.pinged_hosts(ConstantUses([DexFile(CODE)]), lambda text: "." in text)}


def test_an_app_shows_the_hosts_that_it_pings() -> None:
    """Not another name beside them, nor a sentence, nor a command that nothing runs or that is only logged."""
    finds = list(AppSearch(RuleFiles()).finds([read_dex("classes.dex", CODE)[0]]))
    shown = {one.endpoint.host: one.evidence for one in finds if isinstance(one, Sighting)}
    assert shown.keys() == PINGED
    assert shown["223.5.5.5"].context == "Ltest/lib/Net;->test: 223.5.5.5"


def test_each_command_names_its_host() -> None:
    assert found() == PINGED | {"127.0.0.1", "logged.shop.test"}


@each("limit", ["MAX_COMMANDS", "MAX_METHODS"])
def test_commands_and_methods_have_a_limit(limit: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pinged_hosts, limit, 0)
        assert not found() & {"223.5.5.5", "gate.shop.test"}
