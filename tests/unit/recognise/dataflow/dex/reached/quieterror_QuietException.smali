.class public Ltest/quieterror/app/QuietException;
.super Ljava/io/IOException;
.method public constructor <init>(Ljava/lang/String;)V
    .locals 11
    invoke-direct {p0, p1}, Ljava/io/IOException;-><init>(Ljava/lang/String;)V
    return-void
.end method
