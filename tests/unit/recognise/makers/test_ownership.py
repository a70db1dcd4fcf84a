"""Whose an endpoint is, and why."""

import pytest

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


def maker(bundle_id: str = "com.workhub.mobile", vendor: str = "Workhub Access GmbH") -> Maker:
    return Maker(App(Platform.ANDROID, bundle_id, "0" * 64, vendor=vendor), RULES)


def url(host: str) -> Endpoint:
    return Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)


def resource(value: str, host: str = "") -> Endpoint:
    return Endpoint(EndpointKind.CLOUD, value, "https", host, 443)


@each(
    ("endpoint", "party", "owner", "reason"),
    [
        (url("api.workhub.com"), Party.FIRST, "Workhub Access GmbH", "domain of the app's bundle identifier"),
        (url("api.workhub.io"), Party.FIRST, "Workhub Access GmbH", "begins with the maker's name"),
        (resource("s3:workhub-prod-data"), Party.FIRST, "Workhub Access GmbH", "has the maker's name, workhub"),
        (resource("s3:networkhub"), Party.UNKNOWN, "", "does not identify its owner"),
        (resource("gcs:data", "storage.googleapis.com"), Party.UNKNOWN, "", "the name of the gcs resource"),
        (resource("azure-app-service:codepush", "codepush.azurewebsites.net"), Party.THIRD, "CodePush", "host of the"),
        (resource("azure-app-service:shop", "shop.azurewebsites.net"), Party.UNKNOWN, "", "azure-app-service resource"),
        (url("t.appsflyer.com"), Party.THIRD, "AppsFlyer", "host of the SDK or service AppsFlyer"),
        (url("www.googleapis.com"), Party.PLATFORM, "Google APIs", "host of the platform"),
        (url("init.itunes.apple.com"), Party.PLATFORM, "Apple services", "host of the platform"),
        (url("10.1.2.3"), Party.UNKNOWN, "", "an address does not identify"),
        (url("api.shop.de"), Party.UNKNOWN, "", "neither the maker's name nor that of a known SDK"),
    ],
)
def test_judgements(endpoint: Endpoint, party: Party, owner: str, reason: str) -> None:
    owned = maker().judge(endpoint)
    assert (owned.party, owned.owner) == (party, owner)
    assert reason in owned.reason


