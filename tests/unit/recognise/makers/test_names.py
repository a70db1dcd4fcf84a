"""What an app carries of its maker's name, and which domains are told by it."""

import tomllib
from importlib import resources

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.model.app import App, Platform, Signer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.makers.words import maker_words, names_no_app
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


def names(bundle: str, vendor: str = "", title: str = "", subject: str = "") -> MakerNames:
    signer = Signer("0" * 64, subject) if subject else None
    return MakerNames(App(Platform.ANDROID, bundle, "0" * 64, title, vendor=vendor, signer=signer), RULES)


@each(
    ("bundle", "vendor", "title", "domain", "reason"),
    [
        ("com.workhub.mobile", "", "", "workhub.io", "workhub.io begins with the maker's name"),
        ("com.workhub.mobile", "", "", "work-hub.io", "work-hub.io begins with the maker's name"),
        (
            "com.workhub.mobile",
            "",
            "",
            "workhubcdn.net",
            "workhubcdn.net is the maker's name, workhub, followed by cdn",
        ),
        (
            "com.workhub.mobile",
            "",
            "",
            "workhub-static.net",
            "workhub-static.net is the maker's name, workhub, followed by static",
        ),
        ("com.workhub.mobile", "", "", "getworkhub.com", "getworkhub.com is the maker's name, workhub, behind get"),
        ("com.workhub.mobile", "", "", "workh.ub.com", ""),
        ("com.shoppit.app", "", "", "shopp.it", "shopp.it spells the maker's name"),
        ("com.workhub.mobile", "", "", "networkhub.com", ""),
        ("com.workhub.mobile", "", "", "workhubfriends.com", ""),
        ("com.xyzapp", "Parcel Technologies, Inc.", "", "parcel.com", "parcel.com begins with the maker's name"),
        ("com.xyzapp", "A Parcel Corporation", "", "parcel.com", "parcel.com begins with the maker's name"),
        ("com.xyzapp", "The Parcel Co. Ltd.", "", "parcel.com", "parcel.com begins with the maker's name"),
        ("com.xyzapp", "Parcel Stiftung & Co. KG", "", "parcel.com", "parcel.com begins with the maker's name"),
        ("com.xyzapp", "Škoda Auto a.s.", "", "skodaauto.cz", "skodaauto.cz begins with the maker's name"),
        ("com.xyzapp", "Müllerei GmbH", "", "muellerei.de", "muellerei.de begins with the maker's name"),
        ("com.xyzapp", "Müllerei GmbH", "", "mullerei.de", "mullerei.de begins with the maker's name"),
        ("com.xyzapp", "Müllerei GmbH", "", "mllerei.de", ""),
        # Short names need two pieces that say the same, and are no part of longer ones.
        ("com.q7", "Q7 GmbH", "", "q7.com", "q7.com begins with the maker's name"),
        ("com.q7", "", "", "q7.com", ""),
        ("com.q7", "Q7 GmbH", "", "q7cdn.com", ""),
        ("org.some.app", "Wisely Payments Ltd", "Wisely", "wisely.com", "wisely.com begins with the maker's name"),
        ("org.some.app", "Weather Ltd", "Weather", "weather.com", ""),
        ("com.example.app", "", "", "example.de", ""),
        # An account for source code stands in for a domain: one with the name of the app is that of a service.
        ("com.parcelrun.wisely", "", "Wisely", "wisely.com", "wisely.com begins with the maker's name"),
        ("io.github.parcelrun.wisely", "", "Wisely", "wisely.com", ""),
        ("io.github.parcelrun.wisely", "", "Wisely", "parcelrun.com", "parcelrun.com begins with the maker's name"),
        ("io.github.wisely.app", "", "Wisely", "wisely.com", "wisely.com begins with the maker's name"),
    ],
)
def test_brands(bundle: str, vendor: str, title: str, domain: str, reason: str) -> None:
    assert names(bundle, vendor, title).branded(domain) == reason


