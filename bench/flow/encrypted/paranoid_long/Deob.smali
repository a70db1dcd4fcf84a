.class public Lp2/Deob;
.super Ljava/lang/Object;

.field private static final chunks:[Ljava/lang/String;
.method static constructor <clinit>()V
    .registers 3
    const/4 v0, 0x1
    new-array v0, v0, [Ljava/lang/String;
    const-string v1, "\u2266\u2266\u2266\u2266\u2266\u2266\u2266\u2266\u2266\u0a67\u3175\u9bdc\u1d4b\u251b\u7b28\uab17\u0edc\ud047\u1676\u5f43\uab30\u2d9b\u3b80\uc405\u1d9f\uae59\u9019\u34ad\ud4ae\u436d\uf001\u6069\u934f\u26ee\ude05\uc1ed\uf35b\uf093\ucb7a\u7bdf"
    const/4 v2, 0x0
    aput-object v1, v0, v2
    sput-object v0, Lp2/Deob;->chunks:[Ljava/lang/String;
    return-void
.end method
.method public static getString(J)Ljava/lang/String;
    .registers 3
    sget-object v0, Lp2/Deob;->chunks:[Ljava/lang/String;
    invoke-static {p0, p1, v0}, Lp2/Helper;->getString(J[Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-object v0
.end method

