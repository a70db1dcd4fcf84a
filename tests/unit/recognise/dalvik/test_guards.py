"""What a run of a method with unknown arguments knows of the platform, and of conditions that only guard."""

from pathlib import Path

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
    assert not any("other" in text for text in made("replaced"))


def test_an_address_of_a_database_is_one() -> None:
    method = Runner([FILE]).path.method(MAIN, MethodRef(MAIN, "database", "", "V"))
    assert method is not None
    found = Decryption([FILE]).made_in(0, method.code)
    assert [one.text for _, one in found] == ["jdbc:mariadb://db.guard.guard.test/v3"]
