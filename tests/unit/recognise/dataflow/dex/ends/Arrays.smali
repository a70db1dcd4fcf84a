.class public Ltest/shop/Arrays;
.super Ljava/lang/Object;

# Arrays that the initialiser fills; the last part of each host names the case.
.field public static final UNREAD:[Ljava/lang/String;
.field public static final FILLED:[Ljava/lang/String;
.field public static final READ:[Ljava/lang/String;
.field public static final REFILLED:[Ljava/lang/String;
.field public static final LOCAL:[Ljava/lang/String;
.field public static final FIRST:Ljava/lang/String;
.field public static final ROW:[Ljava/lang/String;
.field public static final ROWS:[[Ljava/lang/String;
.field public static final SHARED:[Ljava/lang/String;
.field public static final LIST:[Ljava/lang/String;
.field public static final NAMED:[Ljava/lang/String;

.method static constructor <clinit>()V
    .registers 6
    const/4 v0, 0x2
    const/4 v1, 0x0
    const/4 v2, 0x1

    # Only in a field that no code reads; another text is beside it
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arrayunread.shop.test/a"
    aput-object v4, v3, v1
    const-string v4, "https://arraysecond.shop.test/a"
    aput-object v4, v3, v2
    sput-object v3, Ltest/shop/Arrays;->UNREAD:[Ljava/lang/String;

    const-string v4, "https://arrayfilled.shop.test/a"
    filled-new-array {v4, v4}, [Ljava/lang/String;
    move-result-object v3
    sput-object v3, Ltest/shop/Arrays;->FILLED:[Ljava/lang/String;

    # In fields that a method reads
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arrayread.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->READ:[Ljava/lang/String;

    const-string v4, "https://arrayrefilled.shop.test/a"
    filled-new-array {v4}, [Ljava/lang/String;
    move-result-object v3
    sput-object v3, Ltest/shop/Arrays;->REFILLED:[Ljava/lang/String;

    # A shrinker reads the element from the array, not from the field
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arraylocal.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->LOCAL:[Ljava/lang/String;
    aget-object v4, v3, v1
    sput-object v4, Ltest/shop/Arrays;->FIRST:Ljava/lang/String;

    # Also a row of a table
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arrayrow.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->ROW:[Ljava/lang/String;
    new-array v4, v0, [[Ljava/lang/String;
    aput-object v3, v4, v1
    sput-object v4, Ltest/shop/Arrays;->ROWS:[[Ljava/lang/String;

    # An array of other code
    invoke-static {}, Ltest/shop/Other;->servers()[Ljava/lang/String;
    move-result-object v3
    const-string v4, "https://arrayshared.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->SHARED:[Ljava/lang/String;

    # Also an argument of a call
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arraylist.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->LIST:[Ljava/lang/String;
    invoke-static {v3}, Ltest/shop/Other;->take([Ljava/lang/String;)V

    # In a field that native code can read by its name
    new-array v3, v0, [Ljava/lang/String;
    const-string v4, "https://arraynamed.shop.test/a"
    aput-object v4, v3, v1
    sput-object v3, Ltest/shop/Arrays;->NAMED:[Ljava/lang/String;
    return-void
.end method

.method static reads()V
    .registers 3
    const/4 v1, 0x0
    sget-object v0, Ltest/shop/Arrays;->READ:[Ljava/lang/String;
    aget-object v0, v0, v1
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    sget-object v0, Ltest/shop/Arrays;->REFILLED:[Ljava/lang/String;
    aget-object v0, v0, v1
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    sget-object v0, Ltest/shop/Arrays;->FIRST:Ljava/lang/String;
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    sget-object v0, Ltest/shop/Arrays;->ROWS:[[Ljava/lang/String;
    aget-object v0, v0, v1
    aget-object v0, v0, v1
    invoke-static {v0}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method

# Only in a field that no code reads, and another method fills it
.method static later()V
    .registers 4
    const/4 v1, 0x1
    new-array v0, v1, [Ljava/lang/String;
    const/4 v1, 0x0
    const-string v2, "https://arraylater.shop.test/a"
    aput-object v2, v0, v1
    sput-object v0, Ltest/shop/Arrays;->UNREAD:[Ljava/lang/String;
    return-void
.end method

# Arrays that a method only compares with a text, also as a list or set
.method static compared(Ljava/lang/String;)Z
    .registers 8
    const/4 v0, 0x1
    const/4 v1, 0x0
    new-array v2, v0, [Ljava/lang/String;
    const-string v3, "https://arrayequal.shop.test/a"
    aput-object v3, v2, v1
    aget-object v3, v2, v1
    invoke-virtual {p0, v3}, Ljava/lang/String;->equals(Ljava/lang/Object;)Z
    new-array v2, v0, [Ljava/lang/String;
    const-string v3, "https://arrayinlist.shop.test/a"
    aput-object v3, v2, v1
    invoke-static {v2}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v2
    invoke-interface {v2, p0}, Ljava/util/List;->contains(Ljava/lang/Object;)Z
    const-string v3, "https://arrayinset.shop.test/a"
    filled-new-array {v3}, [Ljava/lang/String;
    move-result-object v2
    invoke-static {v2}, Lkotlin/collections/SetsKt;->setOf([Ljava/lang/Object;)Ljava/util/Set;
    move-result-object v2
    invoke-interface {v2, p0}, Ljava/util/Set;->contains(Ljava/lang/Object;)Z
    move-result v0
    return v0
.end method

# And one that it requests, from a list
.method static requested()V
    .registers 4
    const/4 v0, 0x1
    const/4 v1, 0x0
    new-array v2, v0, [Ljava/lang/String;
    const-string v3, "https://arrayfromlist.shop.test/a"
    aput-object v3, v2, v1
    invoke-static {v2}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;
    move-result-object v2
    invoke-interface {v2, v1}, Ljava/util/List;->get(I)Ljava/lang/Object;
    move-result-object v2
    check-cast v2, Ljava/lang/String;
    invoke-static {v2}, Ltest/shop/Ends;->get(Ljava/lang/String;)V
    return-void
.end method
