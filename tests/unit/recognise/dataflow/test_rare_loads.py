"""Strings that a method with few of them loads come first if a file has too many."""

from pathlib import Path

import pytest

from bench.hostile_made.kind import coded, contact, method, smali
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact
from tieback.model.sighting import Sighting
from tieback.recognise import extract
from tieback.recognise.dataflow.dex import rare_loads
from tieback.recognise.dataflow.dex.rare_loads import rarely_loaded
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

FOLDER = Path(__file__).parent / "dex"


def listed(count: int, *more: str) -> bytes:
    """Code with one method that loads many addresses, and a field with one that no code loads."""
    rows = "".join(f'const-string v0, "https://a{n:04}.shop.test/v"\n' for n in range(count))
    field = '.field static f:Ljava/lang/String; = "https://b.shop.test/v"\n'
    members = field + method("f()V", f"{rows}return-void")
    own = method("g()V", "".join(contact(f"https://{one}/v") for one in more) + "return-void")
    return coded(smali("shop/L", members), smali("shop/G", own))[0][1]


def rare(data: bytes) -> set[str]:
    (artifact,) = read_dex("classes.dex", data)[:1]
    assert isinstance(artifact, Artifact)
    (buffer,) = artifact.buffers
    assert buffer.starts is not None
    texts = {int(at): bytes(buffer.data[at : buffer.data.index(0, at)]).decode() for at in buffer.starts.tolist()}
    places = [at for at, text in texts.items() if text.startswith("https://")]
    found = rarely_loaded(buffer.data, buffer.starts, places).tolist()
    return {texts[at] for at, is_rare in zip(places, found, strict=True) if is_rare}


def test_only_what_a_method_with_few_addresses_loads_is_rare() -> None:
    own = {"https://zz-own.shop.test/v1", "https://c.shop.test/v", "https://d.shop.test/v"}
    assert rare(listed(9, "c.shop.test", "d.shop.test")) == own
    assert rare(listed(8, "c.shop.test")) > {"https://a0000.shop.test/v", "https://c.shop.test/v"}


@pytest.mark.parametrize("name", ["ends", "constants"])
def test_any_places_are_accepted(name: str) -> None:
    data = next(FOLDER.glob(f"{name}*.dex"), FOLDER / "ends.dex").read_bytes()
    buffer = read_dex("classes.dex", data)[0].buffers[0]
    assert buffer.starts is not None
    assert rarely_loaded(data, buffer.starts, [0, 1, len(data) - 1, len(data) + 9]).shape == (4,)
    assert rarely_loaded(data, buffer.starts[:0], [5]).tolist() == [False]


def test_an_address_behind_a_list_is_found_though_the_file_has_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    (artifact,) = read_dex("classes.dex", listed(60, "zz.shop.test"))[:1]
    search = AppSearch(RuleFiles())

    def hosts() -> set[str]:
        return {one.endpoint.host for one in search.finds([artifact]) if isinstance(one, Sighting)}

    assert "zz.shop.test" in hosts()
    monkeypatch.setattr(extract, "MAX_DISTINCT", 20)
    assert {"zz.shop.test", "zz-own.shop.test"} <= hosts()
    monkeypatch.setattr(rare_loads, "FEW", 0)
    assert "zz.shop.test" not in hosts()
