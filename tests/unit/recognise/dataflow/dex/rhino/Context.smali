# A class of an interpreter of scripts
.class public Lorg/mozilla/javascript/Context;
.super Ljava/lang/Object;
