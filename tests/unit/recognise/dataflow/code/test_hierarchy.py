"""Calls whose code another class has: all of it is followed, and code that is not in the app is a doubt."""

from pathlib import Path

import pytest

from tieback.intake.apps.dex import read_dex
from tieback.recognise.dataflow.code import hierarchy
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.hierarchy import Hierarchy
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex import dex_tables
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends import uses
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import COOKIES, SHOWN, UNCALLED, UNREAD
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DEX = Path(__file__).parents[1] / "dex"
DATA = (DEX / "targets.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())
REASONS = {
    "interface": SHOWN,
    "default": SHOWN,
    "kept": UNREAD,
    "service": UNREAD,
    "cookie": COOKIES,
    "plainview": SHOWN,
}


def ends(data: bytes = DATA) -> tuple[dict[str, str], list[str]]:
    merged = merge_finds(None, SEARCH.finds([read_dex("classes.dex", data)[0]]))
    reasons = {one.value.split("//")[1].split(".")[0]: one.reason for one in merged.not_backends}
    return reasons, sorted({one.endpoint.host.split(".")[0] for one in merged.sightings})


def test_every_class_that_a_call_can_run_counts() -> None:
    reasons, back_ends = ends()
    assert reasons == REASONS
    assert back_ends == ["data", "faked", "made", "ownview", "platform", "sent"]


def test_the_result_of_a_method_goes_to_every_caller() -> None:
    reasons, back_ends = ends((DEX / "results.dex").read_bytes())
    assert reasons == {"help": SHOWN, "page": SHOWN, "twice": SHOWN, "uncalled": UNCALLED}
    assert back_ends == ["object", "ring", "screen", "script", "server", "site"]


def test_code_of_another_kind_can_call_any_method() -> None:
    files = [DexFile((DEX / "results.dex").read_bytes())]
    address = b"https://uncalled.shop.test/"
    assert ConstantUses(files).reason(address) == UNCALLED
    assert ConstantUses(files, called={0}).reason(address) == ""


def test_a_package_inside_of_the_app_calls_its_own_class_of_a_name() -> None:
    found = ConstantUses([DexFile((DEX / f"{name}.dex").read_bytes()) for name in ("phone", "watch")])
    assert found.reason(b"https://phone.same.test/") == ""
    assert found.reason(b"https://watch.same.test/") == SHOWN


@pytest.mark.parametrize("limit", ["MAX_SITES", "MAX_DEPTH"])
def test_callers_that_are_not_read_leave_back_ends(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(uses, limit, 0)
    assert ends((DEX / "results.dex").read_bytes())[0] == {}


def test_more_classes_than_the_limit_are_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hierarchy, "MAX_SUBCLASSES", 1)
    reasons, back_ends = ends()
    assert "interface" in back_ends
    assert "interface" not in reasons


def test_the_methods_of_an_interface_are_those_of_its_classes() -> None:
    app = AppCode([DexFile(DATA)])
    found = Hierarchy(app)
    assert found.below("Ltest/shop/Shows;") == ("Ltest/shop/ShowA;", "Ltest/shop/ShowB;")
    call = app.identity(MemberRef("Ltest/shop/Shows;", "show", "(Ljava/lang/String;)V"))
    owners = {app.ref(one.identity).owner for one in found.targets(call)}
    assert owners == {"Ltest/shop/ShowA;", "Ltest/shop/ShowB;"}
    assert found.targets(app.identity(MemberRef("Ltest/shop/Made;", "get", "(Ljava/lang/String;)V"))) == ()
    assert found.above("Ltest/shop/Plain;") == "Landroid/widget/TextView;"
    assert found.above("Ltest/shop/Data;") == "Ljava/lang/Object;"


def test_a_file_with_too_many_interfaces_is_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    files = [DexFile(DATA)]
    assert Hierarchy(AppCode(files)).below("Ljava/lang/Object;") is not None
    monkeypatch.setattr(dex_tables, "_MOST_LISTED", 0)
    assert Hierarchy(AppCode(files)).below("Ljava/lang/Object;") is None
