"""Which methods are run for an address beside those that contact it: their callers, up to a number."""

import pytest

from bench.hostile_made.kind import TEXT, Files, coded, concat, connect, method, smali
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Problem
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


def read(files: Files) -> list[str]:
    """What the output states that was not run."""
    finds = SEARCH.finds([read_dex("classes.dex", files[0][1])[0]])
    return [find.what for find in finds if isinstance(find, Problem) and "was run" in find.what]


@pytest.mark.parametrize(("limit", "most"), [("MAX_ABOVE", 5), ("MAX_ASKED", 5)])
def test_callers_are_run_up_to_a_number(limit: str, most: int, ran: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    files = app(8)
    assert read(files) == []
    assert {f"c{k}" for k in range(8)} <= set(ran)
    ran.clear()
    monkeypatch.setattr(analysis, limit, most)
    assert len(read(files)) == 1
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


UNKNOWN = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v1\n"
SETTING = (
    f"invoke-static {{}}, Lother/Api;->settings()Landroid/content/SharedPreferences;\nmove-result-object v2\n"
    f'const-string v3, "path"\nconst-string v4, ""\ninvoke-interface {{v2, v3, v4}}, '
    f"Landroid/content/SharedPreferences;->getString({TEXT}{TEXT}){TEXT}\nmove-result-object v1\n"
)


def with_callers(address: str, part: str) -> Files:
    """A method that puts ``part`` behind an address, and one that calls it."""
    body = f'{part}const-string v0, "{address}"\n{concat()}{connect()}return-void'
    call = method("caller()V", "invoke-static {}, Lshop/F;->open()V\nreturn-void")
    started = "invoke-static {}, Lshop/G;->caller()V\n"
    return coded(smali("shop/F", method("open()V", body)), smali("shop/G", call), body=started)


@pytest.mark.parametrize(
    ("address", "part", "is_run"),
    [
        ("https://api.shop.test/", UNKNOWN, True),
        ("https://api.shop.test/", f"sget-object v1, Lshop/F;->part:{TEXT}\n", True),  # as a reader of JSON does
        ("https://api.shop.test/", SETTING, False),
        ("content://shop.test/", UNKNOWN, False),
        ("file:///sdcard/", UNKNOWN, False),
    ],
    ids=["a result", "a field that no code sets", "a setting", "content of the device", "a file of the device"],
)
def test_callers_are_run_only_if_a_run_can_know_more(address: str, part: str, is_run: bool, ran: list[str]) -> None:
    read(with_callers(address, part))
    assert ("caller" in ran) is is_run


@pytest.mark.parametrize("is_told", [True, False])
def test_makers_of_an_object_are_not_run_if_callers_tell_the_unknown_part(is_told: bool, ran: list[str]) -> None:
    opens = f'const-string v0, "https://api.shop.test/"\nmove-object v1, p1\n{concat()}{connect()}return-void'
    makes = "invoke-direct {p0}, Ljava/lang/Object;-><init>()V\nreturn-void"
    passes = f'const-string v0, "all"\ninvoke-virtual {{p0, v0}}, Lshop/F;->open({TEXT})V\n' if is_told else ""
    made = "new-instance v0, Lshop/F;\ninvoke-direct {v0}, Lshop/F;-><init>()V\nreturn-object v0"
    members = method("<init>()V", makes, how="public constructor") + method(f"open({TEXT})V", opens, how="public")
    files = coded(
        smali("shop/F", members),
        smali("shop/G", method("passes(Lshop/F;)V", f"{passes}return-void")),
        smali("shop/H", method("maker()Lshop/F;", made)),
        body="invoke-static {}, Lshop/H;->maker()Lshop/F;\n",
    )
    read(files)
    assert ("maker" in ran) is not is_told
