"""A static field has the address that the code before has put there, until other code can have changed it."""

import pytest

from bench.hostile_made.kind import TEXT, coded, connect, method, smali
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
FIELD = f"Lshop/Base;->url:{TEXT}"
STARTS = f'.field static url:{TEXT} = "https://demo.shop.test/v0"\n'
PUT = f'const-string v0, "https://api.shop.test/v1"\nsput-object v0, {FIELD}\n'
GET = f"sget-object v0, {FIELD}\n"
PATH = f'const-string v1, "/items"\ninvoke-virtual {{v0, v1}}, {TEXT}->concat({TEXT}){TEXT}\nmove-result-object v0\n'
OTHER = "invoke-static {}, Lshop/Base;->other()V\n"
CHANGES = method("other()V", f'const-string v0, "https://other.shop.test/v2"\nsput-object v0, {FIELD}\nreturn-void')


@pytest.mark.parametrize(
    ("code", "addresses"),
    [
        (PUT + GET, {"api"}),
        (GET, {"demo", "api", "other"}),
        (PUT + OTHER + GET, {"demo", "api", "other"}),
        (f"if-eqz p0, :after\n{PUT}:after\n{GET}", {"demo", "api", "other"}),
    ],
    ids=["put before", "nothing before", "a call of the app between", "put on one way"],
)
def test_an_address_in_a_static_field(code: str, addresses: set[str]) -> None:
    open_it = method("open(I)V", f"{code}{PATH}{connect()}return-void")
    sets = method("sets()V", f"{PUT}return-void")
    started = "const/4 v0, 0x1\ninvoke-static {v0}, Lshop/Api;->open(I)V\ninvoke-static {}, Lshop/Api;->sets()V\n"
    files = coded(smali("shop/Base", STARTS + CHANGES), smali("shop/Api", open_it + sets), body=started + OTHER)
    finds = SEARCH.finds([read_dex("classes.dex", files[0][1])[0]])
    found = {find.endpoint.value for find in finds if isinstance(find, Sighting)}
    joined = {one.split("/")[2].split(".")[0] for one in found if one.endswith("/items")}
    assert joined == addresses
