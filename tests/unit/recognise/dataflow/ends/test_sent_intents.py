"""Intents with an address that code of the app completes or reads before it sends them."""

from pathlib import Path

from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import LINK

CODE = (Path(__file__).parents[1] / "dex" / "sentintents.dex").read_bytes()
USED = ["handled", "kept", "passed", "read", "returned"]
SENT = ["idle", "shared", "started"]


def test_an_intent_that_code_completes_or_reads_is_no_link() -> None:
    uses = ConstantUses([DexFile(CODE)])
    reasons = {host: uses.reason(f"https://{host}.shop.test/".encode()) for host in (*USED, *SENT)}
    assert reasons == dict.fromkeys(USED, "") | dict.fromkeys(SENT, LINK)
