"""Parts of an address that a request fills by their names."""

from tests.each import each
from tests.smali_apps import endpoints

BUILDER = "Lcom/androidnetworking/common/ANRequest$GetRequestBuilder;"
STRINGS = "Ljava/lang/String;Ljava/lang/String;"


def request(address: str, *names: str, value: str = 'const-string v2, "red"') -> set[str]:
    calls = "".join(
        f"""
        const-string v1, "{name.rpartition(" ")[2]}"
        invoke-virtual {{v0, v1, v2}}, {BUILDER}->{name.partition(" ")[0]}({STRINGS}){BUILDER}
        move-result-object v0
        """
        for name in names
    )
    return endpoints(
        f"""
        .class public Lshop/Api;
        .super Ljava/lang/Object;
        .method public static open()V
        .registers 4
        const-string v0, "{address}"
        invoke-static {{v0}}, Lcom/androidnetworking/AndroidNetworking;->get(Ljava/lang/String;){BUILDER}
        move-result-object v0
        {value}
        {calls}
        return-void
        .end method
        """
    )


@each(
    ("names", "address"),
    [
        (("addPathParameter colour",), "https://paint.shop.test/v1/red/all"),
        (
            ("addQueryParameter page", "addHeaders token", "addPathParameter colour"),
            "https://paint.shop.test/v1/red/all",
        ),
    ],
)
def test_the_part_with_the_name_is_filled(names: tuple[str, ...], address: str) -> None:
    assert address in request("https://paint.shop.test/v1/{colour}/all", *names)


@each("name", ["addPathParameter shade", "addQueryParameter colour", "addPathParameter "])
def test_no_other_part_and_no_other_call_fills_it(name: str) -> None:
    assert request("https://paint.shop.test/v1/{colour}/all", name) == {"https://paint.shop.test/v1"}


def test_a_text_that_is_not_known_leaves_the_part_open() -> None:
    unknown = "invoke-static {}, Lother/Api;->get()Ljava/lang/String;\nmove-result-object v2"
    found = request("https://paint.shop.test/v1/{colour}/all", "addPathParameter colour", value=unknown)
    assert found == {"https://paint.shop.test/v1"}
