"""The rule files: readable, sourced, without contradiction."""

import tomllib
from importlib import resources

import pytest

from tests.each import each
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
FILES = (
    "services.toml",
    "not_backends.toml",
    "sdk_hosts.toml",
    "host_names.toml",
    "cloud.toml",
    "credentials.toml",
    "credentials_tokens.toml",
    "sdk_packages.toml",
    "settings/config.toml",
)


@each("name", FILES)
def test_each_entry_names_its_source(name: str) -> None:
    data = tomllib.loads(resources.files("tieback.recognise").joinpath(name).read_text("utf-8"))
    for entries in data.values():
        for entry in entries if isinstance(entries, list) else ():
            assert entry["source"].strip()


REQUESTS = RULES.not_backends.requests


@each("address", [text for rule in REQUESTS for text in rule.match])
def test_an_address_that_only_programs_request_is_a_back_end(address: str) -> None:
    host, _, path = address.partition("/")
    assert RULES.not_backends.reason(host) is not None or host == "api.stackexchange.com"
    assert RULES.not_backends.reason(host, f"/{path}") is None


@each("address", [text for rule in REQUESTS for text in rule.avoid])
def test_a_link_to_documentation_or_code_is_none(address: str) -> None:
    host, _, path = address.partition("/")
    assert RULES.not_backends.reason(host, f"/{path}") is not None


@pytest.mark.parametrize(
    ("host", "linked"),
    [
        ("github.com", True),
        ("de.wikipedia.org", True),
        ("itunes.apple.com", True),
        ("leafletjs.com", True),
        ("unpkg.com", False),
        ("schemas.android.com", False),
        ("api.shop.test", False),
    ],
)
def test_requests_of_code_go_only_to_hosts_that_answer(host: str, linked: bool) -> None:
    assert RULES.not_backends.is_linked(host) is linked
    if linked:
        assert RULES.requested.not_backends.reason(host, "/wiki/x") is None
    else:
        assert RULES.requested.not_backends.reason(host) == RULES.not_backends.reason(host)


@pytest.mark.parametrize("name", ["not_backends.toml", "host_names.toml"])
def test_each_judgement_has_a_reason(name: str) -> None:
    data = tomllib.loads(resources.files("tieback.recognise").joinpath(name).read_text("utf-8"))
    assert all(entry["reason"].strip() for entries in data.values() for entry in entries)


def test_hosts_are_written_in_lower_case() -> None:
    data = tomllib.loads(resources.files("tieback.recognise").joinpath("not_backends.toml").read_text("utf-8"))
    for rule in data["rule"]:
        for name in (*rule.get("hosts", ()), *rule.get("suffixes", ())):
            assert name == name.lower().strip(".")


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("ssl.google-analytics.com", "Google Analytics"),
        ("app-measurement.com", "Google Analytics for Firebase"),
        ("graph.facebook.com", "Facebook SDK"),
        ("app.getsentry.com", "Sentry"),
        ("api.parse.com", "Parse"),
        ("open2.bmob.cn", "Bmob"),
        ("bcs.duapp.com", "Baidu Cloud Storage"),
        ("shop.duapp.com", None),
        ("www.google.ch", "Google"),
        ("google.com.au", "Google"),
        ("google.shop.de", None),
        ("openapi.openspeech.cn", "iFLYTEK"),
        ("notfacebook.com", None),
        ("api.shop.de", None),
    ],
)
def test_third_parties(host: str, name: str | None) -> None:
    sdk = RULES.third_parties.of(host)
    assert (sdk.name if sdk else None) == name


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("com.appsflyer.internal.AFa1.run", "AppsFlyer"),
        ("com.google.firebase.crashlytics.X", "Firebase Crashlytics"),
        ("com.google.firebase.auth.X", "Firebase"),
        ("com.shop.app.Main", None),
        ("com.appsflyerx.Y", None),
    ],
)
def test_the_longest_package_wins(package: str, name: str | None) -> None:
    assert RULES.third_parties.of_package(package) == name


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Payload/A.app/Frameworks/AppsFlyerLib.framework/AppsFlyerLib", "AppsFlyer"),
        ("lib/arm64-v8a/libflutter.so", "Flutter"),
        ("lib/arm64-v8a/libshop.so", None),
        ("assets/AppsFlyerLib", None),
    ],
)
def test_files_of_libraries(path: str, name: str | None) -> None:
    assert RULES.third_parties.of_file(path) == name


def test_there_are_many_libraries() -> None:
    names = []
    for file in ("sdk_packages.toml", "sdk_hosts.toml"):
        data = tomllib.loads(resources.files("tieback.recognise").joinpath(file).read_text("utf-8"))
        names += [sdk["name"] for sdk in data["sdk"]]
        keys = [key for sdk in data["sdk"] for key in sdk.get("packages", sdk.get("suffixes", ()))]
        assert len(keys) == len(set(keys))
    assert len(set(names)) >= 200


