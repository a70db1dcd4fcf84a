.class Ltest/innerlisted/app/Jobs;
.super Ljava/lang/Object;
.annotation system Ldalvik/annotation/MemberClasses;
    value = {
        Ltest/innerlisted/app/Jobs$Sync;
    }
.end annotation
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
