.class public Lcom/google/android/gms/ads/AdActivity;
.super Landroid/app/Activity;
