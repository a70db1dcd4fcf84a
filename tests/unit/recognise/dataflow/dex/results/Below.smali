.class public Ltest/shop/Below;
.super Ltest/shop/Base;
.implements Ltest/shop/Sited;
