"""Ports that code computes of a number in an object."""

from tests.smali_apps import endpoints

APP = """
    .class public Lshop/Options;
    .super Ljava/lang/Object;
    .field private port:I
    .method public constructor <init>(I)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput p1, p0, Lshop/Options;->port:I
    return-void
    .end method
    .method public port()I
    .registers 2
    iget v0, p0, Lshop/Options;->port:I
    return v0
    .end method
    .class public Lshop/Link;
    .super Ljava/lang/Object;
    .field private options:Lshop/Options;
    .method public constructor <init>(Lshop/Options;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Link;->options:Lshop/Options;
    return-void
    .end method
    .method public open()V
    .registers 5
    iget-object v0, p0, Lshop/Link;->options:Lshop/Options;
    invoke-virtual {v0}, Lshop/Options;->port()I
    move-result v0
    COMPUTED
    const-string v1, "link.shop.test"
    new-instance v2, Ljava/net/Socket;
    invoke-direct {v2, v1, v0}, Ljava/net/Socket;-><init>(Ljava/lang/String;I)V
    return-void
    .end method
    .class public Lshop/Start;
    .super Ljava/lang/Object;
    .method public static start()V
    .registers 4
    new-instance v0, Lshop/Options;
    const/16 v1, 0x2330
    invoke-direct {v0, v1}, Lshop/Options;-><init>(I)V
    new-instance v1, Lshop/Link;
    invoke-direct {v1, v0}, Lshop/Link;-><init>(Lshop/Options;)V
    invoke-virtual {v1}, Lshop/Link;->open()V
    return-void
    .end method
"""


def test_the_next_port_is_computed_once_the_number_is_known() -> None:
    assert endpoints(APP.replace("COMPUTED", "add-int/lit8 v0, v0, 0x1")) == {"link.shop.test:9009"}


def test_an_operation_of_two_unknown_numbers_gives_no_port() -> None:
    other = "invoke-static {}, Lother/Api;->shift()I\nmove-result v1\nadd-int/2addr v0, v1"
    assert not {one for one in endpoints(APP.replace("COMPUTED", other)) if ":90" in one}
