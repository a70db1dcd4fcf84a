"""Annotations of classes of the app, and the values of their elements."""

import pytest

from tests.smali_apps import endpoints

CLASS = "Ljava/lang/Class;"
APP = """
    .class public interface abstract annotation Lshop/Path;
    .super Ljava/lang/Object;
    .implements Ljava/lang/annotation/Annotation;
    .annotation system Ldalvik/annotation/AnnotationDefault;
    value = .subannotation Lshop/Path;
    version = "v1"
    .end subannotation
    .end annotation
    .method public abstract value()Ljava/lang/String;
    .end method
    .method public abstract version()Ljava/lang/String;
    .end method
    .class public Lshop/Order;
    .super Ljava/lang/Object;
    .annotation runtime Lshop/Path;
    value = "orders"
    @
    .end annotation
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    const-class v0, Lshop/#;
    const-class v1, Lshop/Path;
    invoke-virtual {v0, v1}, Ljava/lang/Class;->getAnnotation(Ljava/lang/Class;)Ljava/lang/annotation/Annotation;
    move-result-object v1
    check-cast v1, Lshop/Path;
    const-string v0, "https://api.shop.test/"
    invoke-interface {v1}, Lshop/Path;->version()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v0, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    const-string v2, "/"
    invoke-virtual {v0, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-interface {v1}, Lshop/Path;->value()Ljava/lang/String;
    move-result-object v2
    invoke-virtual {v0, v2}, Ljava/lang/String;->concat(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    new-instance v1, Ljava/net/URL;
    invoke-direct {v1, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v1}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
    .end method
"""


@pytest.mark.parametrize(
    ("element", "of", "address"),
    [
        ("", "Order", "https://api.shop.test/v1/orders"),
        ('version = "v7"', "Order", "https://api.shop.test/v7/orders"),
        ("", "Main", "https://api.shop.test"),
    ],
    ids=["a default", "a value", "a class without the annotation"],
)
def test_an_address_has_the_values_of_an_annotation(element: str, of: str, address: str) -> None:
    assert endpoints(APP.replace("@", element).replace("#", of)) - {"https://api.shop.test"} == {address} - {
        "https://api.shop.test"
    }
