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
    invoke-static {v3}, Ljava/util/Arrays;->asList([Ljava/lang/Object;)Ljava/util/List;

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

# Arrays of other methods are mostly arguments of a call
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
