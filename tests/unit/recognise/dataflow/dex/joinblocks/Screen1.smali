# What App Inventor writes for "join" with constants: the list of the texts, and a call with the title of the block
.class public Lappinventor/ai_shop/Till/Screen1;
.super Lcom/google/appinventor/components/runtime/Form;

.method public Open$Click()Ljava/lang/Object;
    .registers 8
    const-string v3, "http://"
    const-string v4, "192.168.60.1"
    const-string v5, "/on"
    invoke-static {v3, v4, v5}, Lgnu/lists/LList;->list3(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v3
    const/4 v0, 0x0
    const-string v4, "join"
    invoke-static {v0, v3, v0, v4}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public Compare$Click()Ljava/lang/Object;
    .registers 8
    const-string v3, "http://"
    const-string v4, "192.168.60.2"
    const-string v5, "/on"
    invoke-static {v3, v4, v5}, Lgnu/lists/LList;->list3(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v3
    const/4 v0, 0x0
    const-string v4, "string=?"
    invoke-static {v0, v3, v0, v4}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method

.method public Long$Click()Ljava/lang/Object;
    .registers 10
    const-string v3, "http://"
    invoke-static {v3}, Lgnu/lists/LList;->list1(Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v3
    const-string v4, "192.168.60.3"
    const-string v5, ":81"
    const-string v6, "/set"
    const-string v7, "?a="
    invoke-static {v3, v4, v5, v6, v7}, Lgnu/lists/LList;->chain4(Lgnu/lists/Pair;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Lgnu/lists/Pair;
    move-result-object v4
    const-string v5, "1"
    invoke-static {v4, v5}, Lgnu/lists/LList;->chain1(Lgnu/lists/Pair;Ljava/lang/Object;)Lgnu/lists/Pair;
    const/4 v0, 0x0
    const-string v4, "join"
    invoke-static {v0, v3, v0, v4}, Lcom/google/youngandroid/runtime;->callYailPrimitive(Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;Ljava/lang/Object;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
.end method
