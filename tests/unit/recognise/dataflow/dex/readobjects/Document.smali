# A reader of JSON makes it
.class public Ltest/shop/Document;
.super Ljava/lang/Object;

.field public tables:[[Ltest/shop/Listedtwice;