@pytest.mark.parametrize(
    ("evidence", "owner"),
    [
        (Evidence("Payload/A.app/Frameworks/Adjust.framework/Adjust", 1, "native-string/url"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/concat", "Lcom/adjust/sdk/Net;->send: https://x.de"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/url", "com.adjust.sdk.Net.send: https://x.de"), "Adjust"),
        (Evidence("classes.dex", 1, "dex-flow/url", "com.shop.Net.send: https://x.de"), ""),
        (Evidence("classes.dex", 1, "dex-string/url", "com.adjust.sdk.Net.send: https://x.de"), ""),
        (Evidence("classes.dex", 1, "dex-string/url", "https://x.de", ("Lcom/adjust/sdk/Net;",)), "Adjust"),
        (Evidence("classes.dex", 1, "dex-string/url", "https://x.de", ("Lcom/shop/Net;",)), ""),
    ],
)
def test_file_path_identifies_the_library(evidence: Evidence, owner: str) -> None:
    owned = maker().judge(url("api.x.de"), evidence)
    assert (owned.owner, owned.party) == (owner, Party.THIRD if owner else Party.UNKNOWN)


def test_no_first_party_without_an_app() -> None:
    assert Maker(None, RULES).judge(url("api.workhub.com")).party is Party.UNKNOWN


def test_unsigned_app_has_the_same_own_resources() -> None:
    unsigned = App(Platform.ANDROID, "com.app.vulnerablebank", "0" * 64)
    place = Evidence("resources.arsc", 1, "resource:string/firebase_database_url/cloud-host")
    owned = Maker(unsigned, RULES).judge(resource("firebase-rtdb:shop"), place)
    assert (owned.party, owned.owner) == (Party.FIRST, "com.app.vulnerablebank")


@pytest.mark.parametrize(
    ("file", "how", "party"),
    [
        ("resources.arsc", "resource:string/google_app_id/cloud-id", Party.FIRST),
        ("assets/google-services.json", "text/cloud-id", Party.FIRST),
        ("resources.arsc", "resource:string/some_url/cloud-host", Party.UNKNOWN),
        ("classes.dex", "dex-string/cloud-id", Party.UNKNOWN),
    ],
)
def test_what_the_configuration_names_is_the_makers(file: str, how: str, party: Party) -> None:
    owned = maker().judge(resource("firebase-app:1:123456789012:android:0a1b2c3d4e5f"), Evidence(file, 1, how))
    assert owned.party is party


@pytest.mark.parametrize(
    ("how", "name", "party"),
    [
        ("resource:string/firebase_url/url", "shop-data", Party.FIRST),
        ("resource:string/FirebaseRoot/url", "shop-data", Party.FIRST),
        ("resource:string/firebase_help_url/url", "shop-data", Party.UNKNOWN),
        ("dex-string/url", "shop-data", Party.UNKNOWN),
        # A database for the apps of anyone.
        ("resource:string/firebase_url/url", "hacker-news", Party.UNKNOWN),
    ],
)
def test_the_database_in_a_resource_of_an_old_sample(how: str, name: str, party: Party) -> None:
    found = Endpoint(EndpointKind.CLOUD, f"firebase-rtdb:{name}", "https", f"{name}.firebaseio.com", 443)
    assert maker().judge(found, Evidence("resources.arsc", 1, how)).party is party


@pytest.mark.parametrize(
    ("how", "host", "party"),
    [
        ("manifest:app-link/link-domain", "go.shop.de", Party.FIRST),
        ("entitlement:applinks/link-domain", "go.shop.de", Party.FIRST),
        ("manifest:deep-link/link-domain", "go.shop.de", Party.UNKNOWN),
        ("manifest:partner-link/link-domain", "go.shop.de", Party.UNKNOWN),
        ("manifest:app-link/link-domain", "www.facebook.com", Party.THIRD),
        ("text/url", "go.shop.de", Party.UNKNOWN),
    ],
)
def test_a_domain_whose_links_the_app_claims_is_the_makers(how: str, host: str, party: Party) -> None:
    owned = maker().judge(url(host), Evidence("AndroidManifest.xml", 1, how))
    assert owned.party is party
    if party is Party.FIRST:
        assert owned.reason == f"the app claims the links to {host} (not verified with the domain)"


def learned(*finds: tuple[str, str]) -> Maker:
    found = maker()
    found.learn_from([(url(host), Evidence("f", 1, how)) for host, how in finds])
    return found


PRIVACY = "resource:string/privacy_policy_url/url"


@each(
    ("finds", "host", "reason"),
    [
        ([("go.wh-links.de", "manifest:app-link/link-domain")], "api.wh-links.de", "links that the app claims"),
        ([("go.wh-links.de", "manifest:deep-link/link-domain")], "api.wh-links.de", ""),
        ([("go.wh-links.de", "manifest:partner-link/link-domain")], "api.wh-links.de", ""),
        ([("x.onelink.me", "manifest:app-link/link-domain")], "y.onelink.me", ""),
        # A page host's customers are strangers to each other.
        ([("shop.github.io", "manifest:app-link/link-domain")], "other.github.io", ""),
        ([("www.whgroup.de", PRIVACY)], "api.whgroup.de", "own legal page, privacy_policy_url"),
        ([("www.whgroup.de", "config:termsAndConditions/url")], "api.whgroup.de", "own legal page"),
        ([("www.whgroup.de", "resource:string/workhub_imprint/url")], "api.whgroup.de", "own legal page"),
        ([("www.adnet.de", "resource:string/adnet_privacy_policy_url/url")], "api.adnet.de", ""),
        ([("www.whgroup.de", "resource:string/help_url/url")], "api.whgroup.de", ""),
        ([("www.whgroup.de", "text/url")], "api.whgroup.de", ""),
        ([("www.iubenda.com", PRIVACY)], "api.iubenda.com", ""),
        ([("policies.google.com", PRIVACY)], "api.google.com", ""),
        # Of two pages nobody knows which one is the maker's.
        ([("www.whgroup.de", PRIVACY), ("www.sdk.de", "resource:string/terms_url/url")], "api.whgroup.de", ""),
        ([("www.workhub.com", PRIVACY), ("www.sdk.de", "resource:string/terms_url/url")], "api.sdk.de", ""),
    ],
)
def test_domains_of_the_maker_come_from_the_app(finds: list[tuple[str, str]], host: str, reason: str) -> None:
    owned = learned(*finds).judge(url(host))
    assert (owned.party is Party.FIRST) is bool(reason)
    assert reason in owned.reason


@pytest.mark.parametrize(
    ("host", "beside", "first"),
    [
        ("api.workhub.com", ["*.workhub.com", "img.whcdn.net"], True),
        ("api.workhub.com", ["img.whcdn.net"], False),
        ("api.other.de", ["api.other.de", "img.whcdn.net"], False),
        ("api.workhub.com", ["workhub.com", "img.whcdn.net", *(f"shop{n}.de" for n in range(8))], False),
        ("api.workhub.com", ["workhub.com", "graph.facebook.com"], False),
    ],
)
def test_few_names_in_one_certificate_are_one_owners(host: str, beside: list[str], first: bool) -> None:
    found = maker()
    found.learn_related(host, beside)
    owned = found.judge(url("img.whcdn.net"))
    assert (owned.party is Party.FIRST) is first
    if first:
        assert owned.reason == (
            "whcdn.net is in the certificate of api.workhub.com together with workhub.com, the maker's own"
        )
    assert found.judge(url("graph.facebook.com")).party is Party.THIRD


def test_domains_of_a_service_are_its_makers_when_one_of_them_is() -> None:
    spotify = maker("com.spotify.music", "Spotify AB")
    owned = spotify.judge(url("i.scdn.co"))
    assert (owned.party, owned.reason) == (
        Party.FIRST,
        "a host of Spotify, as is spotify.com, which is the maker's own",
    )
    assert maker().judge(url("i.scdn.co")).party is Party.THIRD


def test_the_apps_own_name_is_weaker_than_a_known_service() -> None:
    named = Maker(App(Platform.ANDROID, "org.maker.app", "0" * 64, "Mixpanel"), RULES)
    assert named.judge(url("api.mixpanel.com")).party is Party.THIRD
    # Named twice after somebody else's service it is that service's still, until the signer says the same.
    for vendor, party in (("", Party.THIRD), ("Acme GmbH", Party.THIRD), ("Mixpanel, Inc.", Party.FIRST)):
        twice = App(Platform.ANDROID, "org.maker.mixpanel", "0" * 64, "Mixpanel viewer", vendor=vendor)
        assert Maker(twice, RULES).judge(url("api.mixpanel.com")).party is party
    named = Maker(App(Platform.ANDROID, "org.maker.app", "0" * 64, "ParcelRun"), RULES)
    assert named.judge(url("api.parcelrun.de")).party is Party.FIRST


def unsigned(bundle: str, title: str = "", *finds: tuple[Endpoint, str]) -> Maker:
    found = Maker(App(Platform.ANDROID, bundle, "0" * 64, title), RULES)
    found.learn_from([(endpoint, Evidence("f", 1, how)) for endpoint, how in finds])
    return found


PROJECT = (resource("firestore:acme-fit-4ee8a"), "resource:string/project_id/config-key")
BASE_URL = "resource:string/BASE_URL/config-key"
LINK = "manifest:app-link/link-domain"
WEB = (resource("firestore:acme-fit"), "text/firebase-config")


@each(
    ("bundle", "title", "finds", "endpoint", "reason"),
    [
        ("owasp.mstg.x", "", [PROJECT], url("api.acme-fit.io"), "has the name of the app"),
        ("owasp.mstg.x", "", [PROJECT], resource("firebase-functions:us-central1-acme-fit-4ee8a"), "names its project"),
        ("owasp.mstg.x", "", [PROJECT], resource("firebase-rtdb:acme-fit-4ee8a-default-rtdb"), "names its project"),
        ("owasp.mstg.x", "", [PROJECT], resource("firebase-storage:acme-fit-4ee8a.appspot.com"), "names its project"),
        ("owasp.mstg.x", "", [PROJECT], resource("s3:acmefit-media"), "has the maker's name, acmefit"),
        ("owasp.mstg.x", "", [WEB], resource("s3:acme-fit-private"), "has the maker's name, acmefit"),
        ("owasp.mstg.x", "", [WEB], url("db.acme-fit.io"), "has the name of the app"),
        # Of two configurations in scripts one can be that of a library.
        ("owasp.mstg.x", "", [WEB, (resource("firestore:other-kit"), WEB[1])], url("db.acme-fit.io"), ""),
        ("owasp.mstg.x", "", [(resource("firestore:acme-fit"), "dex-string/cloud-id")], url("db.acme-fit.io"), ""),
        ("owasp.mstg.x", "", [(resource("firestore:dev-api-test"), PROJECT[1])], url("dev-api.io"), ""),
        ("io.cordova.hellocordova", "Acme Fit", [], url("api.acmefit.com"), "has the name of the app"),
        ("io.cordova.hellocordova", "Acme Fit Beta", [], url("api.acmefit.com"), "has the name of the app"),
        ("io.cordova.hellocordova", "Acme Fit", [], url("get-acmefit.com"), "get followed by the name of the app"),
        ("io.cordova.hellocordova", "Acme Fit", [], url("acmefit.atlassian.net"), "acmefit is the maker's name at"),
        ("io.cordova.hellocordova", "Acme Fit", [], url("acmefit.partner.com"), ""),
        ("io.cordova.hellocordova", "", [], url("cordova.io"), ""),
        ("org.reactjs.native.example.App", "", [], url("reactjs.org"), ""),
        ("com.companyname.app", "", [], url("companyname.com"), ""),
        ("com.example.tomatoes", "Rotten Tomatoes", [], url("api.rottentomatoes.com"), ""),
        ("de.rki.coronawarnapp", "", [], url("www.rki.de"), "the domain of the app's bundle identifier"),
        ("com.abc.app", "", [], url("www.abc.com"), ""),
        ("ch.protonvpn.android", "", [(url("go.proton.me"), LINK)], url("protonmail.ch"), "one organisation"),
        ("x.y", "", [(url("go.acmefit.com"), LINK)], url("api.acmefit.io"), "has the name of acmefit.com"),
        ("com.acmefit.app", "", [(url("acmefit.partner.org"), LINK)], url("api.partner.org"), ""),
        ("a.b", "Acme VPN", [(url("x.acme.com"), "manifest/url")], url("a.acme.com"), "manifest names it"),
        ("a.b", "Acme VPN", [(url("x.acme.com"), BASE_URL)], url("a.acme.com"), "own setting names it"),
        ("a.b", "Acme VPN", [(url("x.acme.com"), BASE_URL)], url("a.acme.io"), "with the name of"),
        ("a.b", "Acmefit", [], url("acmef.it"), "spells the name of the app"),
        ("a.b", "Acme VPN", [(url("x.partner.com"), BASE_URL)], url("a.partner.com"), ""),
        ("a.b", "Acme VPN", [(url("x.acme.com"), "text/url")], url("a.acme.com"), ""),
        ("com.example.acmevpn", "Acme VPN", [(url("x.acme.com"), BASE_URL)], url("a.acme.com"), ""),
        # An identifier that the tool wrote as a whole names no service.
        ("com.example.app", "Acme VPN", [(url("x.acme.com"), BASE_URL)], url("a.acme.com"), "own setting names it"),
        ("com.example.my_app", "Acme Fit", [], url("api.acmefit.com"), "has the name of the app"),
        ("org.reactjs.native.example.App", "Acme Fit", [], url("api.acmefit.com"), "has the name of the app"),
        ("org.reactjs.native.example.AcmeFit", "Acme Fit", [], url("api.acmefit.com"), ""),
        # A word that only says that it is an app.
        ("io.cordova.hellocordova", "Chat App", [], url("api.chatapp.com"), ""),
        ("com.acmefit.app", "Acmefit", [], url("acmefit.partner.com"), "acmefit has the name of the app below partner"),
        ("com.acmefit.app", "Acmefit", [], url("api.acmefit-test.partner.com"), "acmefit-test has the name"),
        ("com.acmefit.app", "Acmefit", [], url("x.acmefit.y.partner.com"), ""),
        ("com.acmefit.app", "Acmefit", [], url("acmefit19.partner.com"), ""),
        ("com.acmefit.app", "", [], url("acmefit-eid.de"), "begins with the maker's name, acmefit, and a hyphen"),
        ("app.vercel.acme_fit.twa", "", [], url("acme-fit.vercel.app"), "the domain of the app's bundle identifier"),
        ("a.b", "Acmefit", [], url("acmefitdns.com"), "the name of the app, acmefit, followed by dns"),
        ("com.acmefit.app", "", [], resource("azure-blob:acmefitstagingpublic"), "the maker's name, acmefit"),
        ("com.acmefit.app", "", [], resource("azure-blob:acmefitpartner"), ""),
        ("com.acmefit.app", "", [], resource("heroku:acmefitserveralpha"), "the maker's name, acmefit"),
        ("com.acmefit.app", "", [], resource("s3:acmefitprofile"), "the maker's name, acmefit"),
        ("me.acmefit", "", [], resource("cloudflare-workers:graph.acmefitdotme"), "acmefitdotme"),
    ],
)  # fmt: skip
def test_own_endpoints_of_an_app_without_a_signer(
    bundle: str, title: str, finds: list[tuple[Endpoint, str]], endpoint: Endpoint, reason: str
) -> None:
    owned = unsigned(bundle, title, *finds).judge(endpoint)
    assert (owned.party is Party.FIRST) is bool(reason)
    assert reason in owned.reason


@each(
    ("title", "hosts", "host", "party"),
    [
        ("Acme Fit", ["a.acmefit.com", "b.acmefit.com", "c.acmefit.com"], "x.acmefit.com", Party.FIRST),
        ("Acme Fit", ["a.acmefit.com", "b.acmefit.com"], "x.acmefit.com", Party.UNKNOWN),
        ("Acmefit", ["a.acmefit.com", "b.acmefit.com", "c.acmefit.io"], "x.acmefit.io", Party.FIRST),
        ("Acme VPN", ["a.acme.com", "b.acme.com", "c.acme.com"], "x.acme.io", Party.FIRST),
        ("Weather Now", ["a.weather.com", "b.weather.com", "c.weather.com"], "x.weather.com", Party.UNKNOWN),
        ("Acme VPN", ["a.other.com", "b.other.com", "c.other.com"], "x.other.com", Party.UNKNOWN),
    ],
)
def test_a_domain_with_many_hosts_and_a_part_of_the_name(title: str, hosts: list[str], host: str, party: Party) -> None:
    found = unsigned("com.example.acmefit", title)
    found.learn_hosts(hosts)
    assert found.judge(url(host)).party is party


@each(
    ("hosts", "host", "party"),
    [
        (["a.acmefitlsp.com", "b.acmefitlsp.com", "c.acmefitlsp.com"], "x.acmefitlsp.com", Party.FIRST),
        (["api-staging.acmefited.org"], "api.acmefited.org", Party.FIRST),
        (["staging.acmefited.org"], "staging.acmefited.org", Party.FIRST),
        (["a.acmefited.org", "b.acmefited.org"], "x.acmefited.org", Party.UNKNOWN),
        (["a.acmefitness.org", "b.acmefitness.org", "staging.acmefitness.org"], "x.acmefitness.org", Party.UNKNOWN),
        (["staging.partner.org", "a.partner.org", "b.partner.org"], "x.partner.org", Party.UNKNOWN),
    ],
)
def test_a_domain_that_extends_the_name_of_the_maker(hosts: list[str], host: str, party: Party) -> None:
    found = unsigned("com.acmefit.app")
    found.learn_hosts(hosts)
    assert found.judge(url(host)).party is party


def pages(bundle: str, title: str, *addresses: str) -> Maker:
    found = Maker(App(Platform.ANDROID, bundle, "0" * 64, title), RULES)
    finds = []
    for address in addresses:
        host, _, path = address.partition("/")
        endpoint = Endpoint(EndpointKind.URL, f"https://{address}", "https", host, 443, f"/{path}")
        finds.append((endpoint, Evidence("f", 1, "dex-string/url")))
    found.learn_from(finds)
    found.learn_hosts(address.partition("/")[0] for address in addresses)
    return found


@each(
    ("bundle", "title", "addresses", "host", "reason"),
    [
        (
            "io.ionic.starter",
            "Acme",
            ["acme.de/privacy"],
            "api.acme.de",
            "the name of the app and the app's only legal page, /privacy",
        ),
        ("io.ionic.starter", "Acme Mail", ["acme.de/en/privacy-policy"], "api.acme.de", "the app's only legal page"),
        ("io.ionic.starter", "Acme", ["joinacme.de/imprint"], "api.joinacme.de", "the app's only legal page"),
        ("io.ionic.starter", "Acme", ["acme.de/privacy", "acme.de/terms"], "api.acme.de", "the app's only legal page"),
        ("io.ionic.starter", "Acme", ["acme.de/privacy"], "api.acme.io", "has the name of acme.de"),
        # Both begin with the same word.
        (
            "io.ionic.starter",
            "PiscoRegistro",
            ["piscotics.de/privacy"],
            "api.piscotics.de",
            "the app's only legal page",
        ),
        ("io.ionic.starter", "Pisco Registro", ["piscotics.de/imprint"], "api.piscotics.de", "only legal page"),
        ("io.ionic.starter", "PiscoRegistro", ["piscotics.de/terms"], "api.piscotics.de", ""),
        ("io.ionic.starter", "AcmeRegistro", ["acmes.de/privacy"], "api.acmelike.de", ""),
        ("io.ionic.starter", "WalletRegistro", ["walletics.de/privacy"], "api.walletics.de", ""),
        # The other domain of a maker, by its name.
        ("de.uni.app", "Campus", ["www.uni.de/x", "uni.app/privacy"], "uni.app", "the name of uni.de and"),
        # The page of a tool that builds apps, or of a partner.
        ("com.some.chat", "Chat", ["code.org/privacy"], "studio.code.org", ""),
        ("com.acme.wallet", "Acme", ["api.acme.com/v1", "partner.io/privacy"], "api.partner.io", ""),
        # Terms do not show who is responsible; of two pages nobody knows which one is the maker's.
        ("io.ionic.starter", "Acme", ["acme.de/terms"], "api.acme.de", ""),
        ("io.ionic.starter", "Acme", ["acme.de/privacy", "partner.io/terms"], "api.acme.de", ""),
        (
            "io.ionic.starter",
            "Acme",
            ["acme.de/privacy", "policies.google.com/privacy"],
            "api.acme.de",
            "only legal page",
        ),
        # An example of a service, and common words.
        ("com.example.acme", "Acme", ["acme.de/privacy"], "api.acme.de", ""),
        ("com.example.app", "Acme", ["acme.de/privacy"], "api.acme.de", "the app's only legal page"),
        ("io.ionic.starter", "Wallet", ["wallet.de/privacy"], "api.wallet.de", ""),
    ],
)
def test_a_legal_page_with_the_name_of_the_app(
    bundle: str, title: str, addresses: list[str], host: str, reason: str
) -> None:
    owned = pages(bundle, title, *addresses).judge(url(host))
    assert (owned.party is Party.FIRST) is bool(reason)
    assert reason in owned.reason


REGISTERED = (resource("firebase-app:1:123456789012:web:0a1b2c3d4e5f"), "text/cloud-id")
STORE = (resource("firebase-storage:acme-prod.appspot.com"), "text/cloud-host")


@each(
    ("title", "finds", "endpoint", "reason"),
    [
        ("", [REGISTERED], REGISTERED[0], "the app is registered in one project only, 123456789012"),
        ("", [REGISTERED, STORE], STORE[0], "the app is registered in one project only, acme-prod"),
        ("", [REGISTERED, STORE], resource("firestore:acme-prod"), "the app is registered in one project only"),
        # Without a registration, or with two, the project can be that of a library.
        ("", [STORE], STORE[0], ""),
        ("", [REGISTERED, (resource("firebase-app:1:999999999999:web:0a1b2c3d"), "text/cloud-id")], REGISTERED[0], ""),
        ("", [REGISTERED, STORE, (resource("firestore:other"), "text/cloud-id")], STORE[0], ""),
        ("", [PROJECT, REGISTERED], REGISTERED[0], ""),
        # A short name under the icon counts if the project has it too.
        ("Acme", [PROJECT], url("acme.io"), "begins with the maker's name"),
        ("Fits", [(resource("firestore:acme-fits"), PROJECT[1])], url("fits.io"), ""),
        ("Acme", [(resource("firestore:acme-58bf8"), PROJECT[1])], url("acme.io"), "begins with the maker's name"),
        ("Acme", [(url("go.acme.app"), "manifest:partner-link/link-domain")], url("x.acme.app"), "the app claims"),
        ("Acme", [(url("go.other.app"), "manifest:partner-link/link-domain")], url("x.other.app"), ""),
        ("Acme", [(url("go.acme.app"), LINK)], resource("zendesk:acmeapp"), "has the maker's name, acme"),
    ],
)
def test_the_only_project_of_an_app(
    title: str, finds: list[tuple[Endpoint, str]], endpoint: Endpoint, reason: str
) -> None:
    owned = unsigned("io.ionic.starter", title, *finds).judge(endpoint)
    assert (owned.party is Party.FIRST) is bool(reason)
    assert reason in owned.reason


def test_the_project_of_a_library_is_not_the_apps() -> None:
    found = Maker(App(Platform.ANDROID, "io.ionic.starter", "0" * 64), RULES)
    place = Evidence("Payload/A.app/Frameworks/Adjust.framework/Adjust", 1, "native-string/cloud-id")
    found.learn_from([(REGISTERED[0], place)])
    assert found.judge(REGISTERED[0]).party is Party.UNKNOWN


@each(
    ("bundle", "title", "host", "reason"),
    [
        ("com.acme.parcelrun", "", "acme-parcelrun.de", "begins with the maker's name"),
        ("com.acme.parcelrun.android", "", "parcelrun-android.de", "begins with the maker's name"),
        ("com.acme.io", "", "acmeio.de", ""),
        ("com.github.user", "", "api.githubuser.de", ""),
        ("x.acme.parcelrun", "", "acmeparcelrun.de", ""),
        ("no.mittabc.store", "AbC", "www.abc.no", "begins with the maker's name"),
        ("no.mittabc.store", "AbC", "www.abcdn.no", ""),
        ("com.acmefit.app", "", "acmefit.qualtrics.com", "acmefit is the maker's name at qualtrics.com"),
        ("com.acmefit.app", "", "cdn.acmefitplayer.xyz", "the maker's name, acmefit, followed by player"),
    ],
)
def test_names_that_the_bundle_identifier_spells(bundle: str, title: str, host: str, reason: str) -> None:
    owned = unsigned(bundle, title).judge(url(host))
    assert (owned.party is Party.FIRST) is bool(reason)
    assert reason in owned.reason


@each(
    ("bundle", "project", "host", "party"),
    [
        ("org.zuq.fit", "zuq-fit-prod", "www.zuq.int", Party.FIRST),
        ("org.zuq.fit", "fit-zuq-prod", "www.zuq.int", Party.UNKNOWN),
        ("org.zuq.fit", "other-prod", "www.zuq.int", Party.UNKNOWN),
        ("org.pay.fit", "pay-fit-prod", "www.pay.int", Party.UNKNOWN),
        ("org.zuq.fit", "zuq-fit-prod", "www.zuqs.int", Party.UNKNOWN),
    ],
)
def test_a_short_name_in_the_identifier_and_in_the_project(bundle: str, project: str, host: str, party: Party) -> None:
    made = unsigned(bundle, "", (resource(f"firestore:{project}"), "resource:string/project_id/config-key"))
    assert made.judge(url(host)).party is party


def test_a_template_identifier_is_only_the_name_of_last_resort() -> None:
    place = Evidence("assets/google-services.json", 1, "text/cloud-id")
    firebase = resource("firebase-app:1:123456789012:android:0a1b2c3d4e5f")
    assert unsigned("io.cordova.hellocordova", "Acme Fit").judge(firebase, place).owner == "Acme Fit"
    assert unsigned("io.cordova.hellocordova").judge(firebase, place).owner == "io.cordova.hellocordova"


RUN = "cloud-run:{}-mog3fenz3a-uc"
AZURE = "azure-app-service:shop-abcdefgh12345678.westeurope-01"


@each(
    ("values", "value", "first"),
    [
        # A hosting service made the name: nobody publishes it. A few are those for tests and for production.
        ([RUN.format("orders")], RUN.format("orders"), True),
        ([RUN.format("orders")], RUN.format("login"), True),
        (["cloud-run:orders-123456789012"], "cloud-run:orders-123456789012", True),
        (["railway:backend-production-53f9e"], "railway:backend-production-53f9e", True),
        (["aws-apigateway:a1b2c3d4e5", "aws-apigateway:b1b2c3d4e5"], "aws-apigateway:b1b2c3d4e5", True),
        ([f"aws-apigateway:{n}1b2c3d4e5" for n in "abcd"], "aws-apigateway:a1b2c3d4e5", False),
        (["supabase:abcdefghijklmnopqrst", "supabase:bbcdefghijklmnopqrst"], "supabase:bbcdefghijklmnopqrst", True),
        (["supabase:abcdefghijklmnopqrst", "supabase:my-alias"], "supabase:abcdefghijklmnopqrst", False),
        (["ngrok:some-words"], "ngrok:some-words", True),
        (["vercel:shop-a1b2c3d4e-acmes-projects"], "vercel:shop-a1b2c3d4e-acmes-projects", True),
        (["vercel:shop-a1b2c3d4e-acmes-projects"], "vercel:login-b1b2c3d4e-acmes-projects", True),
        (["heroku:quiet-meadow-12345"], "heroku:quiet-meadow-12345", True),
        (["heroku:shop-0a1b2c3d4e5f"], "heroku:shop-0a1b2c3d4e5f", True),
        (["netlify:quiet-meadow-a1b2c3"], "netlify:quiet-meadow-a1b2c3", True),
        ([AZURE], AZURE, True),
        (["aws-load-balancer:shop-1234567890"], "aws-load-balancer:shop-1234567890", True),
        (["cloudinary:dab1cdefg"], "cloudinary:dab1cdefg", True),
        (["contentful:abc123def456"], "contentful:abc123def456", True),
        # A database or a broker for which an app needs a password; two, of which one can be that of others.
        (["mongodb-atlas:cluster0.ab1cd"], "mongodb-atlas:cluster0.ab1cd", True),
        (["azure-sql:shop-sql"], "azure-sql:shop-sql", True),
        (["hivemq-cloud:0123", "cloudamqp:wasp"], "hivemq-cloud:0123", True),
        (["azure-sql:shop-sql", "azure-sql:other-sql"], "azure-sql:shop-sql", False),
        # A name that a person chose can be that of a public service.
        (["vercel:shop-api-for-everybody"], "vercel:shop-api-for-everybody", False),
        (["heroku:quiet-meadow"], "heroku:quiet-meadow", False),
        (["netlify:quiet-meadow-shop"], "netlify:quiet-meadow-shop", False),
        (["cloudinary:demo"], "cloudinary:demo", False),
        (["railway:cors-proxy"], "railway:cors-proxy", False),
        (["lovable:shop-orders"], "lovable:shop-orders", False),
        (["heroku:cors-anywhere"], "heroku:cors-anywhere", False),
        # The console made the end of the name, because the name was taken.
        (["firebase-rtdb:shop-d40f6"], "firebase-storage:shop-d40f6.appspot.com", True),
        (["app-engine:meetup-160707"], "app-engine:meetup-160707", True),
        (["firebase-rtdb:hacker-news"], "firebase-rtdb:hacker-news", False),
        (["firebase-rtdb:the-decade"], "firebase-rtdb:the-decade", False),
        ([f"firebase-rtdb:shop{n}-d40f6" for n in range(4)], "firebase-rtdb:shop0-d40f6", False),
    ],
)
def test_names_that_a_service_makes(values: list[str], value: str, first: bool) -> None:
    found = unsigned("x.y", "", *((resource(one), "text/cloud-host") for one in values))
    assert (found.judge(resource(value)).party is Party.FIRST) is first


def test_the_configuration_counts_more_than_a_name_that_the_console_made() -> None:
    configured = (resource("firestore:acme-fit-1a2b3"), "config:project_id/config-key")
    found = unsigned("x.y", "", (resource("firebase-rtdb:shop-d40f6"), "text/url"), configured)
    assert found.judge(resource("firebase-rtdb:acme-fit-1a2b3")).party is Party.FIRST
    registered = unsigned(
        "x.y", "", (resource("firebase-rtdb:shop-d40f6"), "text/url"), (resource("firebase-app:1:2:web:3"), "text/x")
    )
    assert registered.judge(resource("firebase-storage:shop-d40f6")).party is Party.FIRST
    assert registered.judge(resource("firebase-storage:other-d40f7")).party is Party.UNKNOWN


CONFIRMED = ["a.acmefit.com", "b.acmefit.com", "c.acmefit.com"]
SHARED = [f"{one}.acmefit.prod.gke.labs.test" for one in "abc"]


@each(
    ("bundle", "title", "hosts", "host", "reason"),
    [
        # A common word is the name of an authority below the domain of governments and universities.
        ("au.gov.health.app", "", [], "www.health.gov.au", "the domain of the app's bundle identifier"),
        ("com.health.app", "", [], "www.health.com", ""),
        # Other spellings of a name.
        ("com.blockstream.x", "", [], "blkstrm.com", "the maker's name, blockstream, without its vowels"),
        ("com.blockstream.x", "", [], "blkstr.com", ""),
        ("com.blockstream.x", "", [], "btm.com", ""),
        ("com.acmefit.x", "", [], "photo-acmefit.de", "ends with a hyphen and the maker's name, acmefit"),
        ("com.acme.x", "", [], "photo-acme.de", ""),
        ("com.acmefit.x", "", [], "acmefitvpn.com", "the maker's name, acmefit, followed by vpn"),
        ("de.acmefit", "", ["go.acmefit.de"], "acmef.it", "spells the maker's name"),
        # An identifier that nobody reversed.
        ("acme.io.fit", "", ["api.acme.io"], "x.acme.io", "the domain with which the bundle identifier begins"),
        ("com.app.fit", "", ["api.com.app"], "api.com.app", ""),
        # A long name under the icon below another domain; a short one is often a topic.
        ("a.b", "Attendance Base", [], "attendancebase.person.me", "attendancebase has the name of the app below"),
        ("a.b", "Covid19", [], "covid19.gouv.tg", ""),
        ("a.b", "Translate", [], "translate.partner.com", ""),
        ("com.example.shop", "Attendance Base", [], "attendancebase.person.me", ""),
        # A name that another place confirms can be short.
        ("a.b", "Ente Auth", ["a.ente.io", "b.ente.io", "c.ente.io"], "backblaze:ente-prod-eu", "maker's name, ente"),
        ("a.b", "Ente Auth", ["a.ente.io"], "backblaze:ente-prod-eu", ""),
        # The initials of the name.
        ("a.b", "Khyber Delicious Food", [], "lovable:kdf-pk", "the maker's name, kdf"),
        ("a.b", "Khyber Delicious Food", [], "lovable:pk-kdf", ""),
        ("a.b", "Delicious Food", [], "lovable:df-pk", ""),
        ("a.b", "DoodleDooGo", [], "s3:ddg-sandbox", "the maker's name, ddg"),
        ("a.b", "DoodleGo", [], "s3:dg-sandbox", ""),
        # A short name with a digit is no word.
        ("a.b", "A4U", [], "heroku:api-rest-a4u", "the maker's name, a4u"),
        ("a.b", "Yes", [], "heroku:api-rest-yes", ""),
        # The first part of a word, with a host for tests or several hosts.
        ("a.b", "DoodleDooGo", ["dev.doodle.ai"], "doodle.ai", "a domain with the name of the app"),
        ("a.b", "DoodleDooGo", ["x.doodle.ai"], "doodle.ai", ""),
        # The beginning of a name, cut by a top-level domain; the name without the vowels inside it.
        ("com.cabinetshop.x", "", [], "cabin.et", "the beginning of the maker's name, cabinetshop"),
        ("com.cabinetshop.x", "", [], "cabi.ne", "the beginning of the maker's name, cabinetshop"),
        ("com.cabinetshop.x", "", [], "cab.in", ""),
        ("com.verada.x", "", [], "vrda.app", "the maker's name, verada, without its vowels"),
        # Several hosts with the name of the app below another domain, wherever it is there.
        ("com.acmefit.x", "", SHARED, "a.acmefit.prod.gke.labs.test", "acmefit has the name of the app below labs"),
        ("com.acmefit.x", "", SHARED[:2], "a.acmefit.prod.gke.labs.test", ""),
        ("com.acmefit.x", "", SHARED, "a.other.prod.gke.labs.test", ""),
        # An identifier in the order of its name: two of its parts are one word.
        ("co.helpdesk.acme", "", [], "www.acmehelpdesk.com", "acmehelpdesk.com begins with the maker's name"),
        # A part of a package cannot begin with a digit; an identifier without a top-level domain.
        ("info.a9co.board", "", [], "board.9co.info", "the domain of the app's bundle identifier, which cannot begin"),
        ("info._9co.board", "", [], "board.9co.info", "the domain of the app's bundle identifier, which cannot begin"),
        ("info.a9co.board", "", [], "board.9co.com", ""),
        ("acme5.greenhome", "", ["greenhome.acme5.com"], "x.acme5.com", "a host that the bundle identifier reverses"),
        ("acme5.greenhome", "", ["other.acme5.com"], "x.acme5.com", ""),
        # A long name of another domain of the organisation, below another domain or with a usual word.
        ("org.wikipedia", "", [], "wikimediafoundation.org", "wikimedia, followed by foundation"),
        ("org.wikipedia", "", [], "meta.wikimedia.beta.labs.test", "wikimedia has the name of the app below labs.test"),
        ("org.wikipedia", "", [], "meta.beta.labs.test", ""),
        # A customer of a service can have a number.
        ("com.acmefit.x", "", [], "acmefit1.typeform.com", "acmefit1 is the maker's name at typeform.com"),
        # A word of the name and one for a company. A short word needs the other one in the identifier.
        ("a.b", "AcmewareTimes", [], "acmewaresystems.com", "a word of the name of the app, followed by systems"),
        ("a.b", "Acme Mobile", [], "x.acmelabs.org", "acme, a word of the name of the app, followed by labs"),
        ("com.acmeapps.labs.acmerunner", "Acme Runner", [], "x.acmelabs.org", "acme, a word of the name of the app"),
        ("com.acmeapps.team.acmerunner", "Acme Runner", [], "x.acmelabs.org", ""),
        ("a.b", "Weather Map", [], "weathersystems.com", ""),
        ("com.example.x", "AcmewareTimes", [], "acmewaresystems.com", ""),
        # A longer name of the domain, with a test environment; a host that begins with a long name.
        ("a.b", "RunPine", ["api-staging.runpinemusic.com"], "runpinemusic.com", "a longer form of the maker's name"),
        ("a.b", "RunPine", ["api.runpinemusic.com"], "runpinemusic.com", ""),
        ("a.b", "Acme Cert", [], "acmecertificate-app.shared.test", "has the name of the app below shared.test"),
        ("a.b", "Acme", [], "acmecertificate-app.shared.test", ""),
        # The first two of three words: a reader is named after a newspaper.
        ("a.b", "Acme Helpdesk Community", [], "www.acmehelpdesk.com", ""),
        # Several hosts with a name that another domain confirms.
        ("a.b", "Acmefit X", [*CONFIRMED, *SHARED], "a.acmefit.prod.gke.labs.test", "name of the app below labs.test"),
        ("a.b", "Acmefit X", SHARED, "a.acmefit.prod.gke.labs.test", ""),
        # An organisation with the name of the app, by several of its domains.
        ("a.b", "Wikipedia", ["x.wikidata.org", "www.mediawiki.org"], "wikidata.org", "of one organisation"),
        ("a.b", "Wikipedia", ["x.wikidata.org"], "wikidata.org", ""),
        ("a.b", "Encyclopedia", ["x.wikidata.org", "www.mediawiki.org"], "wikidata.org", ""),
        # A name of one word can be that of a host of others, unless a domain of the maker or another place has it.
        ("a.b", "Timetable", [], "timetable.college.test", ""),
        ("com.acme.timetable", "Timetable", [], "timetable.college.test", ""),
        ("com.timetable.app", "Timetable", [], "timetable.college.test", "has the name of the app below college.test"),
        ("a.b", "Timetable", [f"{x}.timetable.eu" for x in "abc"], "timetable.college.test", "below college.test"),
        ("a.b", "TimeTable", [], "timetable.college.test", "has the name of the app below college.test"),
        # A host that spells the name, and the name without "my".
        ("a.b", "fit Culture", [], "fit.culture.fr", "fit.culture.fr spells the name of the app"),
        ("a.b", "fit Culture", [], "fit.other.fr", ""),
        ("a.b", "myDietolog", [], "dietolog.bomb.ru", "dietolog is the name of the app below bomb.ru, without my"),
        ("a.b", "myDiet", [], "diet.bomb.ru", ""),
        ("a.b", "MyCalendar", [], "calendar.bomb.ru", ""),
        # The identifier that a tool writes.
        ("org.cordova.quasar.app", "", [], "cordova.io", ""),
        ("com.anonymous.shop", "", [], "anonymous.com", ""),
    ],
)  # fmt: skip
def test_names_of_a_maker_in_other_forms(bundle: str, title: str, hosts: list[str], host: str, reason: str) -> None:
    found = unsigned(bundle, title)
    found.learn_hosts(hosts)
    owned = found.judge(resource(host) if ":" in host else url(host))
    assert (owned.party is Party.FIRST) is bool(reason), owned.reason
    assert reason in owned.reason


CAT = ["a.catlibrary.org/x", "b.catlibrary.org/x", "catlibrary.org/privacy"]


@each(
    ("bundle", "addresses", "host", "reason"),
    [
        # Of several pages, the one at a domain with a long part of the identifier and many hosts.
        ("org.acme.catlibr.app", [*CAT, "dog.org/privacy"], "c.catlibrary.org", "3 hosts in the app"),
        ("org.acme.library.app", [*CAT, "dog.org/privacy"], "c.catlibrary.org", ""),
        ("org.acme.catlibr.app", [*CAT[1:], "dog.org/privacy"], "c.catlibrary.org", ""),
        ("org.acme.catlibr.app", [*CAT[:2], "catlibrary.org/terms", "dog.org/privacy"], "c.catlibrary.org", ""),
    ],
)
def test_one_of_several_legal_pages(bundle: str, addresses: list[str], host: str, reason: str) -> None:
    owned = pages(bundle, "X", *addresses).judge(url(host))
    assert (owned.party is Party.FIRST) is bool(reason), owned.reason
    assert reason in owned.reason


@each(
    ("title", "addresses", "host", "reason"),
    [
        ("Phoenix", ["phoenix.acinq.co/privacy"], "api.acinq.co", "and of a host with the name of the app"),
        ("ESP Rainmaker", ["rainmaker.esp.io/en/privacy"], "api.esp.io", "and of a host with the name of the app"),
        (
            "Pocket Code",
            ["www.cat.org/privacy", "a.cat.org/x", "b.cat.org/x"],
            "c.cat.org",
            "and of 3 hosts in the app",
        ),
        ("Pocket Code", ["www.cat.org/privacy", "a.cat.org/x"], "c.cat.org", ""),
        ("Pocket Code", ["www.cat.org/terms", "a.cat.org/x", "b.cat.org/x"], "c.cat.org", ""),
        ("Pocket Code", ["www.cat.org/privacy", "a.cat.org/x", "b.cat.org/x", "dog.org/privacy"], "c.cat.org", ""),
        # An API there, in an app that names no other domain of its maker.
        ("Pocket Code", ["cat.org/privacy", "api.cat.org/v1"], "c.cat.org", "and of an API that the app calls"),
        ("Pocket Code", ["cat.org/terms", "api.cat.org/v1"], "c.cat.org", ""),
        (
            "Catpay",
            ["cat.org/privacy", "api.cat.org/v1", "x.catpay.org", "y.catpay.org", "catpay.org"],
            "c.cat.org",
            "",
        ),
        # A tool puts its own page into each app.
        ("Pocket Code", ["code.org/privacy", "studio.code.org/x", "a.code.org/x"], "b.code.org", ""),
    ],
)
def test_the_only_legal_page_of_an_app(title: str, addresses: list[str], host: str, reason: str) -> None:
    owned = pages("io.ionic.starter", title, *addresses).judge(url(host))
    assert (owned.party is Party.FIRST) is bool(reason), owned.reason
    assert reason in owned.reason
