"""The web site in the description of a Titanium app is no back end."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import NotBackend
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.app_description import DESCRIBED, description_reason
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[1] / "dex"
CODE = (DEX / "titanium.dex").read_bytes()


@each(("name", "expected"), [("described", DESCRIBED), ("server", ""), ("both", ""), ("other", ""), ("absent", "")])
def test_only_the_site_in_the_description_is_left_out(name: str, expected: str) -> None:
    uses = ConstantUses([DexFile(CODE)])
    assert description_reason(uses, f"https://{name}.shop.test/".encode()) == expected


def test_an_app_leaves_out_the_site_with_its_reason() -> None:
    finds = list(AppSearch(RuleFiles()).finds([read_dex("classes.dex", CODE)[0]]))
    assert NotBackend("https://described.shop.test", DESCRIBED) in finds


def test_apps_of_other_builders_have_no_such_description() -> None:
    uses = ConstantUses([DexFile((DEX / "uncalled.dex").read_bytes())])
    assert all(description_reason(uses, uses.file(0).raw(index)) == "" for index in range(len(uses.file(0).strings)))