@each(
    ("host", "path", "none"),
    [
        ("www.w3.org", "/2000/svg", True),
        ("notw3.org", "/", False),
        ("www.apple.com", "/dtds/PropertyList-1.0.dtd", True),
        ("www.apple.com", "/shop", False),
        ("raw.githubusercontent.com", "/a/b", False),
        ("play.google.com", "/store/apps/details", True),
        ("play.google.com", "/log", False),
        ("play.google.com", "/billing", True),
        ("google.com", "/pay", True),
        ("google.com", "/payments/api", False),
        ("netty.io", "/wiki/x.html", True),
        ("jabber.org", "/protocol/muc", True),
        ("www.sec.co.kr", "/dlna", True),
        ("jabber.org", "/", False),
        ("zh.wikipedia.org", "/wiki", True),
        ("java.sun.com", "/jaxp/xpath/dom", True),
        ("www.facebook.com", "/sharer/sharer.php", True),
        ("wa.me", "/4915112345678", True),
        ("www.linkedin.com", "/sharing/share-offsite/", True),
        ("www.linkedin.com", "/oauth/v2/accessToken", False),
        ("www.reddit.com", "/submit", True),
        ("www.reddit.com", "/api/v1", False),
        ("opencollective.com", "/shop", True),
        ("api.opencollective.com", "/graphql/v2", False),
        ("a.com", "/", True),
        ("doi.org", "/10.1000/182", True),
        ("opds-spec.org", "/acquisition", True),
        ("www.ncbi.nlm.nih.gov", "/pmc/articles/PMC1/", True),
        ("www.ncbi.nlm.nih.gov", "/research/api", False),
        ("get.webgl.org", "/", True),
        ("www.digitalocean.com", "/community/tutorials/x", True),
        ("api.whatsapp.com", "/send", True),
        ("api.whatsapp.com", "/v1/messages", False),
        ("www.google.com", "/chrome/", True),
        ("www.whatbrowser.org", "/", True),
        ("schemas.datacontract.org", "/2004/07/Shop.Model", True),
        ("xamarin.com", "/schemas/2014/forms", True),
        ("www.facebook.com", "/dialog/oauth", False),
        ("www.googleapis.com", "/auth/drive", True),
        ("www.googleapis.com", "/drive/v3", False),
        ("api.mydomain.com", "", True),
        ("www.idpf.org", "/2007/opf", True),
        ("www.idpf.org", "/search", False),
        ("docs.google.com", "/spreadsheet/formResponse", True),
        ("docs.google.com", "/spreadsheet/ccc", False),
        ("docs.google.com", "/forms/d/e/x/formResponse", False),
        ("groups.google.com", "/d/topic/a/b", True),
        ("groups.google.com", "/d/forum/a", True),
        ("groups.google.com", "/g/a", True),
        ("groups.google.com", "/forum/#!forum/a", True),
        ("groups.google.com", "/data", False),
        ("groups.google.com", "", False),
        ("ask.dcloud.net.cn", "/article/282", True),
        ("update.dcloud.net.cn", "/apps/H5453093A", True),
        ("update.dcloud.net.cn", "/check", False),
        ("service.dcloud.net.cn", "/advert/splash", False),
        ("h5.m.taobao.com", "/trade/paySuccess.html", True),
        ("h5.m.taobao.com", "/mlapp/olist.html", False),
        ("datatables.org", "/alltables.env", True),
        ("datatables.org", "/api", False),
        ("adobe.com", "/AS3/2006/builtin", True),
        ("www.adobe.com", "/2006/flex/mx/internal", True),
        ("www.adobe.com", "/2006/api", False),
        ("adobe.com", "/AS3api", False),
        ("a.shop.de", "/deprecations/x.html", True),
        ("a.shop.de", "/api/Deprecations", True),
        ("a.shop.de", "/deprecation", False),
        ("a.shop.de", "/nodeprecations/x", False),
    ],
)
def test_not_backends(host: str, path: str, none: bool) -> None:
    assert (RULES.not_backends.reason(host, path) is not None) is none


