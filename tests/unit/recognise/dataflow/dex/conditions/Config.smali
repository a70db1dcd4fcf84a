.class public Ltest/shop/Config;
.super Ljava/lang/Object;

# Flags: nobody sets the first; a method without a caller the second; one that is called with true and false the third
.field static unset:Z
.field static uncalled:Z
.field static chosen:Z
.field static unknown:Z
.field static initial:Z = true
.field static started:Z
.field static late:Z
.field static asked:Z
.field static test:Ljava/lang/String;
.field static live:Ljava/lang/String;
.field static otherTest:Ljava/lang/String;
.field static otherLive:Ljava/lang/String;
.field static named:Z
.field static byPlatform:Z
.field static byListener:Z
.field static byMaker:Z

# The first flag is set at once, the second behind a condition, the third after code that can see it
.method static constructor <clinit>()V
    .registers 2
    const-string v0, "https://keptfortests.shop.test/a"
    invoke-virtual {v0}, Ljava/lang/String;->length()I
    sput-object v0, Ltest/shop/Config;->test:Ljava/lang/String;
    const-string v0, "https://keptforlive.shop.test/a"
    sput-object v0, Ltest/shop/Config;->live:Ljava/lang/String;
    const-string v0, "https://returnedfortests.shop.test/a"
    sput-object v0, Ltest/shop/Config;->otherTest:Ljava/lang/String;
    const-string v0, "https://returnedforlive.shop.test/a"
    sput-object v0, Ltest/shop/Config;->otherLive:Ljava/lang/String;
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->started:Z
    invoke-static {}, Ltest/shop/Asker;->prepare()V
    sput-boolean v0, Ltest/shop/Config;->asked:Z
    invoke-static {}, Ljava/lang/Thread;->interrupted()Z
    move-result v1
    if-nez v1, :end
    sput-boolean v0, Ltest/shop/Config;->late:Z
    :end
    return-void
.end method

.method static setUncalled()V
    .registers 1
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->uncalled:Z
    return-void
.end method

.method static setChosen(Z)V
    .registers 1
    sput-boolean p0, Ltest/shop/Config;->chosen:Z
    return-void
.end method

.method static choose()V
    .registers 1
    const/4 v0, 0x0
    invoke-static {v0}, Ltest/shop/Config;->setChosen(Z)V
    const/4 v0, 0x1
    invoke-static {v0}, Ltest/shop/Config;->setChosen(Z)V
    return-void
.end method

# Set from a text, whose value is not known
.method static setUnknown(Ljava/lang/String;)V
    .registers 2
    invoke-virtual {p0}, Ljava/lang/String;->isEmpty()Z
    move-result v0
    sput-boolean v0, Ltest/shop/Config;->unknown:Z
    return-void
.end method

.method static fill()V
    .registers 1
    const-string v0, "x"
    invoke-static {v0}, Ltest/shop/Config;->setUnknown(Ljava/lang/String;)V
    return-void
.end method

# A method whose name the code loads can be called by it
.method static setNamed()V
    .registers 1
    const/4 v0, 0x1
    sput-boolean v0, Ltest/shop/Config;->named:Z
    return-void
.end method

.method static reflect()Ljava/lang/String;
    .registers 1
    const-string v0, "setNamed"
    return-object v0
.end method
