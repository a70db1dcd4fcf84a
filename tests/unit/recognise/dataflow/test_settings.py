"""Texts outside the code, by identifier or name."""

from pathlib import Path

from tests.each import each
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind
from tieback.intake.apps.open import open_app
from tieback.recognise.dataflow.walk.settings import MAX_FILE, AppSettings

REMOTE = b"<defaultsMap><entry><key>h</key><value>a.test</value></entry></defaultsMap>"
ROOT = Path(__file__).parents[4]


def read(*files: tuple[str, bytes]) -> AppSettings:
    settings = AppSettings()
    names, contents = zip(*files, strict=True)
    settings.see(ArtifactBatch(names, contents, lambda file, _: Artifact(file, ())))
    return settings


@each(
    ("file", "content", "key", "value"),
    [
        ("assets/a.properties", b"# x\napi.host = a.test\n", "api.host", "a.test"),
        ("assets/a.properties", b"api.base=https\\://a.test/x\\=1\n", "api.base", "https://a.test/x=1"),
        ("assets/a.env", b"BASE=C\\:x\n", "BASE", "C\\:x"),
        ("assets/conf/a.env", b'HOST="a.test"\n', "HOST", "a.test"),
        ("res/raw/a.json", b'{"net": [{"host": "a.test"}]}', "host", ""),
        ("res/raw/a.json", b'{"net": {"host": "a.test"}}', "host", "a.test"),
        ("assets/a.json", b"{", "host", ""),
        ("res/xml/remote_config_defaults.xml", REMOTE, "h", "a.test"),
        ("res/xml/remote_config_defaults.xml", b"<other/>", "h", ""),
        ("lib/a.properties", b"host=a.test\n", "host", ""),
        ("assets/a.properties", b"host=a.test\n" + b"x" * MAX_FILE, "host", ""),
    ],
)  # fmt: skip
def test_values_by_name(file: str, content: bytes, key: str, value: str) -> None:
    assert read((file, content)).setting(key) == value


def test_a_name_with_two_values_has_none() -> None:
    files = (("assets/a.properties", b"host=a.test\nport=1\n"), ("assets/b.properties", b"host=b.test\nport=1\n"))
    settings = read(*files)
    assert settings.setting("host") == ""
    assert settings.setting("port") == "1"


SCREEN = (
    '<PreferenceScreen xmlns:android="http://schemas.android.com/apk/res/android"><PreferenceCategory>'
    '<EditTextPreference android:key="server" android:defaultValue="a.test"/></PreferenceCategory>'
    '<EditTextPreference android:key="port" android:defaultValue="8443"/>'
    '<ListPreference android:key="country" android:defaultValue="other"/></PreferenceScreen>'
)


def test_parts_of_endpoints_in_a_screen_of_settings() -> None:
    screen = ("res/xml/screen.xml", SCREEN.encode())
    settings = read(screen, screen)
    assert settings.preference("server") == "a.test"
    assert settings.preference("port") == "8443"
    assert settings.preference("country") == ""  # the user chooses one
    assert settings.setting("server") == ""


def test_a_preference_with_two_defaults_has_none() -> None:
    other = ("res/xml/other.xml", SCREEN.replace("a.test", "b.test").encode())
    settings = read(("res/xml/screen.xml", SCREEN.encode()), other)
    assert settings.preference("server") == ""
    assert settings.preference("port") == "8443"


def test_the_manifest_and_its_references() -> None:
    class Table:
        def text(self, resource: int) -> str:
            return "a.test" if resource == 0x7F0E0001 else ""

        def named(self, name: str) -> str:
            return "b.test" if name == "host" else ""

        def items(self, resource: int) -> tuple[str, ...]:
            return ("a.test", "b.test") if resource == 0x7F030001 else ()

        def integer(self, resource: int) -> int | None:
            return 9191 if resource == 0x7F040001 else None

        def ending(self, end: str) -> dict[str, str]:
            return {}

    settings = AppSettings()
    manifest = b'<application><meta-data name="h" value="@7f0e0001"/><meta-data name="p" value="x.test"/></application>'
    name = "AndroidManifest.xml"
    settings.see(Artifact(name, (Buffer(name, BufferKind.MANIFEST, manifest),)))
    settings.see(Artifact("resources.arsc", (Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=Table()),)))
    assert [settings.setting(key) for key in ("h", "p", "q")] == ["a.test", "x.test", ""]
    assert settings.resource(0x7F0E0001) == "a.test"
    assert settings.resource(0x01040000) == "", "a resource of the platform"
    assert settings.named("host") == "b.test"
    assert (settings.items(0x7F030001), settings.items(0x7F030002)) == (("a.test", "b.test"), ())
    assert (settings.integer(0x7F040001), settings.integer(0x7F040002)) == (9191, None)


def test_the_strings_of_a_real_resource_table() -> None:
    settings = AppSettings()
    with open_app(ROOT / "labs" / "apps" / "workhub.apk") as opened:
        for piece in opened.pieces():
            settings.see(piece)
    assert settings.named("api_base") == "https://api.workhub.test"
    found = {settings.resource(0x7F000000 | kind << 16 | entry) for kind in range(8) for entry in range(8)}
    assert "https://api.workhub.test" in found


def test_the_name_of_the_app_is_that_of_its_only_manifest() -> None:
    def settings(*names: str) -> AppSettings:
        made = AppSettings()
        for place, name in enumerate(names):
            file = f"{place}/AndroidManifest.xml"
            content = f'<manifest xmlns:android="http://a" package="{name}"><application/></manifest>'.encode()
            made.see(Artifact(file, (Buffer(file, BufferKind.MANIFEST, content),)))
        return made

    assert settings("com.shop.app").name() == "com.shop.app"
    assert settings().name() == settings("com.shop.app", "com.other.app").name() == ""
