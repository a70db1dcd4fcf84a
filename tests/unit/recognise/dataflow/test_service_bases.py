"""The base address that an interface of Retrofit is used with, where classes set several ones."""

from tests.each import each
from tests.smali_apps import endpoints

API = """
    .class public interface abstract Lshop/{name};
    .super Ljava/lang/Object;
    .method public abstract list()Ljava/lang/Object;
    .annotation runtime {package}/http/GET;
    value = "{path}"
    .end annotation
    .end method
"""
BUILDER, CLIENT = "Lretrofit2/Retrofit$Builder;", "Lretrofit2/Retrofit;"
BASE = """
    new-instance v0, Lretrofit2/Retrofit$Builder;
    invoke-direct {{v0}}, Lretrofit2/Retrofit$Builder;-><init>()V
    const-string v1, "{base}"
    invoke-virtual {{v0, v1}}, Lretrofit2/Retrofit$Builder;->baseUrl(Ljava/lang/String;)Lretrofit2/Retrofit$Builder;
    move-result-object v0
"""
BUILT = """
    invoke-virtual {v0}, Lretrofit2/Retrofit$Builder;->build()Lretrofit2/Retrofit;
    move-result-object v0
"""
CREATED = """
    const-class v1, Lshop/{name};
    invoke-virtual {{v0, v1}}, Lretrofit2/Retrofit;->create(Ljava/lang/Class;)Ljava/lang/Object;
"""
CALLED = """
    move-result-object v0
    check-cast v0, Lshop/Api;
    invoke-interface {{v0}}, Lshop/Api;->{method}()Ljava/lang/Object;
"""
MORE = """
    .method public abstract more()Ljava/lang/Object;
    .annotation runtime Lretrofit2/http/GET;
    value = "more"
    .end annotation
    .end method
    .method public abstract unused()Ljava/lang/Object;
    .annotation runtime Lretrofit2/http/GET;
    value = "unused"
    .end annotation
    .end method
"""
MAIN = """
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 5
    {code}
    return-void
    .end method
"""
CHANGED = """
    .class public Lshop/Generator;
    .super Ljava/lang/Object;
    .field static builder:Lretrofit2/Retrofit$Builder;
    .method static constructor <clinit>()V
    .registers 3
    {first}
    sput-object v0, Lshop/Generator;->builder:Lretrofit2/Retrofit$Builder;
    return-void
    .end method
    .method public static change(Ljava/lang/String;)V
    .registers 3
    new-instance v0, Lretrofit2/Retrofit$Builder;
    invoke-direct {{v0}}, Lretrofit2/Retrofit$Builder;-><init>()V
    invoke-virtual {{v0, p0}}, Lretrofit2/Retrofit$Builder;->baseUrl(Ljava/lang/String;)Lretrofit2/Retrofit$Builder;
    move-result-object v0
    sput-object v0, Lshop/Generator;->builder:Lretrofit2/Retrofit$Builder;
    return-void
    .end method
    .method public static create(Ljava/lang/Class;)Ljava/lang/Object;
    .registers 3
    sget-object v0, Lshop/Generator;->builder:Lretrofit2/Retrofit$Builder;
    invoke-virtual {{v0}}, Lretrofit2/Retrofit$Builder;->build()Lretrofit2/Retrofit;
    move-result-object v0
    invoke-virtual {{v0, p0}}, Lretrofit2/Retrofit;->create(Ljava/lang/Class;)Ljava/lang/Object;
    move-result-object v0
    return-object v0
    .end method
    .class public Lshop/App;
    .super Landroid/app/Application;
    .method public onCreate()V
    .registers 2
    const-string v0, "https://second.shop.test/api/"
    invoke-static {{v0}}, Lshop/Generator;->change(Ljava/lang/String;)V
    return-void
    .end method
"""
USED = """
    const-class v0, Lshop/Api;
    invoke-static {v0}, Lshop/Generator;->create(Ljava/lang/Class;)Ljava/lang/Object;
"""


def api(name: str = "Api", path: str = "list", package: str = "Lretrofit2") -> str:
    return API.format(name=name, path=path, package=package)


def base(host: str, name: str) -> str:
    return BASE.format(base=f"https://{host}.shop.test/api/") + BUILT + CREATED.format(name=name)


def test_each_interface_gets_the_address_of_its_own_client() -> None:
    code = base("first", "Api") + base("second", "More")
    found = endpoints(api() + api("More", "more") + MAIN.format(code=code))
    assert {"https://first.shop.test/api/list", "https://second.shop.test/api/more"} <= found
    assert not {"https://second.shop.test/api/list", "https://first.shop.test/api/more"} & found


def test_a_client_whose_address_the_application_changes_has_the_new_one() -> None:
    first = BASE.format(base="https://first.shop.test/api/")
    found = endpoints(api() + CHANGED.format(first=first) + MAIN.format(code=USED))
    assert "https://second.shop.test/api/list" in found
    assert "https://first.shop.test/api/list" not in found
    assert "https://first.shop.test/api" in found, "its host is shown: a run does not prove that nothing contacts it"


