# A short name of a password, with and without the host of its service
.class public final Ltest/shop/Sync;
.super Ljava/lang/Object;

.field public static final FTP_HOST:Ljava/lang/String; = "ftp.shop.test"
.field public static final FTP_PASS:Ljava/lang/String; = "torfstich"
.field public static final NAS_PASS:Ljava/lang/String; = "moorgras"
