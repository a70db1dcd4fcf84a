.class public Ltest/shop/app/Child;
.super Ltest/shop/app/Parent;
