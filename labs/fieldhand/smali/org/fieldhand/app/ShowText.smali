# Sets a view's text, on the thread that owns it.
.class final Lorg/fieldhand/app/ShowText;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.source "ShowText.java"

.field private final text:Ljava/lang/String;

.field private final view:Landroid/widget/TextView;

.method constructor <init>(Landroid/widget/TextView;Ljava/lang/String;)V
    .locals 0

    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lorg/fieldhand/app/ShowText;->view:Landroid/widget/TextView;
    iput-object p2, p0, Lorg/fieldhand/app/ShowText;->text:Ljava/lang/String;
    return-void
.end method

.method public run()V
    .locals 2

    iget-object v0, p0, Lorg/fieldhand/app/ShowText;->view:Landroid/widget/TextView;
    iget-object v1, p0, Lorg/fieldhand/app/ShowText;->text:Ljava/lang/String;
    invoke-virtual {v0, v1}, Landroid/widget/TextView;->setText(Ljava/lang/CharSequence;)V
    return-void
.end method