@each(
    ("file", "none"),
    [
        ("license/LICENSE.sax.txt", True),
        ("assets/LICENCES.txt", True),
        ("META-INF/NOTICE", True),
        ("META-INF/NOTES.TXT", True),
        ("META-INF/services/server.txt", False),
        ("META-INF/servers.json", False),
        ("res/raw/gpl_30_full.txt", True),
        ("assets/apache_license.html", True),
        ("Payload/A.app/README.md", True),
        ("META-INF/rxjava.properties", True),
        ("lib/arm64-v8a/libpybundle.so!_python_bundle/stdlib.zip!ctypes/macholib/fetch_macholib", True),
        ("assets/tales.epub!OEBPS/page.xhtml", True),
        ("assets/www/robots.txt", True),
        ("assets/www/humans.txt", True),
        ("META-INF/DEPENDENCIES", True),
        ("META-INF/DEPENDENCIES.txt", True),
        ("assets/META-INF/dependencies.json", False),
        ("assets/dependencies", False),
        ("org/mozilla/javascript/tools/debugger/build.xml", True),
        ("res/raw/amu_ground_overlay.kml", True),
        ("res/raw/amu_places.kml", False),
        ("assets/ShareSDK.xml", True),
        ("assets/data/sitemap/__W2A__m.taobao.com.json", True),
        ("assets/data/sitemap/H52588A9C.json", True),
        ("assets/data/sitemap/H5453093A.json", False),
        ("assets/dcloud/search.json", True),
        ("dcloud/qrcode.json", True),
        ("assets/mydcloud/search.json", False),
        ("assets/www/search.json", False),
        ("io/dcloud/all.js", False),
        ("assets/public/.htaccess", True),
        ("assets/public/web.config", True),
        ("assets/public/web.config.js", False),
        ("assets/public/_headers", True),
        ("assets/app/bundle.6afb5f1d18f7.hot-update.js", True),
        ("assets/app/bundle.js", False),
        ("com/amazonaws/regions/regions.xml", True),
        ("assets/regions.xml", False),
        ("assets/my/sharesdk.json", False),
        ("assets/myrobots.txt", False),
        ("assets/www/robots.js", False),
        ("org/apache/cordova/allowlist/index.html", True),
        ("org/apache/cordova/whitelist/index2.html", True),
        ("assets/www/allowlist/index.html", False),
        ("apache/allowlist.json", False),
        ("org/apache/Commons-NOTICE.txt", True),
        ("assets/okhttp_license", True),
        ("assets/fonts/Roboto-License.html", True),
        ("assets/shop-license.js", False),
        ("assets/www/license.js", False),
        ("assets/www/js/licensing.mjs", False),
        ("assets/www/license/check.js", False),
        ("assets/www/notice.js", False),
        ("assets/notice.json", False),
        ("assets/changes.properties", False),
        ("assets/authors.json", False),
        ("assets/notice.html", True),
        ("assets/AUTHORS", True),
        ("assets/licenses.json", True),
        ("res/raw/notices.xml", True),
        ("assets/driver_license.json", False),
        ("assets/noticeboard/board-notice.json", False),
        ("assets/config.json", False),
        ("assets/mylicense.js", False),
        ("assets/config.properties", False),
    ],
)
def test_places_that_name_no_back_ends(file: str, none: bool) -> None:
    assert (RULES.not_backends.place_reason(file) is not None) is none


@each(
    ("file", "host", "none"),
    [
        ("lib/armeabi-v7a/libDaumMapEngineApi.so", "mi256.maps.daum-img.net", True),
        ("lib/armeabi-v7a/libDaumMapEngineApi.so", "ot0.maps.daum-img.net", False),
        ("lib/armeabi-v7a/libtiles.so", "mi256.maps.daum-img.net", False),
        ("classes.dex", "mi256.maps.daum-img.net", False),
    ],
)
def test_single_hosts_of_an_entry_are_not_back_ends(file: str, host: str, none: bool) -> None:
    assert (RULES.not_backends.place_reason(file, host) is not None) is none


@pytest.mark.parametrize(
    ("host", "none"),
    [
        ("monaca-debugger.local", True),
        ("monaca.local", False),
        ("ionic.local", True),
        ("api.ionic.local", False),
    ],
)
def test_names_that_only_a_tool_of_the_framework_answers(host: str, none: bool) -> None:
    assert (RULES.not_backends.reason(host) is not None) is none


@pytest.mark.parametrize(
    ("host", "is_test"),
    [
        ("staging-securetoken.sandbox.googleapis.com", True),
        ("www-googleapis-test.sandbox.google.com", True),
        ("txn.ingest.crit-ci.com", True),
        ("api.crittercism.com", False),
        ("mobilegw-1-64.test.alipay.net", True),
        ("mobilegw.alipay.com", False),
        ("api-sandbox.integ.amazon.com", True),
        ("api.pre-prod.amazon.com", True),
        ("api.amazon.com", False),
        ("api.sandbox.amazon.com", False),
        ("securetoken.googleapis.com", False),
        ("sandbox.google.com.shop.de", False),
    ],
)
def test_the_test_systems_of_makers_of_libraries_are_no_back_ends(host: str, is_test: bool) -> None:
    reason = RULES.not_backends.reason(host)
    assert (reason is not None and reason.startswith("test system of ")) is is_test


@pytest.mark.parametrize(
    ("host", "is_name"),
    [
        ("jena.hpl.hp.com", True),
        ("db.jena.hpl.hp.com", True),
        ("hpl.hp.com", False),
        ("jena.hpl.hp.com.shop.de", False),
    ],
)
def test_names_of_a_vocabulary_of_rdf_are_no_back_ends(host: str, is_name: bool) -> None:
    reason = RULES.not_backends.reason(host)
    assert (reason == "name of an XML namespace or schema, never contacted") is is_name
