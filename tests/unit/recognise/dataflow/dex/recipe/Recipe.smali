# What javac 9 and later write for a + b, where nothing turned it into a builder.
.class public Ltest/shop/Recipe;
.super Ljava/lang/Object;

.method static me(Ljava/lang/String;)Ljava/lang/String;
    .registers 3
    const-string v0, "/v2/me"
    invoke-custom {v0, p0}, call_site_0("makeConcatWithConstants", (Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;, "https://indy.shop.test\u0001?q=\u0001")@Ljava/lang/invoke/StringConcatFactory;->makeConcatWithConstants(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/invoke/CallSite;
    move-result-object v0
    return-object v0
.end method

.method static plain()Ljava/lang/String;
    .registers 3
    const-string v0, "https://both.shop.test"
    const-string v1, "/v5/all"
    invoke-custom {v0, v1}, call_site_1("makeConcatWithConstants", (Ljava/lang/String;Ljava/lang/String;)Ljava/lang/String;, "\u0001\u0001")@Ljava/lang/invoke/StringConcatFactory;->makeConcatWithConstants(Ljava/lang/invoke/MethodHandles$Lookup;Ljava/lang/String;Ljava/lang/invoke/MethodType;Ljava/lang/String;[Ljava/lang/Object;)Ljava/lang/invoke/CallSite;
    move-result-object v0
    return-object v0
.end method