def test_of_an_interface_with_two_addresses_the_calls_count() -> None:
    code = base("first", "Api") + CALLED.format(method="list") + base("second", "Api") + CALLED.format(method="more")
    both = api().replace(".end method", ".end method" + MORE, 1)
    found = endpoints(both + MAIN.format(code=code))
    assert {"https://first.shop.test/api/list", "https://second.shop.test/api/more"} <= found
    assert not {"https://second.shop.test/api/list", "https://first.shop.test/api/more"} & found
    assert not {one for one in found if one.endswith("/unused")}


def test_an_address_that_is_not_known_is_joined_with_no_path() -> None:
    unknown = (
        "invoke-static {}, Lother/Api;->get()Ljava/lang/String;\nmove-result-object v1\n"
        f"invoke-virtual {{v0, v1}}, {BUILDER}->baseUrl(Ljava/lang/String;){BUILDER}\nmove-result-object v0\n"
    )
    first, second = (BASE.format(base=f"https://{host}.shop.test/api/") for host in ("first", "second"))
    found = endpoints(api() + MAIN.format(code=first + second + unknown + BUILT + CREATED.format(name="Api")))
    assert not {one for one in found if one.endswith("/list")}


@each(("package", "address"), [
    ("Lretrofit", "https://old.shop.test/svc/list"), ("Lretrofit2", "https://old.shop.test/list"),
])  # fmt: skip
def test_retrofit_1_puts_the_path_behind_the_address(package: str, address: str) -> None:
    old = package == "Lretrofit"
    code = BASE.format(base="https://old.shop.test/svc" + "/" * (not old)) + BUILT + CREATED.format(name="Api")
    if old:
        for new, before in (
            ("Lretrofit2/Retrofit$Builder;->baseUrl", "Lretrofit/RestAdapter$Builder;->setEndpoint"),
            (BUILDER, "Lretrofit/RestAdapter$Builder;"), (CLIENT, "Lretrofit/RestAdapter;"),
        ):  # fmt: skip
            code = code.replace(new, before)
    found = endpoints(api(path="/list", package=package) + MAIN.format(code=code))
    assert {one for one in found if one.endswith("/list")} == {address}


OBJECT = """
    .class public Lshop/Stage;
    .super Ljava/lang/Object;
    .implements Lretrofit/Endpoint;
    .field private url:Ljava/lang/String;
    .method public constructor <init>(I)V
    .registers 3
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    if-nez p1, :live
    const-string v0, "http://10.0.2.2:8080"
    goto :set
    :live
    const-string v0, "https://stage.shop.test/svc"
    :set
    iput-object v0, p0, Lshop/Stage;->url:Ljava/lang/String;
    return-void
    .end method
    .method public getUrl()Ljava/lang/String;
    .registers 2
    iget-object v0, p0, Lshop/Stage;->url:Ljava/lang/String;
    return-object v0
    .end method
"""
OF_OBJECT = """
    new-instance v0, ADAPTER
    invoke-direct {v0}, ADAPTER-><init>()V
    new-instance v1, Lshop/Stage;
    const/4 v2, 0x1
    invoke-direct {v1, v2}, Lshop/Stage;-><init>(I)V
    invoke-virtual {v0, v1}, ADAPTER->setEndpoint(Lretrofit/Endpoint;)ADAPTER
    move-result-object v0
    invoke-virtual {v0}, ADAPTER->build()Lretrofit/RestAdapter;
    move-result-object v0
    const-class v1, Lshop/Api;
    invoke-virtual {v0, v1}, Lretrofit/RestAdapter;->create(Ljava/lang/Class;)Ljava/lang/Object;
""".replace("ADAPTER", "Lretrofit/RestAdapter$Builder;")


def test_an_object_of_the_app_can_give_the_address() -> None:
    found = endpoints(api(path="/list", package="Lretrofit") + OBJECT + MAIN.format(code=OF_OBJECT))
    assert {one for one in found if one.endswith("/list")} == {"https://stage.shop.test/svc/list"}


GATEWAY = """
    .class public interface abstract Lshop/Lamps;
    .super Ljava/lang/Object;
    .method public abstract status()Ljava/lang/Object;
    .annotation runtime Lcom/amazonaws/mobileconnectors/apigateway/annotation/{name};
    path = "/lamps/status"
    method = "GET"
    .end annotation
    .end method
"""
FACTORY = "Lcom/amazonaws/mobileconnectors/apigateway/ApiClientFactory;"
ENDPOINT = f"""
    new-instance v0, {FACTORY}
    invoke-direct {{v0}}, {FACTORY}-><init>()V
    const-string v1, "https://lamps.shop.test/prod"
    invoke-virtual {{v0, v1}}, {FACTORY}->endpoint(Ljava/lang/String;){FACTORY}
"""


@each(("name", "is_found"), [("Operation", True), ("Other", False)])
def test_the_end_point_of_an_api_gateway_has_the_paths_of_its_operations(name: str, *, is_found: bool) -> None:
    found = endpoints(GATEWAY.format(name=name) + MAIN.format(code=ENDPOINT))
    assert ("https://lamps.shop.test/prod/lamps/status" in found) is is_found
