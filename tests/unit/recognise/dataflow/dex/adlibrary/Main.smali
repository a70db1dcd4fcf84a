.class public Ltest/shop/app/Main;
.super Landroid/app/Activity;
