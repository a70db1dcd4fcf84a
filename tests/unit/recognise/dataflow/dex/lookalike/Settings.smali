.class public Ltest/lib/Settings;
.super Ljava/lang/Object;

.field public static final READ:Ljava/lang/String; = "https://read.shop.test/"
.field public static final UNREAD:Ljava/lang/String; = "https://unread.shop.test/"

.method public static open()V
    .registers 1
    sget-object v0, Ltest/lib/Settings;->READ:Ljava/lang/String;
    invoke-static {v0}, Ltest/other/Net;->get(Ljava/lang/String;)V
    return-void
.end method

# A number whose halves are those of: sget-object v0, UNREAD
.method public static number()I
    .registers 1
    const v0, 0x10062
    return v0
.end method
