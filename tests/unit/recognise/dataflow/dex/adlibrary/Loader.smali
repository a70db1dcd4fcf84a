.class public Lcom/google/android/gms/internal/Loader;
.super Ljava/lang/Object;

.method public static load()V
    .registers 1
    const-string v0, "https://googleads.g.doubleclick.net/mads/sdk.html"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-string v0, "//pagead2.googlesyndication.com/pagead/gen_204"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://media.admob.com/shared.js"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    const-string v0, "https://www.google-analytics.com/collect"
    invoke-static {v0}, Lother/lib/Client;->get(Ljava/lang/String;)V
    return-void
.end method
