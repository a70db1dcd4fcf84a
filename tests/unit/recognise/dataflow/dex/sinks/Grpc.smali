.class public Ltest/shop/Grpc;
.super Ljava/lang/Object;

# Channels of old versions of gRPC, made by their provider
.method static channel()V
    .registers 4
    new-instance v0, Lio/grpc/okhttp/OkHttpChannelProvider;
    invoke-direct {v0}, Lio/grpc/okhttp/OkHttpChannelProvider;-><init>()V
    const-string v1, "speech.shop.test"
    const/16 v2, 0x1f90
    invoke-virtual {v0, v1, v2}, Lio/grpc/okhttp/OkHttpChannelProvider;->builderForAddress(Ljava/lang/String;I)Lio/grpc/okhttp/OkHttpChannelBuilder;
    const-string v1, "target.shop.test"
    invoke-virtual {v0, v1}, Lio/grpc/okhttp/OkHttpChannelProvider;->builderForTarget(Ljava/lang/String;)Lio/grpc/okhttp/OkHttpChannelBuilder;
    return-void
.end method
