"""Interceptors of OkHttp whose classes a shrinker has renamed, behind Retrofit."""

from tests.each import each
from tests.smali_apps import endpoints
from tests.unit.recognise.dataflow.test_interceptors import API

TEXT = "Ljava/lang/String;"
LIBRARY = f"""
    .class public final Lc/u;
    .super Ljava/lang/Object;
    .field public final i:{TEXT}
    .method public constructor <init>(Lc/t;)V
    .registers 3
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    new-instance v0, Ljava/lang/StringBuilder;
    invoke-direct {{v0}}, Ljava/lang/StringBuilder;-><init>()V
    iget-object v1, p1, Lc/t;->s:{TEXT}
    invoke-virtual {{v0, v1}}, Ljava/lang/StringBuilder;->append({TEXT})Ljava/lang/StringBuilder;
    invoke-virtual {{v0}}, Ljava/lang/StringBuilder;->toString(){TEXT}
    move-result-object v0
    iput-object v0, p0, Lc/u;->i:{TEXT}
    return-void
    .end method
    .class public final Lc/t;
    .super Ljava/lang/Object;
    .field public s:{TEXT}
    .method public constructor <init>()V
    .registers 1
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    return-void
    .end method
    .method public c(Lc/u;{TEXT})V
    .registers 3
    iput-object p2, p0, Lc/t;->s:{TEXT}
    return-void
    .end method
    .method public b({TEXT})V
    .registers 4
    const-string v0, "https://"
    invoke-virtual {{v0, p1}}, {TEXT}->concat({TEXT}){TEXT}
    move-result-object v0
    const-string v1, "/"
    invoke-virtual {{v0, v1}}, {TEXT}->concat({TEXT}){TEXT}
    move-result-object v0
    iput-object v0, p0, Lc/t;->s:{TEXT}
    return-void
    .end method
    .method public a()Lc/u;
    .registers 2
    new-instance v0, Lc/u;
    invoke-direct {{v0, p0}}, Lc/u;-><init>(Lc/t;)V
    return-object v0
    .end method
    .class public final Lc/F;
    .super Ljava/lang/Object;
    .field public final a:Lc/u;
    .field public final b:{TEXT}
    .class public Lc/R;
    .super Ljava/lang/Object;
    .class public interface abstract Lc/v;
    .super Ljava/lang/Object;
    .method public abstract a(Lc/D;)Lc/R;
    .end method
    .class public Lc/z;
    .super Ljava/lang/Object;
    .field public d:Lc/v;
    .method public constructor <init>(Lc/v;)V
    .registers 2
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lc/z;->d:Lc/v;
    return-void
    .end method
    .class public final Lc/D;
    .super Ljava/lang/Object;
    .field public e:Lc/z;
    .field public f:Lc/F;
    .method public constructor <init>(Lc/z;Lc/F;)V
    .registers 3
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lc/D;->e:Lc/z;
    iput-object p2, p0, Lc/D;->f:Lc/F;
    return-void
    .end method
    .method public b()Lc/R;
    .registers 4
    new-instance v0, Lc/t;
    invoke-direct {{v0}}, Lc/t;-><init>()V
    const-string v1, "base.shop.test"
    invoke-virtual {{v0, v1}}, Lc/t;->b({TEXT})V
    invoke-virtual {{v0}}, Lc/t;->a()Lc/u;
    iget-object v0, p0, Lc/D;->e:Lc/z;
    iget-object v0, v0, Lc/z;->d:Lc/v;
    invoke-interface {{v0, p0}}, Lc/v;->a(Lc/D;)Lc/R;
    move-result-object v0
    return-object v0
    .end method
"""
APP = f"""
    .class public Lshop/Host;
    .super Ljava/lang/Object;
    .implements Lc/v;
    .field private h:{TEXT}
    .method public constructor <init>({TEXT})V
    .registers 2
    invoke-direct {{p0}}, Ljava/lang/Object;-><init>()V
    iput-object p1, p0, Lshop/Host;->h:{TEXT}
    return-void
    .end method
    .method public a(Lc/D;)Lc/R;
    .registers 4
    new-instance v0, Lc/t;
    invoke-direct {{v0}}, Lc/t;-><init>()V
    iget-object v1, p0, Lshop/Host;->h:{TEXT}
    invoke-virtual {{v0, v1}}, Lc/t;->b({TEXT})V
    invoke-virtual {{v0}}, Lc/t;->a()Lc/u;
    const/4 v0, 0x0
    return-object v0
    .end method
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    HOST
    new-instance v1, Lshop/Host;
    invoke-direct {{v1, v0}}, Lshop/Host;-><init>({TEXT})V
    new-instance v0, Lc/z;
    invoke-direct {{v0, v1}}, Lc/z;-><init>(Lc/v;)V
    new-instance v1, RETROFIT
    invoke-direct {{v1}}, RETROFIT-><init>()V
    const-string v2, "http://base.shop.test/PATH"
    invoke-virtual {{v1, v2}}, RETROFIT->baseUrl({TEXT})RETROFIT
    CLIENT
    invoke-virtual {{v1}}, RETROFIT->build()Lretrofit2/Retrofit;
    move-result-object v1
    const-class v2, Lshop/Api;
    invoke-virtual {{v1, v2}}, Lretrofit2/Retrofit;->create(Ljava/lang/Class;)Ljava/lang/Object;
    return-void
    .end method
"""
KNOWN = 'const-string v0, "real.shop.test"'
UNKNOWN = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v0"
WITH = "invoke-virtual {v1, v0}, RETROFIT->client(Lc/z;)RETROFIT"


@each(
    ("host", "client", "path", "address"),
    [
        (KNOWN, WITH, "", "https://real.shop.test/list"),
        (KNOWN, "", "", "http://base.shop.test/list"),
        (UNKNOWN, WITH, "v1/", "http://base.shop.test/v1/list"),
    ],
    ids=["a known host", "no client", "only an address of the library"],
)
def test_a_renamed_interceptor_replaces_the_host_of_an_interface(
    host: str, client: str, path: str, address: str
) -> None:
    app = (
        APP.replace("HOST", host)
        .replace("PATH", path)
        .replace("CLIENT", client)
        .replace("RETROFIT", "Lretrofit2/Retrofit$Builder;")
    )
    found = endpoints(LIBRARY + API + app)
    assert {one for one in found if one.endswith("/list")} == {address}
