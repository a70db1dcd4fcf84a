# The only screen: a line of text and a button. Each opening and each tap asks the back end on a thread of its own.
.class public final Lcom/tillroll/pos/TillActivity;
.super Landroid/app/Activity;
.implements Landroid/view/View$OnClickListener;
.source "TillActivity.java"

.field private status:Landroid/widget/TextView;

.method public constructor <init>()V
    .locals 0

    invoke-direct {p0}, Landroid/app/Activity;-><init>()V
    return-void
.end method

.method protected onCreate(Landroid/os/Bundle;)V
    .locals 1

    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V

    const v0, 0x7f030000    # layout/main
    invoke-virtual {p0, v0}, Lcom/tillroll/pos/TillActivity;->setContentView(I)V

    const v0, 0x7f050001    # id/status
    invoke-virtual {p0, v0}, Lcom/tillroll/pos/TillActivity;->findViewById(I)Landroid/view/View;
    move-result-object v0
    check-cast v0, Landroid/widget/TextView;
    iput-object v0, p0, Lcom/tillroll/pos/TillActivity;->status:Landroid/widget/TextView;

    const v0, 0x7f050000    # id/ask
    invoke-virtual {p0, v0}, Lcom/tillroll/pos/TillActivity;->findViewById(I)Landroid/view/View;
    move-result-object v0
    invoke-virtual {v0, p0}, Landroid/view/View;->setOnClickListener(Landroid/view/View$OnClickListener;)V

    invoke-static {p0}, Ltest/vendorsdk/telemetry/Telemetry;->opened(Landroid/content/Context;)V
    invoke-direct {p0}, Lcom/tillroll/pos/TillActivity;->ask()V
    return-void
.end method

.method public onClick(Landroid/view/View;)V
    .locals 0

    invoke-direct {p0}, Lcom/tillroll/pos/TillActivity;->ask()V
    return-void
.end method

.method private ask()V
    .locals 3

    new-instance v0, Ljava/lang/Thread;
    new-instance v1, Lcom/tillroll/pos/StoreCheck;
    invoke-direct {v1, p0}, Lcom/tillroll/pos/StoreCheck;-><init>(Lcom/tillroll/pos/TillActivity;)V
    const-string v2, "store-check"
    invoke-direct {v0, v1, v2}, Ljava/lang/Thread;-><init>(Ljava/lang/Runnable;Ljava/lang/String;)V
    invoke-virtual {v0}, Ljava/lang/Thread;->start()V
    return-void
.end method

# Called from any thread.
.method public show(Ljava/lang/String;)V
    .locals 2

    new-instance v0, Lcom/tillroll/pos/ShowText;
    iget-object v1, p0, Lcom/tillroll/pos/TillActivity;->status:Landroid/widget/TextView;
    invoke-direct {v0, v1, p1}, Lcom/tillroll/pos/ShowText;-><init>(Landroid/widget/TextView;Ljava/lang/String;)V
    invoke-virtual {p0, v0}, Lcom/tillroll/pos/TillActivity;->runOnUiThread(Ljava/lang/Runnable;)V
    return-void
.end method
