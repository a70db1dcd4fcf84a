# A reader of JSON gets this class, and fills the objects in its fields too
.class public Ltest/shop/Around;
.super Ljava/lang/Object;

.field public nested:Ltest/shop/Nested;
