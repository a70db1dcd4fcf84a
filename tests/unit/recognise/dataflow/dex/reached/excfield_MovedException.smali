.class public Ltest/excfield/app/MovedException;
.super Ljava/io/IOException;
.field public to:Ljava/lang/String;
.method public constructor <init>(Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0}, Ljava/io/IOException;-><init>()V
    iput-object p1, p0, Ltest/excfield/app/MovedException;->to:Ljava/lang/String;
    return-void
.end method
