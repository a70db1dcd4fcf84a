"""The host where an app looks for its newest version."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.sighting import Evidence
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.updates import update_hosts
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
NAMES = MakerNames(App(Platform.ANDROID, "de.acme.fit", "0" * 64, "Fit"), RULES)
OWN, OTHER = ("Lde/acme/fit/Start;",), ("Lde/other/Start;",)
CONSTANT, NATIVE = "dex-string/url", "native-string/url"


def place(
    path: str,
    how: str = CONSTANT,
    file: str = "classes.dex",
    chain: tuple[str, ...] = OWN,
    host: str = "h.partner.net",
) -> tuple[Endpoint, Evidence]:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}{path}", "https", host, 443, path)
    return endpoint, Evidence(file, 1, how, endpoint.value, chain)


def hosts(*places: tuple[Endpoint, Evidence]) -> list[str]:
    return [host for host, _ in update_hosts(places, NAMES, RULES)]


@each(
    ("path", "found"),
    [
        ("/app/version", True),
        ("/version.html", True),
        ("/fit/android_version.json", True),
        ("/load_version", True),
        ("/appVersionInfo.txt", True),
        ("/getLatestVersion.php", True),
        ("/app/update.json", True),
        ("/checkUpdate", True),
        ("/apk_update", True),
        ("/assets/app-release.apk", True),
        ("/dl/app_v1.2.apk", True),
        ("/latest.apk", True),
        # The package of another app.
        ("/dl/scanner.apk", False),
        ("/app-release.apk/scanner", False),
        ("/.apk", False),
        # Versions of other things; a change of records; a page about something.
        ("/api/versions.json", False),
        ("/game/version_manifest.json", False),
        ("/user/update", False),
        ("/update_users", False),
        ("/conversion", False),
        ("/version/list", False),
        ("/news_updates.html", False),
        ("/photo/latest.jpg", False),
    ],
)
def test_the_path_of_a_version(path: str, *, found: bool) -> None:
    assert bool(hosts(place(path))) is found


def test_a_package_with_the_name_of_the_app() -> None:
    names = MakerNames(App(Platform.ANDROID, "de.other.fit", "0" * 64, "Acme Fitter"), RULES)
    packages = {
        name: list(update_hosts([place(f"/dl/{name}", chain=("Lde/other/fit/A;",))], names, RULES))
        for name in ("acmefitter.apk", "scanner.apk", "acmefitter.zip")
    }
    assert [name for name, found in packages.items() if found] == ["acmefitter.apk"]


PAGE = "assets/www/app.js"


@each(
    ("how", "file", "chain", "found"),
    [
        (CONSTANT, "classes.dex", OWN, True),
        ("text/url", PAGE, (), True),
        (NATIVE, "Payload/Fit.app/Fit", (), True),
        # Libraries look for their own versions.
        (CONSTANT, "classes.dex", OTHER, False),
        (CONSTANT, "classes.dex", (), False),
        ("text/url", "assets/www/lib/map.js", (), False),
        (NATIVE, "Payload/Fit.app/Frameworks/Ads.framework/Ads", (), False),
        (NATIVE, "lib/armeabi-v7a/libads.so", (), False),
        ("binary/url", "assets/data.bin", (), False),
    ],
)
def test_the_place_of_a_version(how: str, file: str, chain: tuple[str, ...], *, found: bool) -> None:
    assert bool(hosts(place("/version.json", how, file, chain))) is found


def test_only_one_domain_counts() -> None:
    one = place("/version.json")
    assert hosts(one, place("/x.json", host="h.other.net")) == ["h.partner.net"]
    assert hosts(one, place("/version.json", host="a.partner.net")) == ["h.partner.net", "a.partner.net"]
    assert hosts(one, place("/version.json", host="h.other.net")) == []
    # A service for the apps of anyone is no other choice.
    assert hosts(one, place("/version.json", host="api.github.com")) == ["h.partner.net"]
    assert hosts(place("/version.json", host="api.github.com")) == []


@given(st.text(max_size=60), st.sampled_from([CONSTANT, NATIVE, "text/url"]), st.text(max_size=40))
def test_any_evidence_never_raises(path: str, how: str, file: str) -> None:
    assert len(hosts(place(path, how, file))) <= 1
