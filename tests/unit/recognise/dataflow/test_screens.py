"""What Compose shows to a person, links that the app itself opens, and logs: such texts are no back ends."""

from pathlib import Path

from tests.each import each
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.ends.uses import ConstantUses
from tieback.recognise.reasons import COMPARED, LINK, SHOWN, UNREAD

USES = ConstantUses([DexFile((Path(__file__).parent / "dex" / "screens.dex").read_bytes())])


@each(
    ("address", "reason"),
    [
        ("https://hint.shop.test/", SHOWN),
        ("https://styled.shop.test/", SHOWN),
        ("https://logged.shop.test/", SHOWN),
        ("https://opened.shop.test/", LINK),
        ("https://linked.shop.test/", LINK),
        ("https://route.shop.test/item/{id}", COMPARED),
        ("https://both.shop.test/", ""),
        ("https://noted.shop.test/", ""),
        ("https://painted.shop.test/", ""),
    ],
)
def test_the_reason_of_an_address(address: str, reason: str) -> None:
    assert USES.reason(address.encode()) == reason


@each(("name", "reason"), [("urihandlers", LINK), ("ownhandler", "")])
def test_an_app_can_show_links_in_its_own_web_view(name: str, reason: str) -> None:
    code = (Path(__file__).parent / "dex" / f"{name}.dex").read_bytes()
    assert ConstantUses([DexFile(code)]).reason(b"https://opened.shop.test/a") == reason


@each(
    ("address", "reason"),
    [("https://picture.shop.test/1.png", UNREAD), ("https://requested.shop.test/count", "")],
)
def test_an_address_that_is_only_read_as_a_number(address: str, reason: str) -> None:
    code = (Path(__file__).parent / "dex" / "numbers.dex").read_bytes()
    assert ConstantUses([DexFile(code)]).reason(address.encode()) == reason
