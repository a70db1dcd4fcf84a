"""Paths of interfaces, and the base URL that they are used with."""

from pathlib import Path

from tests.each import each
from tieback.recognise.dataflow.code.retrofit import Bases, paths
from tieback.recognise.dataflow.dex.dexfile import DexFile

DEX = Path(__file__).parents[1] / "dex"


def test_paths_of_an_interface() -> None:
    dex = DexFile((DEX / "retrofit.dex").read_bytes())
    assert sorted((path.owner, dex.method_name(path.method), dex.string(path.string)) for path in paths(dex)) == [
        ("Ltest/shop/net/Orders;", "Ltest/shop/net/Orders;->elsewhere", "https://log.shop.test/collect"),
        ("Ltest/shop/net/Orders;", "Ltest/shop/net/Orders;->list", "v1/orders"),
        ("Ltest/shop/net/Orders;", "Ltest/shop/net/Orders;->one", "v1/orders/{id}"),
    ]
    assert paths(DexFile((DEX / "concat.dex").read_bytes())) == []


ONE, TWO = "https://one.test/", "https://two.test/"


@each(
    ("bases", "base"),
    [
        ([("La/b/c/X;", ONE)], ONE),
        ([("Lx/y/X;", ONE), ("Lx/y/Y;", ONE)], ONE),
        ([("Ltest/shop/net/X;", ONE), ("Ltest/other/X;", TWO)], ONE),
        ([("Ltest/shop/pay/X;", ONE), ("Ltest/shop/net/X;", TWO)], TWO),
        ([("Ltest/shop/net/X;", ONE), ("Ltest/shop/net/Y;", TWO)], None),
        ([("Ltest/a/X;", ONE), ("Lother/X;", TWO)], None),
        ([], None),
    ],
)
def test_the_nearest_base(bases: list[tuple[str, str]], base: str | None) -> None:
    assert Bases(bases).url_for("Ltest/shop/net/Orders;") == base