@each(
    ("bundle", "title", "domain", "told"),
    [
        ("org.maker.parcelrun", "", "parcelrun.de", True),
        ("org.maker.app", "ParcelRun: send & track", "parcel-run.de", True),
        ("org.maker.app", "Parcel Run \u2013 send", "parcelrun.de", True),
        ("org.maker.app", "eRouška", "erouska.cz", True),
        ("org.maker.app", "Øresund Tog", "oresundtog.dk", True),
        ("org.maker.app", "Øresund Tog", "oeresundtog.dk", True),
        ("org.maker.app", "Weather", "weather.com", False),
        ("org.maker.android", "", "android.com", False),
        ("org.maker.run", "Run", "run.de", False),
        ("org.maker.app", "Parcel Run", "parcel.de", False),
        ("com.maker.example.parcelrun", "", "parcelrun.de", False),
        ("com.maker.parcelrun.demo", "Parcel Run", "parcelrun.de", False),
        ("com.github.maker.app", "Parcelrun", "parcelrun.de", True),
        ("io.github.maker.app", "Parcelrun", "parcelrun.de", False),
        ("io.github.maker.parcelrun", "Parcelrun", "parcelrun.de", False),
        ("io.github.maker.app", "Parcel Run", "parcelrun.de", True),
        ("org.maker.app", "Parcel Beta", "parcel.de", True),
        ("org.maker.app", "Parcel Test", "parcel.de", False),
        ("org.maker.app", "Parcel Test", "parceltest.de", True),
    ],
)
def test_the_name_of_the_app(bundle: str, title: str, domain: str, told: bool) -> None:
    assert names(bundle, title=title).of_product(domain) == (f"{domain} has the name of the app" if told else "")


@each(
    ("bundle", "title", "domain", "told"),
    [
        ("org.maker.app", "Hamburger Museumsverein", "museumhamburg.de", True),
        # Only one word; a sample, whose name is that of the service that it shows.
        ("org.maker.app", "Hamburger", "museumhamburg.de", False),
        ("com.maker.example.app", "Hamburger Museumsverein", "museumhamburg.de", False),
    ],
)
def test_the_beginnings_of_words_of_the_app(bundle: str, title: str, domain: str, told: bool) -> None:
    assert bool(names(bundle, title=title).of_product(domain)) is told


def test_a_student_names_an_app_after_the_university() -> None:
    college = names("app.jane.ABCX_Login", title="ABCX Login")
    assert college.branded("abcx.org")
    assert not college.branded("abcx.ac.in")
    assert names("in.ac.abcx.app", title="ABCX Login").branded("abcx.ac.in")


@each(
    ("bundle", "vendor", "subject", "domains"),
    [
        ("com.workhub.mobile", "", "", {"workhub.com"}),
        ("uk.co.workhub.mobile", "", "", {"workhub.co.uk"}),
        ("com.example.app", "", "", set()),
        ("com.x", "Parcelling.com B.V.", "", {"parcelling.com"}),
        ("com.x", "", "CN=Ann,O=Shopper AG,EMAILADDRESS=dev@mobile.shopper.de", {"shopper.de"}),
        ("com.x", "", "CN=www.shopper.de,O=Shopper AG", {"shopper.de"}),
        ("com.x", "", "CN=Ann,EMAILADDRESS=ann.shopper@gmail.com", set()),
        ("com.x", "", "CN=Android,O=android.com", set()),
        ("com.x", "", "CN=x,OU=facebook.com", set()),
    ],
)
def test_domains(bundle: str, vendor: str, subject: str, domains: set[str]) -> None:
    assert set(names(bundle, vendor, subject=subject).domains) == domains


@each(
    ("host", "domain"),
    [
        ("a.b.co.uk", "b.co.uk"),
        ("a.lab.test", "lab.test"),
        ("10.0.0.1", ""),
        ("::1", ""),
        ("localhost", ""),
        ("b.s3.amazonaws.com", "b.s3.amazonaws.com"),
    ],
)
def test_registrable(host: str, domain: str) -> None:
    assert registrable_domain(host, RULES) == domain


