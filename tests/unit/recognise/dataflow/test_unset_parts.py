"""Parts of a path that code has only as long as nothing sets them count as unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.smali_apps import endpoints
from tieback.recognise.dataflow.analysis import DataFlow
from tieback.recognise.dataflow.methods.values import HOLE, EndpointParts, TextValue
from tieback.recognise.dataflow.unset_parts import UnsetParts, with_unset_parts

ORDERS = UnsetParts(
    ["https://api.shop.test/users/{}/orders", "https://api.shop.test/a{}/b", "x{}", "https://{}.test/a"]
)


@pytest.mark.parametrize("part", ["", "-1", "0", "-", "null", "USER_ID", "TOKEN"])
def test_a_part_that_is_unknown_elsewhere_is_unknown(part: str) -> None:
    assert (
        ORDERS.opened(f"get https://other.test/users/{part}/orders?all") == "get https://other.test/users/{}/orders?all"
    )


@pytest.mark.parametrize(
    "text",
    [
        "https://api.shop.test/users/7/orders", "https://api.shop.test/users/me/orders",
        "https://api.shop.test/users/EN/orders", "https://api.shop.test/users/-1/orders/", "https://api.shop.test/a/b",
        "https://api.shop.test/other/-1/orders", "https://api.shop.test", "users/-1/orders", "",
    ],
)  # fmt: skip
def test_other_texts_stay(text: str) -> None:
    assert ORDERS.opened(text) == text


def test_texts_and_addresses_of_calls_are_changed() -> None:
    known, other = "https://api.shop.test/users/{}/orders", "https://api.shop.test/users//orders"
    flows = [
        DataFlow("concat", TextValue(known), None, "La;->a"),
        DataFlow("concat", TextValue(other), None, "La;->b"),
        DataFlow("URL", EndpointParts({"url": other, "port": 80}), None, "La;->c"),
        DataFlow("Socket", EndpointParts({"host": "-1"}), None, "La;->d"),
    ]
    found, _ = with_unset_parts(flows)
    assert [flow.value for flow in found] == [
        TextValue(known), TextValue(known), EndpointParts({"url": known, "port": 80}), flows[3].value,
    ]  # fmt: skip


@pytest.mark.parametrize("word", ["USER_ID", ":user", "$user$"])
def test_a_word_that_code_replaces_is_unknown(word: str) -> None:
    template = f"https://api.shop.test/users/{word}/orders"
    flows = [
        DataFlow("concat", TextValue(template), None, "La;->a"),
        DataFlow(
            "text", TextValue("https://api.shop.test/users/-/orders", parts=(template, word, "-")), None, "La;->b"
        ),
        DataFlow("concat", TextValue(f"https://api.shop.test/{word}s"), None, "La;->c"),
    ]
    found, _ = with_unset_parts(flows)
    known = "https://api.shop.test/users/{}/orders"
    assert [flow.value.text for flow in found if isinstance(flow.value, TextValue)] == [
        known, known, f"https://api.shop.test/{word}s",
    ]  # fmt: skip


def test_a_word_that_code_only_appends_stays() -> None:
    flows = [
        DataFlow(
            "text", TextValue("https://api.shop.test/API", parts=("https://api.shop.test/", "API")), None, "La;->a"
        )
    ]
    assert with_unset_parts(flows)[0] == tuple(flows)


@given(st.lists(st.text("/{}-10A_a.:https", max_size=60), max_size=8), st.text("/{}-10A_a.", max_size=200))
def test_any_texts_never_raise_and_keep_their_beginning(texts: list[str], path: str) -> None:
    opened = UnsetParts([*texts, f"https://a.test{path}"]).opened(f"https://a.test/{path}")
    assert opened.startswith("https://a.test/")
    assert opened.count(HOLE) <= path.count(HOLE) + 3


SCREEN = """
    .class public Lshop/Item;
    .super Ljava/lang/Object;
    .field public {flags}name:Ljava/lang/String;
    .method public constructor <init>()V
    .registers 2
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    const-string v0, ""
    iput-object v0, p0, Lshop/Item;->name:Ljava/lang/String;
    return-void
    .end method
    {setter}
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public load(Lshop/Item;)V
    .registers 4
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test/items/"
    invoke-direct {{v0, v1}}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    iget-object v1, p1, Lshop/Item;->name:Ljava/lang/String;
    invoke-virtual {{v0, v1}}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/orders"
    invoke-virtual {{v0, v1}}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {{v0}}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {{v1, v0}}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {{v1}}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
    .end method
"""
SETTER = """
    .method public setName(Ljava/lang/String;)V
    .registers 2
    iput-object p1, p0, Lshop/Item;->name:Ljava/lang/String;
    return-void
    .end method
"""


def test_an_empty_text_in_a_field_that_code_sets_later_is_no_part_of_an_address() -> None:
    assert endpoints(SCREEN.format(flags="", setter=SETTER)) == {"https://api.shop.test/items"}


def test_an_empty_text_in_a_field_that_nothing_sets_is_a_part() -> None:
    assert "https://api.shop.test/items//orders" in endpoints(SCREEN.format(flags="final ", setter=""))


KEPT = "Landroid/content/SharedPreferences"
DEFAULT = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public load(Landroid/content/SharedPreferences;)V
    .registers 6
    const-string v0, "user"
    const-string v1, "{default}"
    invoke-interface {{p1, v0, v1}}, {kept};->getString(Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;
    move-result-object v1
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v2, "https://api.shop.test/users/"
    invoke-direct {{v0, v2}}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    invoke-virtual {{v0, v1}}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v1, "/orders"
    invoke-virtual {{v0, v1}}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {{v0}}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {{v1, v0}}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {{v1}}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
    .end method
"""


@pytest.mark.parametrize("default", ["", "-1", "null"])
def test_a_default_that_shows_that_nothing_is_set_is_no_part(default: str) -> None:
    assert endpoints(DEFAULT.format(default=default, kept=KEPT)) == {"https://api.shop.test/users"}


def test_another_default_is_a_part() -> None:
    assert "https://api.shop.test/users/guest/orders" in endpoints(DEFAULT.format(default="guest", kept=KEPT))
