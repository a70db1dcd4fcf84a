.class public Ltest/shop/app/Route;
.super Ljava/lang/Object;

.annotation system Ldalvik/annotation/Signature;
    value = { "Lcom/router/Route<", "Ltest/shop/app/Hidden;", ">;" }
.end annotation
