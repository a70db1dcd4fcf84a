# Addresses that other apps get to share, and one that a payment service calls.
.class public Ltest/shop/Shares;
.super Landroid/app/Activity;

.method public onCreate(Landroid/os/Bundle;)V
    .registers 6
    invoke-super {p0, p1}, Landroid/app/Activity;->onCreate(Landroid/os/Bundle;)V
    new-instance v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;
    invoke-direct {v0}, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;-><init>()V
    const-string v1, "https://sharedpage.shop.test/a"
    iput-object v1, v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;->webpageUrl:Ljava/lang/String;
    new-instance v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;
    invoke-direct {v0}, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;-><init>()V
    const-string v1, "https://sharedandasked.shop.test/a"
    iput-object v1, v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;->webpageUrl:Ljava/lang/String;
    new-instance v2, Ljava/net/URL;
    invoke-direct {v2, v1}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v2}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    new-instance v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;
    invoke-direct {v0}, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;-><init>()V
    const-string v1, "https://sharedfile.shop.test/a"
    iput-object v1, v0, Lcom/tencent/mm/opensdk/modelmsg/WXWebpageObject;->extInfo:Ljava/lang/String;
    new-instance v0, Lcom/umeng/socialize/media/UMWeb;
    const-string v1, "https://sharedweb.shop.test/a"
    invoke-direct {v0, v1}, Lcom/umeng/socialize/media/UMWeb;-><init>(Ljava/lang/String;)V
    const-string v1, "https://label.shop.test/a"
    invoke-static {v1}, Lanywheresoftware/b4a/BA;->ObjectToCharSequence(Ljava/lang/Object;)Ljava/lang/CharSequence;
    move-result-object v1
    const/4 v0, 0x0
    check-cast v0, Lanywheresoftware/b4a/objects/LabelWrapper;
    invoke-virtual {v0, v1}, Lanywheresoftware/b4a/objects/LabelWrapper;->setText(Ljava/lang/CharSequence;)V
    const-string v1, "https://browser.shop.test/a"
    invoke-static {v1}, Lanywheresoftware/b4a/phone/Phone$PhoneIntents;->OpenBrowser(Ljava/lang/String;)Landroid/content/Intent;
    const-string v1, "https://webview.shop.test/a"
    invoke-static {v1}, Lanywheresoftware/b4a/objects/WebViewWrapper;->LoadUrl(Ljava/lang/String;)V
    new-instance v0, Ljava/util/HashMap;
    invoke-direct {v0}, Ljava/util/HashMap;-><init>()V
    const-string v1, "notify_url"
    const-string v2, "https://notified.shop.test/a"
    invoke-virtual {v0, v1, v2}, Ljava/util/HashMap;->put(Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    invoke-static {v0}, Lcom/pay/Task;->pay(Ljava/util/Map;)V
    const-string v0, "&notify_url=\"https://paid.shop.test/a\""
    invoke-static {v0}, Lcom/pay/Task;->order(Ljava/lang/String;)V
    const-string v0, "&server_url=\"https://paying.shop.test/a\""
    invoke-static {v0}, Lcom/pay/Task;->order(Ljava/lang/String;)V
    invoke-static {}, Ltest/shop/Shares;->text()V
    return-void
.end method

.method public static text()V
    .registers 8
    invoke-static {}, Landroid/telephony/SmsManager;->getDefault()Landroid/telephony/SmsManager;
    move-result-object v0
    const-string v1, "112"
    const/4 v2, 0x0
    new-instance v3, Ljava/lang/StringBuilder;
    invoke-direct {v3}, Ljava/lang/StringBuilder;-><init>()V
    const-string v4, "Last place: https://texted.shop.test/a"
    invoke-virtual {v3, v4}, Ljava/lang/StringBuilder;->append(Ljava/lang/String;)Ljava/lang/StringBuilder;
    invoke-virtual {v3, v2}, Ljava/lang/StringBuilder;->append(Ljava/lang/Object;)Ljava/lang/StringBuilder;
    invoke-virtual {v3}, Ljava/lang/StringBuilder;->toString()Ljava/lang/String;
    move-result-object v3
    const/4 v4, 0x0
    const/4 v5, 0x0
    invoke-virtual/range {v0 .. v5}, Landroid/telephony/SmsManager;->sendTextMessage(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Landroid/app/PendingIntent;Landroid/app/PendingIntent;)V
    const-string v3, "https://textedparts.shop.test/a"
    invoke-virtual {v0, v3}, Landroid/telephony/SmsManager;->divideMessage(Ljava/lang/String;)Ljava/util/ArrayList;
    move-result-object v3
    invoke-virtual/range {v0 .. v5}, Landroid/telephony/SmsManager;->sendMultipartTextMessage(Ljava/lang/String;Ljava/lang/String;Ljava/util/ArrayList;Ljava/util/ArrayList;Ljava/util/ArrayList;)V
    const-string v3, "https://textedandasked.shop.test/a"
    invoke-virtual/range {v0 .. v5}, Landroid/telephony/SmsManager;->sendTextMessage(Ljava/lang/String;Ljava/lang/String;Ljava/lang/String;Landroid/app/PendingIntent;Landroid/app/PendingIntent;)V
    new-instance v4, Ljava/net/URL;
    invoke-direct {v4, v3}, Ljava/net/URL;-><init>(Ljava/lang/String;)V
    invoke-virtual {v4}, Ljava/net/URL;->openStream()Ljava/io/InputStream;
    const/4 v1, 0x0
    const-string v3, "https://multimedia.shop.test/a"
    const/4 v4, 0x0
    invoke-virtual/range {v0 .. v5}, Landroid/telephony/SmsManager;->sendMultimediaMessage(Landroid/content/Context;Landroid/net/Uri;Ljava/lang/String;Landroid/os/Bundle;Landroid/app/PendingIntent;)V
    return-void
.end method

.method public static size(Landroid/util/AttributeSet;)I
    .registers 5
    const-string v0, "https://namespace.shop.test/a"
    const-string v1, "size"
    const/4 v2, 0x0
    invoke-interface {p0, v0, v1, v2}, Landroid/util/AttributeSet;->getAttributeIntValue(Ljava/lang/String;Ljava/lang/String;I)I
    move-result v0
    return v0
.end method
