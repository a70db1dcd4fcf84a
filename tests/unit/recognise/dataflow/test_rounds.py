"""How far a value is followed over the fields that pass it on."""

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.model.sighting import Problem, UnreadKind
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
HEAD = """.class public Ltest/chain/Shop;
.super Ljava/lang/Object;
.method public static begin()V
    .registers 1
    const-string v0, "orders"
    sput-object v0, Ltest/chain/Shop;->f0:Ljava/lang/String;
    return-void
.end method
.method public static load()V
    .registers 3
    new-instance v0, Ljava/lang/StringBuilder;
    const-string v1, "https://api.shop.test/"
    invoke-direct {v0, v1}, Ljava/lang/StringBuilder;-><init>(Ljava/lang/String;)V
    sget-object v1, Ltest/chain/Shop;->f{last}:Ljava/lang/String;
    invoke-virtual {v0, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    move-result-object v1
    invoke-virtual {v1}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v1
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    return-void
.end method
"""
STEP = """.method public static s{one}()V
    .registers 1
    sget-object v0, Ltest/chain/Shop;->f{one}:Ljava/lang/String;
    sput-object v0, Ltest/chain/Shop;->f{next}:Ljava/lang/String;
    return-void
.end method
"""


def chain(steps: int) -> bytes:
    """A class that passes a text on over fields, to an address that it puts together."""
    fields = "".join(f".field public static f{one}:Ljava/lang/String;\n" for one in range(steps + 1))
    methods = (STEP.replace("{one}", str(one)).replace("{next}", str(one + 1)) for one in range(steps))
    builder = DexBuilder()
    builder.add(ClassReader().read(HEAD.replace("{last}", str(steps)) + fields + "".join(methods)))
    data, unread = builder.finish()
    assert not unread
    return data


@each(("steps", "ended"), [(3, False), (10, False), (13, False), (30, True)])
def test_a_chain_of_fields_is_followed_to_its_end(steps: int, ended: bool) -> None:
    """Beyond the limit the app is only partly read, by a limit of tieback."""
    finds = SEARCH.finds([read_dex("classes.dex", chain(steps))[0]])
    kinds = [one.unread for one in finds if isinstance(one, Problem)]
    assert kinds == [UnreadKind.UNFOLLOWED] * ended
