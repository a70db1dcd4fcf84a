# A reader of JSON makes it
.class public Ltest/shop/app/Document;
.super Ljava/lang/Object;

.field public step:Ltest/shop/app/Fielded;
