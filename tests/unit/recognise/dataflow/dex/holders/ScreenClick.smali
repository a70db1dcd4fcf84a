# The button of the screen
.class public Ltest/shop/ScreenClick;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.field public server:Landroidx/compose/runtime/MutableState;
.method public constructor <init>(Landroidx/compose/runtime/MutableState;)V
    .locals 11
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Ltest/shop/ScreenClick;->server:Landroidx/compose/runtime/MutableState;
    return-void
.end method
.method public run()V
    .locals 11
    iget-object v0, p0, Ltest/shop/ScreenClick;->server:Landroidx/compose/runtime/MutableState;
    invoke-static {v0}, Ltest/shop/Screen;->server(Landroidx/compose/runtime/MutableState;)Ljava/lang/String;
    move-result-object v1
    new-instance v9, Ljava/lang/StringBuilder;
    invoke-direct {v9}, Ljava/lang/StringBuilder;-><init>()V
    const-string v10, "http://"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9, v1}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    const-string v10, "/led"
    invoke-virtual {v9, v10}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v9}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v0
    new-instance v8, Ljava/net/URL;
    invoke-direct {v8, v0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v8}, Ljava/net/URL;->openConnection()Ljava/net/URLConnection;
    return-void
.end method
