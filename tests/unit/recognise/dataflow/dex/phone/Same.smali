.class public Ltest/same/Same;
.super Ljava/lang/Object;

# The class of the phone requests what it gets
.method static use(Ljava/lang/String;)V
    .registers 2
    new-instance v0, Ljava/net/URL;
    invoke-direct {v0, p0}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    return-void
.end method

.method static phone()V
    .registers 1
    const-string v0, "https://phone.same.test/"
    invoke-static {v0}, Ltest/same/Same;->use(Ljava/lang/String;)V
    return-void
.end method
