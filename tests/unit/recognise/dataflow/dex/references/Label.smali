.class public Ltest/shop/Label;
.super Landroid/widget/TextView;
