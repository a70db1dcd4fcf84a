"""What a run of a method with unknown arguments knows of the platform, and of conditions that only guard."""

from pathlib import Path

from bench.hostile_made.kind import concat, dex, method, smali
from tests.each import each
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.decryptors import Decryption
from tieback.recognise.dalvik.inline import texts_made
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

FILE = DexFile((Path(__file__).parents[1] / "dataflow" / "dex" / "guarded.dex").read_bytes())
MAIN = "Ltest/guarded/Main;"


def made(name: str, parameters: str = "") -> set[str]:
    runner = Runner([FILE])
    method = runner.path.method(MAIN, MethodRef(MAIN, name, parameters, "V"))
    assert method is not None
    return {one.text for one in texts_made(runner.machine, method) if not one.changed}


@each(
    ("name", "parameters"),
    [("saved", "Landroid/content/SharedPreferences;"), ("held", ""), ("checked", "Ljava/lang/Object;"), ("piece", "")],
)
def test_what_a_run_knows(name: str, parameters: str) -> None:
    """The default of a setting, a reference, a check that throws in another method, and a part of the address."""
    assert f"https://{name}.guard.guard.test/v3" in made(name, parameters)


def test_a_condition_of_which_both_sides_go_on_is_not_decided() -> None:
    assert not any("://" in text for text in made("either", "Ljava/lang/Object;"))


def test_an_address_from_which_code_makes_another_one_is_marked() -> None:
    found = {text.partition("//")[0] for text in made("replaced") if "://other" in text}
    assert found == {"https:"}, "what replace makes of it is found"


def test_an_address_of_a_database_is_one() -> None:
    method = Runner([FILE]).path.method(MAIN, MethodRef(MAIN, "database", "", "V"))
    assert method is not None
    found = Decryption([FILE]).made_in(0, method.code)
    assert [one.text for _, one in found] == ["jdbc:mariadb://db.guard.guard.test/v3"]


LIMIT = """
invoke-static {}, Lother/Api;->size()I
move-result v1
const/16 v2, 0x400
if-gt v1, v2, :large
const-string v0, "https://limit."
const-string v1, "shop.test/v1"
CONCAT
return-object v0
:large
LARGE
"""
THROWS = """
new-instance v0, Ljava/lang/IllegalArgumentException;
const-string v1, "too large"
invoke-direct {v0, v1}, Ljava/lang/IllegalArgumentException;-><init>(Ljava/lang/String;)V
throw v0
"""
GOES_ON = """
const-string v0, "https://other."
const-string v1, "shop.test/v1"
CONCAT
return-object v0
"""


@each(("large", "found"), [(THROWS, {"https://limit.shop.test/v1"}), (GOES_ON, set())], ids=["throws", "goes on"])
def test_a_number_that_is_not_known_only_guards_what_follows(large: str, found: set[str]) -> None:
    """In a method that another one calls; the outermost method takes both ways of a condition."""
    text = "Ljava/lang/String;"
    body = LIMIT.replace("LARGE", large).replace("CONCAT", concat())
    inner = smali("shop/Inner", method(f"address(I){text}", body))
    called = f"const/4 v0, 0x1\ninvoke-static {{v0}}, Lshop/Inner;->address(I){text}\nreturn-void"
    outer = smali("shop/Outer", method("open()V", called))
    runner = Runner([DexFile(dex([inner, outer]))])
    code = runner.path.method("Lshop/Outer;", MethodRef("Lshop/Outer;", "open", "", "V"))
    assert code is not None
    assert {one.text for one in texts_made(runner.machine, code, in_full=True) if "://" in one.text} == found
