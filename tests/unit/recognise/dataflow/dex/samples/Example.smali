.class public Lorg/maps/client/example/Example;
.super Ljava/lang/Object;

.field public static final HOME:Ljava/lang/String; = "https://constant.maps.test/"

.method public static main([Ljava/lang/String;)V
    .registers 2
    const-string v0, "https://example.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://constant.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://both.maps.test/"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://demo-project-1.firebaseio.com/maps"
    invoke-static {v0}, Lorg/maps/client/Client;->get(Ljava/lang/String;)V
    return-void
.end method
