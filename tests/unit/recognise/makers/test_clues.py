"""Texts that show who made an app, and what follows from them for its endpoints."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Credential, Evidence, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.makers import clues as maker_module
from tieback.recognise.makers.clues import ClueKind, MakerClue, maker_clues
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
LAUNCHER = '<intent-filter><category android:name="android.intent.category.LAUNCHER"/></intent-filter>'


def manifest(package: str, application: str = "", *activities: str) -> bytes:
    head = f'<manifest xmlns:android="http://schemas.android.com/apk/res/android" package="{package}">'
    return f'{head}<application android:name="{application}">{"".join(activities)}</application></manifest>'.encode()


def activity(name: str, inside: str = "", kind: str = "activity", target: str = "") -> str:
    aim = f' android:targetActivity="{target}"' if target else ""
    return f'<{kind} android:name="{name}"{aim}>{inside}</{kind}>'


def clues(data: bytes, kind: BufferKind, file: str = "f", *, utf16: bool = False) -> list[tuple[str, str]]:
    return [(one.kind, one.value) for one in maker_clues(Buffer(file, kind, data, utf16=utf16), RULES)]


@each(
    ("package", "application", "activities", "classes"),
    [
        ("io.cordova.hellocordova", "", [activity("de.acme.fit.Main", LAUNCHER)], ["de.acme.fit.Main"]),
        (
            "com.example.app",
            "de.acme.fit.App",
            [activity("de.partner.Pay"), activity("de.acme.fit.Main", LAUNCHER)],
            ["de.acme.fit.Main", "de.acme.fit.App"],
        ),
        ("com.example.app", "", [activity("x.Alias", LAUNCHER, "activity-alias", "de.acme.A")], ["de.acme.A"]),
        # The classes of a library, of the platform and of the template itself say nothing.
        ("com.example.app", "io.sentry.android.App", [activity("com.example.app.Main", LAUNCHER)], []),
        # The frame that a tool puts around the pages of every app.
        ("com.example.app", "net.fusionapp.core.FusionApplication", [activity("net.fusionapp.core.A", LAUNCHER)], []),
        ("com.example.app", "", [activity("net.fusionapps.fit.Main", LAUNCHER)], ["net.fusionapps.fit.Main"]),
        ("com.example.app", "androidx.multidex.MultiDexApplication", [activity("Main", LAUNCHER)], []),
        # The identifier of a maker gives his names. This class only shows where the code of the app is.
        ("de.acme.fit", "", [activity("org.original.Main", LAUNCHER)], ["org.original.Main"]),
        ("com.example.app", "", [activity("de.acme.fit.Main")], []),
    ],
)
def test_classes_that_start_an_app(package: str, application: str, activities: list[str], classes: list[str]) -> None:
    found = clues(manifest(package, application, *activities), BufferKind.MANIFEST)
    assert found == [("class", name) for name in classes]


@each(
    ("text", "kind", "file", "found"),
    [
        ("mail support@acme.de now", BufferKind.DEX, "f", [("support", "acme.de")]),
        ("support@help.acme.de", BufferKind.TEXT, "f", [("support", "help.acme.de")]),
        ("mobilesupport@acme.de, info@acme.de", BufferKind.TEXT, "f", []),
        ("support@acme", BufferKind.TEXT, "f", []),
        ("support@acme.de", BufferKind.NATIVE, "f", []),
        (
            '<widget xmlns="http://www.w3.org/ns/widgets"><author email="a@acme.de" href="http://www.acme.de/">',
            BufferKind.TEXT,
            "res/xml/config.xml",
            [("author", "www.acme.de"), ("author", "acme.de")],
        ),
        # The name of a picture for screens with more pixels.
        (
            '<widget xmlns="http://www.w3.org/ns/widgets"><author email="a@acme.de"/><icon src="a/icon@2x.png"/>',
            BufferKind.TEXT,
            "res/xml/config.xml",
            [("author", "acme.de")],
        ),
        # One person among many: a student, whose address is at a school.
        (
            '<widget xmlns="http://www.w3.org/ns/widgets"><author email="ann1921@school.test"/>',
            BufferKind.TEXT,
            "res/xml/config.xml",
            [],
        ),
        (
            '<widget xmlns="http://www.w3.org/ns/widgets"><author email="ann21@acme.de"/>',
            BufferKind.TEXT,
            "res/xml/config.xml",
            [("author", "acme.de")],
        ),
        ('<author email="a@acme.de" href="http://acme.de/">', BufferKind.TEXT, "res/xml/config.xml", []),
        ("http://www.w3.org/ns/widgets a@acme.de", BufferKind.TEXT, "other.xml", []),
    ],
)
def test_addresses(text: str, kind: BufferKind, file: str, found: list[tuple[str, str]]) -> None:
    assert clues(text.encode(), kind, file) == found


WIDGET = '<widget id="{}" version="1" xmlns="http://www.w3.org/ns/widgets">'
PLIST = "<plist><dict><key>CFBundleURLSchemes</key><array><string>{}</string></array></dict></plist>"
LINK = '<intent-filter><data android:scheme="{}"/></intent-filter>'


@each(
    ("data", "kind", "file", "identifiers"),
    [
        ('{"appId": "de.acme.fit"}', BufferKind.TEXT, "assets/capacitor.config.json", ["de.acme.fit"]),
        ('{"android": {"package": "de.acme.fit"}}', BufferKind.TEXT, "assets/app.config", ["de.acme.fit"]),
        ('{"ios":{"bundleIdentifier":"de.acme.fit"}}', BufferKind.TEXT, "assets/app.config", ["de.acme.fit"]),
        (WIDGET.format("de.acme.fit"), BufferKind.TEXT, "res/xml/config.xml", ["de.acme.fit"]),
        (PLIST.format("de.acme.fit"), BufferKind.MANIFEST, "Info.plist", ["de.acme.fit"]),
        # Identifiers of templates, of libraries and of services, names without a domain, and other files.
        ('{"appId": "io.ionic.starter"}', BufferKind.TEXT, "assets/capacitor.config.json", []),
        ('{"appId": "io.sentry.android"}', BufferKind.TEXT, "assets/capacitor.config.json", []),
        ('{"appId": "fit"}', BufferKind.TEXT, "assets/capacitor.config.json", []),
        ('{"appId": "de.acme.fit"}', BufferKind.TEXT, "assets/other.json", []),
        (PLIST.format("com.googleusercontent.apps.1-a"), BufferKind.MANIFEST, "Info.plist", []),
        (PLIST.format("acmefit"), BufferKind.MANIFEST, "Info.plist", []),
    ],
)
def test_identifiers_that_an_app_was_made_with(data: str, kind: BufferKind, file: str, identifiers: list[str]) -> None:
    assert clues(data.encode(), kind, file) == [("class", f"{name}.app") for name in identifiers]


@each(
    ("package", "scheme", "found"),
    [
        ("io.ionic.starter", "de.acme.fit", [("class", "de.acme.fit.app")]),
        ("io.ionic.starter", "https", []),
        ("de.other.x", "de.acme.fit", []),
    ],
)
def test_links_for_a_login_begin_with_the_identifier(package: str, scheme: str, found: list[tuple[str, str]]) -> None:
    data = manifest(package, "", activity("Main", LINK.format(scheme)))
    assert clues(data, BufferKind.MANIFEST) == found


def test_an_address_in_strings_of_two_bytes() -> None:
    data = "support@acme.de\0".encode("utf-16-le")
    assert clues(data, BufferKind.RESOURCES, utf16=True) == [("support", "acme.de")]


@given(st.binary(max_size=400), st.sampled_from(BufferKind), st.booleans())
def test_reading_any_bytes_never_raises(data: bytes, kind: BufferKind, utf16: bool) -> None:
    clues(data, kind, "config.xml", utf16=utf16)


def url(host: str, how: str = "dex-string/url", file: str = "classes.dex", context: str = "") -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context))


def cloud(value: str, how: str = "text/cloud-host", file: str = "f", context: str = "") -> Sighting:
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", "h.test", 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 1, how, context))


@each(
    ("script", "names"),
    [
        ("n.AppRegistry.registerComponent('AcmeFit',function(){return t})", ["AcmeFit"]),
        ('AppRegistry.registerComponent( "Acme Fit" , () => App);', ["Acme Fit"]),
        # Names of templates, two apps, a variable: an app without a name.
        ("n.AppRegistry.registerComponent('main',function(){return t})", [""]),
        ("AppRegistry.registerComponent('HelloWorld',a);", [""]),
        ("AppRegistry.registerComponent('AcmeFit',a);AppRegistry.registerComponent('AcmeLog',b);", [""]),
        ("AppRegistry.registerComponent(e.appKey,e.component)", [""]),
        # The name is in a module of its own: the settings of the app.
        (
            "AppRegistry.registerComponent(r(d[3]).name,a);e.exports={name:'AcmeFit',displayName:'Acme Fit'}",
            ["AcmeFit"],
        ),
        ('AppRegistry.registerComponent(r(d[3]).name,a);e.exports={"name":"main","displayName":"x"}', [""]),
        ("AppRegistry.registerComponent(r(d[3]).name,a);e.exports={name:'AcmeFit',version:'1.0'}", [""]),
        ("e.exports={name:'AcmeFit',displayName:'Acme Fit'}", []),
        ("registerComponent('AcmeFit',a)", []),
    ],
)
def test_the_name_that_a_script_of_react_native_registers(script: str, names: list[str]) -> None:
    for marks in (None, frozenset({maker_module.REGISTERED} if "AppRegistry" in script else ())):
        buffer = Buffer("main.jsbundle", BufferKind.TEXT, script.encode())
        assert [one.value for one in maker_clues(buffer, RULES, marks)] == names


@each(
    ("names", "endpoints", "reason"),
    [
        (["AcmeFit"], [("api.acmefit.com", "")], "acmefit.com has the name of the app"),
        (["AcmeFit"], [("api.partner.com", "")], ""),
        (["AcmeFitDemo"], [("api.acmefitdemo.com", "")], ""),
        (["AcmeFit", "AcmeLog"], [("api.acmefit.com", "")], ""),
        ([], [("api.acmefit.com", "")], ""),
        # A script that registers an app without a name has one maker, too.
        ([""], [("x.partner.com", "/api/login"), ("x.partner.com", "/api/register")], "registers its users"),
        ([""], [("api.acmefit.com", "")], ""),
        # Also without a name in the host: the rules for hosts that an app uses like its maker's.
        (["AcmeFit"], [("x.partner.com", "/api/login"), ("x.partner.com", "/api/register")], "registers its users"),
        ([], [("x.partner.com", "/api/login"), ("x.partner.com", "/api/register")], ""),
    ],
)
def test_a_script_without_a_package_has_the_name_that_it_registers(
    names: list[str], endpoints: list[tuple[str, str]], reason: str
) -> None:
    finds: list[Find] = [MakerClue(ClueKind.NAME, name, "main.jsbundle") for name in names]
    for host, path in endpoints:
        endpoint = Endpoint(EndpointKind.URL, f"https://{host}{path}", "https", host, 443, path)
        finds.append(Sighting(endpoint, 1, Party.UNKNOWN, Evidence("main.jsbundle", 1, "text/url")))
    first = merge_finds(None, finds, RULES).sightings[0]
    assert (first.party is Party.FIRST) is bool(reason)
    assert not reason or (reason in first.party_reason and first.owner == names[0])


PARTS = [cloud("firebase-hosting:some-shop"), cloud("firebase-rtdb:some-shop"), cloud("firebase-storage:some-shop")]


@each(
    ("finds", "own"),
    [
        # The parts of a configuration, and the only project at a service for apps.
        ([MakerClue(ClueKind.NAME, "", "main.jsbundle"), *PARTS], True),
        ([MakerClue(ClueKind.NAME, "AcmeDemo", "main.jsbundle"), *PARTS], True),
        ([MakerClue(ClueKind.NAME, "", "main.jsbundle"), cloud("supabase:abcdef")], True),
        ([MakerClue(ClueKind.NAME, "", "main.jsbundle"), cloud("s3:abcdef")], False),
        # A script that registers no app, such as one of a library.
        (PARTS, False),
    ],
)
def test_a_script_without_a_name_has_the_projects_that_it_names(finds: list[Find], own: bool) -> None:
    found = merge_finds(None, finds, RULES).sightings
    assert [one.party is Party.FIRST for one in found] == [own] * len(found)


@each(
    ("code", "kind", "found"),
    [
        (b"support@acme.de\0Lde/partner/a;\0", BufferKind.DEX, ["acme.de"]),
        # A package of the same domain in the code is that of a library.
        (b"support@acme.de\0Lde/acme/client/a;\0", BufferKind.DEX, []),
        (b"support@acme.de Lde/acme/client/a;", BufferKind.TEXT, ["acme.de"]),
    ],
)
def test_the_support_of_a_library(code: bytes, kind: BufferKind, found: list[str]) -> None:
    assert [value for _, value in clues(code, kind)] == found


def test_the_name_of_an_app_with_a_package_is_that_of_its_icon() -> None:
    finds: list[Find] = [MakerClue(ClueKind.NAME, "AcmeFit", "assets/index.android.bundle"), url("api.acmefit.com")]
    app = App(Platform.ANDROID, "com.other.thing", "0" * 64, "Thing")
    assert merge_finds(app, finds, RULES).sightings[0].party is Party.UNKNOWN


def clue(kind: ClueKind, value: str) -> MakerClue:
    return MakerClue(kind, value, "f")


def dsn(host: str) -> Credential:
    return Credential("sentry_dsn", "a***b", f"https://{host}", Evidence("f", 1, "text/url"))


SUPPORT, AUTHOR, CLASS = ClueKind.SUPPORT, ClueKind.AUTHOR, ClueKind.CLASS
STATEMENT = ("resource:string/assetStatements/url", "resources.arsc")
DECODED = ("text/url", "res/values/strings.xml", r"{\"namespace\": \"web\", \"site\": \"https://")


@each(
    ("finds", "endpoint", "reason"),
    [
        # The class that starts the app stands in for the bundle identifier of a template.
        ([clue(CLASS, "de.acme.fit.Main")], url("api.acme.de"), "the domain of the package of the app's own code"),
        ([clue(CLASS, "de.acme.fit.Main")], url("api.partner.de"), ""),
        ([clue(CLASS, "de.acme.activities.Main")], url("api.activities.com"), ""),
        # A package of one more part names the app, like a bundle identifier.
        ([clue(CLASS, "de.acme.parcelrun.Main")], url("api.parcelrun.com"), "parcelrun.com has the name of the app"),
        ([clue(CLASS, "de.acme.parcelrun.start.Main")], url("api.parcelrun.com"), ""),
        # A package that nobody reversed.
        ([clue(CLASS, "acme.de.fit.Main"), url("api.acme.de")], url("x.acme.de"), "the bundle identifier begins"),
        # The server of error reports, and the address of the support or the author, if there is one domain.
        ([dsn("errors.acme.de"), url("errors.acme.de")], url("api.acme.de"), "gets the error reports of the app"),
        ([dsn("o1.ingest.sentry.io"), url("o1.ingest.sentry.io")], url("api.acme.de"), ""),
        ([dsn("a.acme.de"), url("a.acme.de"), dsn("b.other.de"), url("b.other.de")], url("api.acme.de"), ""),
        ([url("sentry2.acme.de")], url("api.acme.de"), "for error reports or usage that makers run themselves"),
        ([url("matomo-eu.acme.de"), url("sentry.acme.de")], url("api.acme.de"), "a server for error reports"),
        ([url("matomo.acme.de"), url("sentry.other.de")], url("api.acme.de"), ""),
        ([url("sentry.io"), url("matomo.cloud"), url("x.sentry.acme.de")], url("api.acme.de"), ""),
        ([clue(SUPPORT, "acme.de")], url("api.acme.de"), "the only domain in the app with an address of its support"),
        ([clue(SUPPORT, "acme.de"), clue(SUPPORT, "gmail.com")], url("api.acme.de"), "an address of its support"),
        ([clue(SUPPORT, "acme.de"), clue(SUPPORT, "bank.de")], url("api.acme.de"), ""),
        ([clue(SUPPORT, "gmail.com")], url("api.gmail.com"), ""),
        ([clue(AUTHOR, "live.in")], url("api.live.in"), ""),
        ([clue(AUTHOR, "live.acme.de")], url("api.acme.de"), "an address of its author"),
        # The maker of a library, and a service for the apps of anyone.
        ([clue(SUPPORT, "firebase.com")], url("auth.firebase.com"), ""),
        ([clue(SUPPORT, "openweathermap.org")], url("api.openweathermap.org"), ""),
        ([clue(AUTHOR, "acme.de")], url("api.acme.de"), "the only domain in the app with an address of its author"),
        ([clue(AUTHOR, "cordova.io"), clue(AUTHOR, "cordova.apache.org")], url("cordova.io"), ""),
        # The site that the app states to be its own, or that a tool shows as the app.
        ([url("www.acme.de", *STATEMENT)], url("api.acme.de"), "the domain of links that the app claims"),
        ([url("www.acme.de", *DECODED)], url("api.acme.de"), "the domain of links that the app claims"),
        ([url("www.acme.de", "text/url", "res/values/strings.xml", "see https://")], url("api.acme.de"), ""),
        ([cloud("vercel:some-app", *STATEMENT)], cloud("vercel:some-app"), "the app claims the links"),
        (
            [url("www.acme.de", "text/url", "assets/capacitor.config.json", '"url": "https://www.acme.de"')],
            url("api.acme.de"),
            "the domain of links that the app claims",
        ),
        (
            [url("www.acme.de", "text/url", "assets/pages/main/view.json", '"url": "https://www.acme.de"')],
            url("api.acme.de"),
            "the domain of links that the app claims",
        ),
        ([url("www.acme.de", "text/url", "assets/capacitor.config.json", '"hint": "https://')], url("api.acme.de"), ""),
        # A project at a service for apps.
        ([cloud("supabase:abcdef")], cloud("supabase:abcdef"), "the only supabase project that the app names, abcdef"),
        ([cloud("supabase:abcdef")], cloud("supabase-storage:abcdef"), "the only supabase project"),
        ([cloud("supabase:abcdef"), cloud("supabase:other")], cloud("supabase:abcdef"), ""),
        ([cloud("parse:aB3dE")], cloud("parse:aB3dE"), "the only parse project that the app names, aB3dE"),
        ([cloud("parse:aB3dE"), cloud("parse:cD4fG")], cloud("parse:aB3dE"), ""),
        # Names that a hosting service makes of that of the application, and one that a person chose.
        ([], cloud("elastic-beanstalk:fit-env-1.us-east-1"), "the only elastic-beanstalk project"),
        ([], cloud("elastic-beanstalk:fit-env.eba-a1b2c3.us-east-1"), "the only elastic-beanstalk project"),
        ([], cloud("elastic-beanstalk:weather-api.us-east-1"), ""),
        ([cloud("zendesk:acmehelp")], cloud("zendesk:acmehelp"), "the only zendesk project that the app names"),
        ([cloud("zendesk:acmehelp")], url("acmehelp.atlassian.net"), "acmehelp is the maker's name at atlassian.net"),
        # The links that an app makes are below a domain of its own project; other domains can have its name.
        ([cloud("firebase-dynamic-links:acmehelp")], cloud("firebase-dynamic-links:acmehelp"), "the only firebase"),
        ([cloud("firebase-dynamic-links:acmehelp")], url("api.acmehelp.de"), "acmehelp.de has the name of the app"),
        ([cloud("supabase:acmehelp")], url("api.acmehelp.de"), "acmehelp.de has the name of the app"),
        ([cloud("supabase:acmehelp"), cloud("supabase:other")], url("api.acmehelp.de"), ""),
        ([cloud("heroku:acmehelp")], url("api.acmehelp.de"), ""),
        ([cloud("heroku:some-api")], cloud("heroku:some-api"), ""),
        ([cloud("s3:some-bucket")], cloud("s3:some-bucket"), ""),
    ],
)  # fmt: skip
def test_what_the_clues_say_about_an_endpoint(finds: list[Find], endpoint: Sighting, reason: str) -> None:
    app = App(Platform.ANDROID, "io.cordova.hellocordova", "0" * 64, "")
    collected = merge_finds(app, [*finds, endpoint], RULES)
    found = next(one for one in collected.sightings if one.endpoint.value == endpoint.endpoint.value)
    assert (found.party is Party.FIRST) is bool(reason), found.party_reason
    assert reason in found.party_reason


@each(
    ("bundle", "clues", "host", "reason"),
    [
        # Of several addresses, the one with a part of the bundle identifier, even a short one.
        ("com.mno.event", ("mno.com.ar", "mno-other.com"), "api.mno.com.ar", "with a part of its bundle identifier"),
        ("com.mno.event", ("mno.com.ar", "mno-other.com"), "api.mno-other.com", ""),
        ("com.mno.event", ("mno.com.ar", "mno.de"), "api.mno.de", ""),
        ("com.app.event", ("app.com.ar", "other.com"), "api.app.com.ar", ""),
        ("com.pqr.event", ("mno.com.ar", "other.com"), "api.mno.com.ar", ""),
    ],
)
def test_one_of_several_addresses(bundle: str, clues: tuple[str, ...], host: str, reason: str) -> None:
    finds: list[Find] = [*(clue(AUTHOR, one) for one in clues), url(host)]
    found = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, ""), finds, RULES).sightings[0]
    assert (found.party is Party.FIRST) is bool(reason), found.party_reason
    assert reason in found.party_reason


@given(
    st.lists(
        st.sampled_from(("support@", "support", "@", "acme.de", "a-b.co.uk", ".", "x", "-", "_", " ")), max_size=20
    )
)
def test_addresses_of_a_support_are_those_of_the_pattern(parts: list[str]) -> None:
    text = "".join(parts)
    for raw, pattern, wide in (
        (text.encode(), maker_module._SUPPORT, False),
        (text.encode("utf-16-le"), maker_module._SUPPORT_WIDE, True),
    ):
        found = maker_module._supports(Buffer("f", BufferKind.RESOURCES, raw, utf16=wide))
        assert [one.regs for one in found] == [one.regs for one in pattern.finditer(raw)]
