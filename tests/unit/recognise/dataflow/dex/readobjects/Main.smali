# The app makes each object, and nothing calls the setters
.class public Ltest/shop/Main;
.super Landroid/app/Activity;

.field private static name:Ljava/lang/String; = "test.shop.Valued"

.method public onCreate(Landroid/os/Bundle;)V
    .registers 4
    const-class v0, [Ltest/shop/Arrayed;
    invoke-static {v0}, Lorg/json/Reader;->read(Ljava/lang/Class;)Ljava/lang/Object;
    const-class v0, Ltest/shop/Preset;
    invoke-static {v0}, Lorg/json/Reader;->read(Ljava/lang/Class;)Ljava/lang/Object;
    const-class v0, Ltest/shop/Document;
    invoke-static {v0}, Lorg/json/Reader;->read(Ljava/lang/Class;)Ljava/lang/Object;
    sget-object v0, Ltest/shop/Main;->name:Ljava/lang/String;
    invoke-static {v0}, Ljava/lang/Class;->forName(Ljava/lang/String;)Ljava/lang/Class;
    const-class v0, Ltest/shop/Flags;
    const-string v1, "test"
    invoke-virtual {v0, v1}, Ljava/lang/Class;->getDeclaredField(Ljava/lang/String;)Ljava/lang/reflect/Field;
    move-result-object v0
    const/4 v1, 0x1
    invoke-virtual {v0, v1, v1}, Ljava/lang/reflect/Field;->setBoolean(Ljava/lang/Object;Z)V
    invoke-static {}, Ltest/shop/Main;->ask()V
    const-class v0, Ltest/shop/Single;
    monitor-enter v0
    monitor-exit v0
    new-instance v0, Ltest/shop/Arrayed;
    invoke-direct {v0}, Ltest/shop/Arrayed;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Arrayed;)V
    new-instance v0, Ltest/shop/Counted;
    invoke-direct {v0}, Ltest/shop/Counted;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Counted;)V
    new-instance v0, Ltest/shop/Preset;
    invoke-direct {v0}, Ltest/shop/Preset;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Preset;)V
    new-instance v0, Ltest/shop/Single;
    invoke-direct {v0}, Ltest/shop/Single;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Single;)V
    new-instance v0, Ltest/shop/Answer;
    invoke-direct {v0}, Ltest/shop/Answer;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Answer;)V
    new-instance v0, Ltest/shop/Remote;
    invoke-direct {v0}, Ltest/shop/Remote;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Remote;)V
    new-instance v0, Ltest/shop/Kept;
    invoke-direct {v0}, Ltest/shop/Kept;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Kept;)V
    new-instance v0, Ltest/shop/Valued;
    invoke-direct {v0}, Ltest/shop/Valued;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Valued;)V
    new-instance v0, Ltest/shop/Updated;
    invoke-direct {v0}, Ltest/shop/Updated;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Updated;)V
    new-instance v0, Ltest/shop/Built;
    invoke-direct {v0}, Ltest/shop/Built;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Built;)V
    new-instance v0, Ltest/shop/Measured;
    invoke-direct {v0}, Ltest/shop/Measured;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Measured;)V
    new-instance v0, Ltest/shop/Listedtwice;
    invoke-direct {v0}, Ltest/shop/Listedtwice;-><init>()V
    invoke-static {v0}, Ltest/shop/Main;->ask(Ltest/shop/Listedtwice;)V
    new-instance v0, Ltest/shop/Updated;
    invoke-direct {v0}, Ltest/shop/Updated;-><init>()V
    invoke-static {v0}, Lorg/json/Mapper;->update(Ljava/lang/Object;)V
    new-instance v0, Ltest/shop/Measured;
    invoke-direct {v0}, Ltest/shop/Measured;-><init>()V
    invoke-static {v0}, Ljava/lang/System;->identityHashCode(Ljava/lang/Object;)I
    return-void
.end method

.method public static ask(Ltest/shop/Arrayed;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Arrayed;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://arrayed.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Counted;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Counted;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://counted.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Preset;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Preset;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://preset.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Single;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Single;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://single.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Answer;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Answer;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://answer.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Remote;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Remote;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://remote.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Kept;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Kept;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://kept.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Valued;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Valued;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://valued.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Updated;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Updated;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://updated.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Built;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Built;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://built.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Measured;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Measured;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://measured.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask(Ltest/shop/Listedtwice;)V
    .registers 3
    invoke-virtual {p0}, Ltest/shop/Listedtwice;->isTest()Z
    move-result v0
    if-eqz v0, :end
    const-string v1, "https://listedtwice.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method

.method public static ask()V
    .registers 3
    sget-boolean v0, Ltest/shop/Flags;->test:Z
    if-eqz v0, :end
    const-string v1, "https://flags.shop.test/a"
    invoke-static {v1}, Ltest/shop/Asker;->get(Ljava/lang/String;)V
    :end
    return-void
.end method
