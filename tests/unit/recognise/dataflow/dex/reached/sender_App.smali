.class public Ltest/sender/app/App;
.super Landroid/app/Application;
    .annotation runtime Lorg/acra/annotation/ReportsCrashes;
    reportSenderFactoryClasses = { Ltest/sender/app/Factory; }
    .end annotation
.method public constructor <init>()V
    .locals 11
    invoke-direct {p0}, Landroid/app/Application;-><init>()V
    return-void
.end method
