"""Which methods are run for an address beside those that contact it: their callers, up to a number."""

import pytest

from bench.hostile_made.kind import TEXT, Files, coded, concat, connect, method, smali
from tieback.intake.apps.dex import read_dex
from tieback.recognise.dalvik import decryptors
from tieback.recognise.dalvik.classes import Method
from tieback.recognise.dalvik.inline import texts_made
from tieback.recognise.dalvik.machine import Machine
from tieback.recognise.dataflow import analysis
from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())


def app(n: int) -> Files:
    """Methods that append something unknown to an address, each with one that calls it."""
    unknown = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v1\n"
    open_one = f'{unknown}const-string v0, "https://api.shop.test/"\n{concat()}{connect()}return-void'
    call = "invoke-static {}, Lshop/F;->m@()V\nreturn-void"
    ways = "".join(method(f"m{k}()V", open_one) for k in range(n))
    calls = "".join(method(f"c{k}()V", call.replace("@", str(k))) for k in range(n))
    started = "".join(f"invoke-static {{}}, Lshop/G;->c{k}()V\n" for k in range(n))
    return coded(smali("shop/F", ways), smali("shop/G", calls), body=started)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []

    def noted(machine: Machine, one: Method, **how: object) -> object:
        names.append(one.name)
        return texts_made(machine, one)

    monkeypatch.setattr(decryptors, "texts_made", noted)
    return names


def read(files: Files) -> None:
    list(SEARCH.finds([read_dex("classes.dex", files[0][1])[0]]))


@pytest.mark.parametrize(("limit", "most"), [("MAX_ABOVE", 5), ("MAX_ASKED", 5)])
def test_callers_are_run_up_to_a_number(limit: str, most: int, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    files = app(8)
    read(files)
    assert {f"c{k}" for k in range(8)} <= set(ran)
    ran.clear()
    monkeypatch.setattr(analysis, limit, most)
    read(files)
    assert len({name for name in ran if name.startswith("c")}) == most
    assert {f"m{k}" for k in range(8)} <= set(ran)


def test_the_members_of_a_class_are_looked_at_once_for_all_its_methods(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    known = AppCode.ref

    def look(one: AppCode, identity: int) -> MemberRef:
        looks.append(identity)
        return known(one, identity)

    monkeypatch.setattr(AppCode, "ref", look)
    counts = []
    for n in (100, 200):
        looks.clear()
        read(app(n))
        counts.append(len(looks))
    assert counts[1] < 2.5 * counts[0]
