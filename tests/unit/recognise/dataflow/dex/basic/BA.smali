.class public Lanywheresoftware/b4a/BA;
.super Ljava/lang/Object;
