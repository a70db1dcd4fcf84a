# Code finds its static field by the name
.class public Ltest/shop/Flags;
.super Ljava/lang/Object;

.field public static test:Z
