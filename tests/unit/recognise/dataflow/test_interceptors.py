"""Interceptors of OkHttp, which put another host into the requests of a client."""

from tests.each import each
from tests.smali_apps import endpoints

LIBRARY = """
    .class public Lokhttp3/HttpUrl;
    .super Ljava/lang/Object;
    .field final url:Ljava/lang/String;
    .method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lokhttp3/HttpUrl;->url:Ljava/lang/String;
    return-void
    .end method
    .method public toString()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Lokhttp3/HttpUrl;->url:Ljava/lang/String;
    return-object v0
    .end method
    .class public Lokhttp3/Request;
    .super Ljava/lang/Object;
    .field final url:Lokhttp3/HttpUrl;
    .method public constructor <init>(Lokhttp3/HttpUrl;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lokhttp3/Request;->url:Lokhttp3/HttpUrl;
    return-void
    .end method
    .method public url()Lokhttp3/HttpUrl;
    .registers 2
    iget-object v0, p0, Lokhttp3/Request;->url:Lokhttp3/HttpUrl;
    return-object v0
    .end method
    .class public Lokhttp3/Request$Builder;
    .super Ljava/lang/Object;
    .field url:Lokhttp3/HttpUrl;
    .method public constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
    .end method
    .method public url(Ljava/lang/String;)Lokhttp3/Request$Builder;
    .registers 3
    new-instance v0, Lokhttp3/HttpUrl;
    invoke-direct {v0, p1}, Lokhttp3/HttpUrl;-><init>(Ljava/lang/String;)V
    iput-object v0, p0, Lokhttp3/Request$Builder;->url:Lokhttp3/HttpUrl;
    return-object p0
    .end method
    .method public build()Lokhttp3/Request;
    .registers 3
    new-instance v0, Lokhttp3/Request;
    iget-object v1, p0, Lokhttp3/Request$Builder;->url:Lokhttp3/HttpUrl;
    invoke-direct {v0, v1}, Lokhttp3/Request;-><init>(Lokhttp3/HttpUrl;)V
    return-object v0
    .end method
"""
SWITCH = """
    .class public Lshop/Switch;
    .super Ljava/lang/Object;
    .implements Lokhttp3/Interceptor;
    .field private server:Ljava/lang/String;
    .method public constructor <init>(Ljava/lang/String;)V
    .registers 2
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Switch;->server:Ljava/lang/String;
    return-void
    .end method
    .method public intercept(Lokhttp3/Interceptor$Chain;)Lokhttp3/Response;
    .registers 7
    invoke-interface {p1}, Lokhttp3/Interceptor$Chain;->request()Lokhttp3/Request;
    move-result-object v0
    invoke-virtual {v0}, Lokhttp3/Request;->url()Lokhttp3/HttpUrl;
    move-result-object v1
    invoke-virtual {v1}, Lokhttp3/HttpUrl;->toString()Ljava/lang/String;
    move-result-object v1
    const-string v2, "http://base.invalid"
    iget-object v3, p0, Lshop/Switch;->server:Ljava/lang/String;
    invoke-virtual {v1, v2, v3}, Ljava/lang/String;->replace(SEQUENCES)Ljava/lang/String;
    move-result-object v1
    new-instance v0, Lokhttp3/Request$Builder;
    invoke-direct {v0}, Lokhttp3/Request$Builder;-><init>()V
    invoke-virtual {v0, v1}, Lokhttp3/Request$Builder;->url(Ljava/lang/String;)Lokhttp3/Request$Builder;
    move-result-object v0
    invoke-virtual {v0}, Lokhttp3/Request$Builder;->build()Lokhttp3/Request;
    move-result-object v0
    invoke-interface {p1, v0}, Lokhttp3/Interceptor$Chain;->proceed(Lokhttp3/Request;)Lokhttp3/Response;
    move-result-object v0
    return-object v0
    .end method
""".replace("SEQUENCES", "Ljava/lang/CharSequence;Ljava/lang/CharSequence;")
CLIENT = """
    new-instance v0, Lokhttp3/OkHttpClient$Builder;
    invoke-direct {v0}, Lokhttp3/OkHttpClient$Builder;-><init>()V
    const-wide/16 v2, 0x14
    sget-object v4, Ljava/util/concurrent/TimeUnit;->SECONDS:Ljava/util/concurrent/TimeUnit;
    invoke-virtual {v0, v2, v3, v4}, BUILDER->connectTimeout(JLjava/util/concurrent/TimeUnit;)BUILDER
    move-result-object v0
    new-instance v1, Lshop/Switch;
    SERVER
    invoke-direct {v1, v2}, Lshop/Switch;-><init>(Ljava/lang/String;)V
    invoke-virtual {v0, v1}, BUILDER->ADD(Lokhttp3/Interceptor;)BUILDER
    move-result-object v0
    invoke-virtual {v0}, BUILDER->build()Lokhttp3/OkHttpClient;
    move-result-object v0
"""
KNOWN = 'const-string v2, "https://real.shop.test:8453/v2"'
UNKNOWN = "invoke-static {}, Lother/Api;->get()Ljava/lang/String;\nmove-result-object v2"
REQUEST = """
    new-instance v1, Lokhttp3/Request$Builder;
    invoke-direct {v1}, Lokhttp3/Request$Builder;-><init>()V
    const-string v2, "http://base.invalid/trees"
    invoke-virtual {v1, v2}, Lokhttp3/Request$Builder;->url(Ljava/lang/String;)Lokhttp3/Request$Builder;
    move-result-object v1
    invoke-virtual {v1}, Lokhttp3/Request$Builder;->build()Lokhttp3/Request;
    move-result-object v1
    invoke-virtual {v0, v1}, Lokhttp3/OkHttpClient;->newCall(Lokhttp3/Request;)Lokhttp3/Call;
    move-result-object v0
"""
EXECUTE = "invoke-interface {v0}, Lokhttp3/Call;->execute()Lokhttp3/Response;"
ENQUEUE = "const/4 v1, 0x0\ninvoke-interface {v0, v1}, Lokhttp3/Call;->enqueue(Lokhttp3/Callback;)V"
SERVICE = """
    new-instance v1, Lretrofit2/Retrofit$Builder;
    invoke-direct {v1}, Lretrofit2/Retrofit$Builder;-><init>()V
    const-string v2, "http://base.invalid/"
    invoke-virtual {v1, v2}, RETROFIT->baseUrl(Ljava/lang/String;)RETROFIT
    invoke-virtual {v1, v0}, RETROFIT->client(Lokhttp3/OkHttpClient;)RETROFIT
    invoke-virtual {v1}, RETROFIT->build()Lretrofit2/Retrofit;
    move-result-object v1
    const-class v2, Lshop/Api;
    invoke-virtual {v1, v2}, Lretrofit2/Retrofit;->create(Ljava/lang/Class;)Ljava/lang/Object;
""".replace("RETROFIT", "Lretrofit2/Retrofit$Builder;")
API = """
    .class public interface abstract Lshop/Api;
    .super Ljava/lang/Object;
    .method public abstract list()Ljava/lang/Object;
    .annotation runtime Lretrofit2/http/GET;
    value = "list"
    .end annotation
    .end method
"""
WHOLE = "https://real.shop.test:8453/v2/trees"


