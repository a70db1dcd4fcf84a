"""Texts that a loop makes longer, if the number of its turns is not known."""

from tests.each import each
from tests.smali_apps import endpoints

BUILDER = "Ljava/lang/StringBuilder;"
APPEND = f"invoke-virtual {{v0, REG}}, {BUILDER}->append(Ljava/lang/String;){BUILDER}\n"
HEAD = f"""
    .class public Lshop/Api;
    .super Ljava/lang/Object;
    .method public static open(Ljava/util/List;Z)V
    .registers 8
    new-instance v0, {BUILDER}
    const-string v1, "https://loop.shop.test"
    invoke-direct {{v0, v1}}, {BUILDER}-><init>(Ljava/lang/String;)V
"""
LOOP = """
    invoke-interface {p0}, Ljava/util/List;->iterator()Ljava/util/Iterator;
    move-result-object v1
    :next
    invoke-interface {v1}, Ljava/util/Iterator;->hasNext()Z
    move-result v2
    if-eqz v2, :done
    invoke-interface {v1}, Ljava/util/Iterator;->next()Ljava/lang/Object;
    move-result-object v2
    check-cast v2, Ljava/lang/String;
    TURN
    goto :next
    :done
"""
SLASH = 'const-string v3, "/"\n' + APPEND.replace("REG", "v3") + APPEND.replace("REG", "v2")
QUERY = 'const-string v3, "&q="\n' + APPEND.replace("REG", "v3") + APPEND.replace("REG", "v2")
LOGGED = 'const-string v3, "part"\ninvoke-static {v3, v2}, Landroid/util/Log;->d(Ljava/lang/String;Ljava/lang/String;)I'
LAST = 'const-string v3, "/classes"\n' + APPEND.replace("REG", "v3")
PATH = 'const-string v3, "/list?all=1"\n' + APPEND.replace("REG", "v3")
END = f"""
    invoke-virtual {{v0}}, {BUILDER}->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {{v1, v0}}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {{v1}}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""
EITHER = "if-eqz p1, :other\n" + LOOP.replace("TURN", SLASH) + "goto :both\n:other\n" + LAST + ":both\n"
TEXT = """
    .class public Lshop/Api;
    .super Ljava/lang/Object;
    .method public static open(Ljava/util/List;Z)V
    .registers 8
    const-string v0, "https://loop.shop.test"
"""
JOINED = """
    const-string v3, "/"
    invoke-virtual {v0, v3}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-virtual {v0, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
"""
LAST_JOINED = """
    const-string v3, "/classes"
    invoke-virtual {v0, v3}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
"""
HOST = "https://loop.shop.test"


def test_what_follows_the_loop_is_not_put_where_its_turns_are() -> None:
    assert endpoints(HEAD + LOOP.replace("TURN", SLASH) + LAST + END) == {HOST}


def test_the_same_for_a_text_in_a_register() -> None:
    end = END.replace(
        f"invoke-virtual {{v0}}, {BUILDER}->toString()Ljava/lang/String;\n    move-result-object v0\n", ""
    )
    assert endpoints(TEXT + LOOP.replace("TURN", JOINED) + LAST_JOINED + end) == {HOST}


@each(
    ("code", "address"),
    [
        (LOOP.replace("TURN", LOGGED) + LAST, f"{HOST}/classes"),
        (PATH + LOOP.replace("TURN", QUERY), f"{HOST}/list"),
        (LAST + LOOP.replace("TURN", SLASH), f"{HOST}/classes"),
        (EITHER, f"{HOST}/classes"),
    ],
    ids=["a loop that appends nothing", "a query", "before the loop", "another branch"],
)
def test_what_does_not_grow_stays_known(code: str, address: str) -> None:
    assert address in endpoints(HEAD + code + END)
