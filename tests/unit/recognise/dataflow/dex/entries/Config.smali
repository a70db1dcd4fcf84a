.class public final Ltest/entries/Config;
.super Ljava/lang/Object;

# A shrinker renames the field, and keeps its annotation.
.field public a:Ljava/lang/String;
    .annotation runtime Lcom/google/gson/annotations/SerializedName;
        value = "api_host"
    .end annotation
.end field
.field public port:I
.field public other:Ljava/lang/String;
