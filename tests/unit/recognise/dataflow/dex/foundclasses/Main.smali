.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;

.field private static name:Ljava/lang/String; = "test.shop.app.Valued"
.field private static title:Ljava/lang/String; = "byTitle"

.field private steps:Ljava/util/List;
    .annotation system Ldalvik/annotation/Signature;
        value = { "Ljava/util/List<", "Ltest/shop/app/Typed;", ">;" }
    .end annotation
.end field

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const-class v0, [Ltest/shop/app/Arrayed;
    invoke-static {v0}, Lorg/json/Reader;->read(Ljava/lang/Class;)Ljava/lang/Object;
    const-class v0, Ltest/shop/app/Document;
    invoke-static {v0}, Lorg/json/Reader;->read(Ljava/lang/Class;)Ljava/lang/Object;
    move-result-object v1
    check-cast v1, Ltest/shop/app/Step;
    invoke-interface {v1}, Ltest/shop/app/Step;->run()V
    new-instance v0, Ltest/shop/app/Pushed;
    invoke-static {v0}, Lother/lib/Reflector;->call(Ljava/lang/Object;)V
    new-instance v0, Ltest/shop/app/Titled;
    const-class v0, Ltest/shop/app/Scope;
    invoke-static {v0}, Lother/lib/Reflector;->show(Ljava/lang/Class;)V
    const-class v0, Ltest/shop/app/Regions;
    invoke-virtual {v0}, Ljava/lang/Class;->getFields()[Ljava/lang/reflect/Field;
    sget-object v0, Ltest/shop/app/Main;->name:Ljava/lang/String;
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    const-class v0, Ltest/shop/app/Net;
    new-instance v1, Ltest/shop/app/Offered;
    invoke-static {v0, v1}, Lorg/engine/Scripts;->set(Ljava/lang/Class;Ljava/lang/Object;)V
    new-instance v0, Ltest/shop/app/Common;
    new-instance v0, Ltest/shop/app/Aware;
    return-void
.end method
