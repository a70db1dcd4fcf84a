"""Results of native methods in the code of an app: where a walk or a run needs them."""

from pathlib import Path

import pytest

from bench.hostile_made.kind import TEXT, coded, concat, connect, method, smali
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.native import read_elf
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.machine_code import native as native_code
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

SEARCH = AppSearch(RuleFiles())
NATIVE = Path(__file__).parents[1] / "machine_code" / "native"
LIBRARIES = {name: (NATIVE / f"texts-{name}.so").read_bytes() for name in ("arm64", "x86_64")}
DECLARED = (
    "".join(
        f".method public static native {one}\n.end method\n"
        for one in (
            f"plain(){TEXT}",
            f"locked(){TEXT}",
            f"hidden(){TEXT}",
            f"region(I){TEXT}",
            f"named({TEXT}){TEXT}",
            f"joined({TEXT}){TEXT}",
            f"several()[{TEXT}",
            "bytes()[B",
            "port(I)I",
        )
    )
    + f".method public native letters(){TEXT}\n.end method\n"
)
RESULT = f"{TEXT}\nmove-result-object"


def shown(body: str, *libraries: bytes) -> set[str]:
    files = coded(
        smali("shop/Natives", DECLARED),
        smali("shop/Api", method("open()V", body)),
        body="invoke-static {}, Lshop/Api;->open()V\n",
    )
    parts = [read_elf(f"lib/{number}/libtexts.so", data) for number, data in enumerate(libraries)]
    finds = SEARCH.finds([*parts, read_dex("classes.dex", files[0][1])[0]])
    return {find.endpoint.value for find in finds if isinstance(find, Sighting)}


def native(name: str, register: str = "v0", given: str = "", parameters: str = "") -> str:
    return f"invoke-static {{{given}}}, Lshop/Natives;->{name}({parameters}){RESULT} {register}\n"


PATH = f'const-string v1, "/x/y"\n{concat()}{connect()}return-void'
BYTES = (
    "invoke-static {}, Lshop/Natives;->bytes()[B\nmove-result-object v1\nnew-instance v2, Ljava/lang/String;\n"
    'invoke-direct {v2, v1}, Ljava/lang/String;-><init>([B)V\nconst-string v0, "https://"\n' + concat("v0", "v2")
)
SEVERAL = (
    f"invoke-static {{}}, Lshop/Natives;->several()[{TEXT}\nmove-result-object v1\n"
    "const/4 v2, 0x1\naget-object v0, v1, v2\n"
)
LETTERS = (
    "new-instance v1, Lshop/Natives;\ninvoke-direct {v1}, Lshop/Natives;-><init>()V\n"
    f"invoke-virtual {{v1}}, Lshop/Natives;->letters(){RESULT} v2\n"
    'const-string v0, "https://"\n' + concat("v0", "v2")
)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize(
    ("code", "address"),
    [
        (native("locked"), "https://xor.shop.test/a/x/y"),
        (native("hidden"), "https://hidden.shop.test/b/x/y"),
        (f"const/4 v0, 0x2\n{native('region', given='v0', parameters='I')}", "https://as.shop.test/v3/region/x/y"),
        (f'const-string v0, "cdn"\n{native("named", given="v0", parameters=TEXT)}', "https://cdn.shop.test/x/y"),
        (f'const-string v0, "/p"\n{native("joined", given="v0", parameters=TEXT)}', "https://join.shop.test/p/x/y"),
        (BYTES, "https://moving.shop.test/x/y"),
        (SEVERAL, "https://us.shop.test/x/y"),
        (LETTERS, "https://let.shop.test/x/y"),
    ],
    ids=["XOR", "registered", "number", "name", "join", "bytes", "array", "of an object"],
)
def test_an_address_of_a_native_method_is_found(code: str, address: str, library: str) -> None:
    assert address in shown(code + PATH, LIBRARIES[library])


def test_of_two_libraries_with_one_name_either_is_run() -> None:
    assert "https://xor.shop.test/a/x/y" in shown(native("locked") + PATH, *LIBRARIES.values())


def test_without_a_library_nothing_is_known() -> None:
    assert not {one for one in shown(native("locked") + PATH) if "xor" in one}


@pytest.mark.parametrize("left", [0, 100_000])
def test_the_output_states_that_native_methods_were_not_run(left: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_code, "MAX_ALL_STEPS", left)
    files = coded(smali("shop/Natives", DECLARED), smali("shop/Api", method("open()V", native("locked") + PATH)))
    parts = [read_elf("lib/a/libtexts.so", LIBRARIES["arm64"]), read_dex("classes.dex", files[0][1])[0]]
    told = [find.what for find in SEARCH.finds(parts) if isinstance(find, Problem) and "native" in find.what]
    assert bool(told) is (left == 0)


def test_an_argument_that_is_not_known_gives_no_address() -> None:
    unknown = f"invoke-static {{}}, Lother/Api;->get(){TEXT}\nmove-result-object v0\n"
    found = shown(unknown + native("joined", given="v0", parameters=TEXT) + PATH, *LIBRARIES.values())
    assert not {one for one in found if one.startswith("https://join.shop.test/")}


SOCKET = (
    'const-string v0, "meter.shop.test"\n{}invoke-static {{v1}}, Lshop/Natives;->port(I)I\nmove-result v1\n'
    "new-instance v2, Ljava/net/Socket;\n"
    f"invoke-direct {{{{v2, v0, v1}}}}, Ljava/net/Socket;-><init>({TEXT}I)V\nreturn-void"
)


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_port_can_come_from_a_native_method(library: str) -> None:
    assert "meter.shop.test:8444" in shown(SOCKET.format("const/4 v1, 0x1\n"), LIBRARIES[library])


def test_a_native_port_of_an_argument_that_is_not_known_is_not_shown() -> None:
    unknown = "invoke-static {}, Lother/Api;->stage()I\nmove-result v1\n"
    assert not {one for one in shown(SOCKET.format(unknown), *LIBRARIES.values()) if ":84" in one}
