"""Objects whose fields other code can fill by reflection, so that a switch in them can be on."""

from pathlib import Path

from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import NEVER

CODE = (Path(__file__).parents[1] / "dex" / "handedobjects.dex").read_bytes()
HANDED = ["arrayed", "given", "got", "itself", "kept", "listed", "taken"]
ALONE = ["alone", "compared"]


def test_a_switch_of_an_object_that_other_code_gets_can_be_on() -> None:
    uses = ConstantUses([DexFile(CODE)])
    reasons = {host: uses.reason(f"https://{host}.shop.test/".encode()) for host in (*HANDED, *ALONE)}
    assert reasons == dict.fromkeys(HANDED, "") | dict.fromkeys(ALONE, NEVER)
