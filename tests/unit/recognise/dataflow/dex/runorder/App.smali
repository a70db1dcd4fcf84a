# Sets a static value before the screen reads it.
.class public Ltest/runorder/App;
.super Landroid/app/Application;
.field static stage:Ljava/lang/String;
.method public onCreate()V
    .registers 2
    const-string v0, "north"
    sput-object v0, Ltest/runorder/App;->stage:Ljava/lang/String;
    return-void
.end method