@each(
    ("bundle", "shared"),
    [
        ("io.cordova.hellocordova", True),
        ("io.ionic.starter", True),
        ("com.ionicframework.starter", True),
        ("com.example.weatherapp", True),
        ("com.ionicframework.orders576166", False),
        ("appinventor.ai_anna.Restaurant", False),
        ("io.gonative.android.zxcvbn", False),
        ("com.andromo.dev576782.app537736", False),
        ("io.dcloud.H576E6CC7", False),
        ("com.appcreator24.app4086696", False),
        ("com.webtonative.app", True),
        ("com.acme.app", False),
    ],
)
def test_only_some_identifiers_of_templates_are_those_of_several_apps(bundle: str, shared: bool) -> None:
    assert names_no_app(bundle) is shared


def test_word_lists_have_sources_and_are_lower_case() -> None:
    data = tomllib.loads(resources.files("tieback.recognise").joinpath("maker_names.toml").read_text("utf-8"))
    for entries in data.values():
        for entry in entries:
            assert entry["source"].strip()
            assert entry["reason"].strip()
    lists = vars(maker_words())
    texts = [one if isinstance(one, str) else one.pattern for its in lists.values() for one in its]
    assert all(text == text.lower() for text in texts)


TEXT = st.text(max_size=40) | st.sampled_from(
    ("com.workhub.app", "Workhub GmbH", "O=x.de,CN=a@b.de", ".", "..", "-", "a.-b")
)


@given(TEXT, TEXT, TEXT, TEXT, TEXT)
def test_any_texts_are_read(bundle: str, vendor: str, title: str, subject: str, domain: str) -> None:
    read = names(bundle, vendor, title, subject)
    assert isinstance(read.branded(domain), str)
    assert isinstance(read.of_product(domain), str)


@each(
    ("bundle", "title", "domain", "first"),
    [
        # The service that built the app wrote its own name into the identifier; its customer is the maker.
        ("com.andromo.dev576782.app537736", "Reach Radio", "andromo.com", False),
        ("com.goodbarber.reachradio", "Reach Radio", "goodbarber.com", False),
        ("com.mobincube.reach.sc_H2VSMG", "Reach Radio", "mobincube.com", False),
        ("com.niotron.jane.Reach", "Reach Radio", "niotron.com", False),
        ("com.flutterflow.reachradio", "Reach Radio", "flutterflow.io", False),
        ("io.dcloud.H576E6CC7", "Reach Radio", "ask.dcloud.io", False),
        ("uni.UNI576E6CC", "Reach Radio", "uni.com", False),
        # Names of the customer, and a maker whose name begins like that of the service.
        ("com.goodbarber.reachradio", "Reach Radio", "reachradio.com", True),
        ("io.dcloud.H576E6CC7", "Reach Radio", "reachradio.com", True),
        ("com.andromeda.fit", "Fit", "andromeda.com", True),
        ("uniwork.fit.app", "Uniwork", "uniwork.de", True),
    ],
)
def test_the_service_that_builds_an_app_is_not_its_maker(bundle: str, title: str, domain: str, first: bool) -> None:
    app = App(Platform.ANDROID, bundle, "0" * 64, title)
    endpoint = Endpoint(EndpointKind.URL, f"https://{domain}", "https", domain, 443)
    assert (Maker(app, RULES).judge(endpoint).party is Party.FIRST) is first


@each(
    ("bundle", "subject", "own"),
    [
        ("com.janedoe.weibo", "CN=weibo,OU=weibo,O=weibo,L=weibo,ST=weibo,C=weibo", False),
        ("com.janedoe.weibo", "CN=Weibo,O=weibo,L=Beijing,C=CN", True),
        ("com.weibo.mobile", "CN=weibo,OU=weibo,O=weibo,L=weibo,ST=weibo,C=weibo", True),
    ],
)
def test_one_word_in_all_parts_of_a_signer_is_no_sure_name(bundle: str, subject: str, own: bool) -> None:
    made = names(bundle, "weibo", "WeiboMVP", subject)
    assert bool(made.branded("weibo.com", service=True)) is own
    assert made.branded("weibo.com")