def found(use: str, *, server: str = KNOWN, add: str = "addInterceptor") -> set[str]:
    client = CLIENT.replace("SERVER", server).replace("ADD", add).replace("BUILDER", "Lokhttp3/OkHttpClient$Builder;")
    main = f"""
        .class public Lshop/Main;
        .super Landroid/app/Activity;
        .method public onCreate(Landroid/os/Bundle;)V
        .registers 8
        {client}
        {use}
        return-void
        .end method
    """
    return endpoints(LIBRARY + SWITCH + API + main)


@each("end", [EXECUTE, ENQUEUE], ids=["execute", "enqueue"])
@each("add", ["addInterceptor", "addNetworkInterceptor"])
def test_the_request_of_a_client_passes_its_interceptor(end: str, add: str) -> None:
    assert WHOLE in found(REQUEST + end, add=add)


def test_the_base_address_of_an_interface_passes_it_too() -> None:
    assert "https://real.shop.test:8453/v2/list" in found(SERVICE)


def test_without_a_call_nothing_is_requested() -> None:
    assert WHOLE not in found(REQUEST)


def test_of_a_server_that_is_not_known_nothing_is_shown() -> None:
    assert not {one for one in found(REQUEST + EXECUTE, server=UNKNOWN) if "trees" in one}
