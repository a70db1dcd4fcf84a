"""Encrypted texts in fields: a method decrypts what only the initialiser of a class stores."""

from pathlib import Path

from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parent / "dex" / "storedcipher.dex"


def test_text_in_a_field_is_decrypted_where_code_reads_it() -> None:
    finds = AppSearch(RuleFiles()).finds([read_dex("classes.dex", DEX.read_bytes())[0]])
    found = {one.endpoint.value: one.evidence for one in finds if isinstance(one, Sighting)}
    assert set(found) == {"https://stored.shop.test/v1/orders"}, "no code decrypts the other field"
    assert "Lcom/shop/Hidden;->plain" in found["https://stored.shop.test/v1/orders"].chain
