.class public Ltest/shop/Plain;
.super Landroid/widget/TextView;
