# An engine for scripts
.class public Lbsh/Interpreter;
.super Ljava/lang/Object;

.method public set(Ljava/lang/String;Ljava/lang/Object;)V
    .registers 3
    return-void
.end method

# The engine gives scripts an object of its own
.method public start()V
    .registers 2
    const-string v0, "bsh"
    invoke-virtual {p0, v0, p0}, Lbsh/Interpreter;->set(Ljava/lang/String;Ljava/lang/Object;)V
    return-void
.end method
