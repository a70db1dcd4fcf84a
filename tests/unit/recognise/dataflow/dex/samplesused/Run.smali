.class public Lorg/other/Run;
.super Ljava/lang/Object;

.method public static read()Ljava/lang/String;
    .registers 1
    sget-object v0, Lorg/other/demo/ByField;->url:Ljava/lang/String;
    const-class v0, Lorg/other/demo/ByClass;
    const-string v0, "org.other.demo.ByName"
    return-object v0
.end method
