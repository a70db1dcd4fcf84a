"""What the build of an app says about its maker."""

from msgspec.structs import replace

from tests.each import each
from tieback.intake.apps.subject import name_parts
from tieback.model.app import App, Platform, Signer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.recognise.makers.code import (
    account_names,
    given_name,
    own_packages,
    signer_hosts,
    signer_people,
    signer_units,
)
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
DEBUG = "C=US,O=Android,CN=Android Debug"
OWN_KEY = "CN=Someone,O=Someone"


def url(host: str) -> Endpoint:
    return Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)


def app(bundle: str, subject: str = "", title: str = "X") -> App:
    return App(Platform.ANDROID, bundle, "0" * 64, title, signer=Signer("0" * 64, subject) if subject else None)


@each(
    ("bundle", "main_class", "own", "packages"),
    [
        ("de.acme.fit", "", ("de", "acme"), ["de.acme.", "de.acme.fit."]),
        ("com.app.fit", "", (), ["com.app.fit."]),
        ("com.app", "", (), []),
        # A name of two or three letters is no brand, but its domain has the code. Words are no names.
        ("com.wqx.application", "", (), ["com.wqx.", "com.wqx.application."]),
        ("com.wqx", "", (), []),
        ("com.fit.application", "", (), ["com.fit.application."]),
        ("com.acme.application", "", (), ["com.acme.application."]),
        # Known libraries are in the package, or below it.
        ("com.ibm.application", "", (), ["com.ibm.application."]),
        # A public suffix: each name below it is another maker's.
        ("uk.co.application", "", (), ["uk.co.application."]),
        # No library is published below a name that is no domain; short parts are those of shortened code.
        ("jane.fitapp", "", (), ["jane.fitapp."]),
        ("jane.fit", "", (), []),
        ("kotlin.fitapp", "", (), []),
        ("club.fitapp", "", (), []),
        # Nor below a common noun, which names an app. What follows the first two parts belongs to the same maker.
        ("com.tracker", "", (), ["com.tracker."]),
        ("com.mapbox", "", (), []),
        ("com.tracker.fit", "", (), ["com.tracker.fit."]),
        ("jane.fitapp.free", "", (), ["jane.fitapp.", "jane.fitapp.free."]),
        ("kotlin.fitapp.free", "", (), ["kotlin.fitapp.free."]),
        ("io.ionic.starter", "de.acme.fit.ui.Main", (), ["io.ionic.starter.", "de.acme.fit."]),
        ("io.ionic.starter", "de.acme.Main", (), ["io.ionic.starter."]),
        # The package of the class that starts the app, beside that of the identifier of its own.
        ("de.acme.fit", "de.other.fit.ui.Main", (), ["de.acme.fit.", "de.other.fit."]),
        ("jane.ticket", "jan.ticket.ui.Main", (), ["jane.ticket.", "jan.ticket.", "jan.ticket.ui."]),
        ("jane.ticket", "ja.ticket.ui.Main", (), ["jane.ticket.", "ja.ticket.ui."]),
        ("jane.ticket", "com.mapbox.fit.ui.Main", (), ["jane.ticket."]),
        ("com.mapbox.fit.app", "", (), []),
        # No library is published below the package of new projects.
        ("com.example.fit", "", (), ["com.example.", "com.example.fit."]),
        ("com.examples.fit", "", (), ["com.examples.fit."]),
    ],
)
def test_packages_of_own_code(bundle: str, main_class: str, own: tuple[str, ...], packages: list[str]) -> None:
    assert list(own_packages(app(bundle), main_class, own, RULES)) == packages


def test_a_class_that_starts_an_app_with_an_identifier_of_its_own_gives_no_names() -> None:
    names = MakerNames(app("de.acme.fit"), RULES, "org.original.ui.Main")
    assert names.is_own_code("Lorg/original/ui/Net;->get")
    assert names.is_own_code("Lde/acme/fit/Net;->get")
    assert set(names.domains) == {"acme.de"}
    assert not names.branded("original.org")


@each(
    ("bundle", "subject", "host", "party"),
    [
        # A client of a service that has its identifier, and a copy of an example of a known one.
        ("ru.yandex.fit", DEBUG, "fit.yandex.net", Party.UNKNOWN),
        ("com.mapbox.fit", DEBUG, "api.mapbox.com", Party.THIRD),
        ("com.wanandroid.fit", DEBUG, "www.wanandroid.com", Party.UNKNOWN),
        ("com.wanandroid.fit", OWN_KEY, "www.wanandroid.com", Party.FIRST),
        # Signed by someone, or by nobody: the maker can be that service.
        ("ru.yandex.fit", OWN_KEY, "fit.yandex.net", Party.FIRST),
        ("ru.yandex.fit", "", "fit.yandex.net", Party.FIRST),
        ("com.mapbox.fit", "", "api.mapbox.com", Party.FIRST),
        # A maker that nobody knows builds on a developer's machine too.
        ("de.acme.fit", DEBUG, "api.acme.de", Party.FIRST),
    ],
)
def test_an_identifier_of_a_known_organisation_needs_its_key(
    bundle: str, subject: str, host: str, party: Party
) -> None:
    assert Maker(app(bundle, subject), RULES).judge(url(host)).party is party


def test_a_package_of_a_known_organisation_needs_its_key_too() -> None:
    for subject, party in ((DEBUG, Party.UNKNOWN), (OWN_KEY, Party.FIRST)):
        made = Maker(app("io.ionic.starter", subject), RULES, "ru.yandex.fit.Main")
        assert made.judge(url("fit.yandex.net")).party is party


def test_the_own_package_stays_beside_a_borrowed_identifier() -> None:
    made = Maker(app("ru.yandex.fit", DEBUG), RULES, "de.acme.fit.Main")
    assert made.judge(url("api.acme.de")).party is Party.FIRST


@each(
    ("subject", "host", "party"),
    [
        ("CN=liu,OU=acmesylph,O=soft", "x.acmesylph.com", Party.FIRST),
        ("CN=liu,OU=acmesylph,O=soft", "acmesylph-cdn.com", Party.UNKNOWN),
        ("CN=acmesylph,OU=Mobile,O=soft", "x.mobile.com", Party.UNKNOWN),
        ("CN=liu,OU=Facebook,O=soft", "graph.facebook.com", Party.THIRD),
        ("CN=liu,OU=dev,O=soft", "dev.com", Party.UNKNOWN),
    ],
)
def test_the_unit_of_the_signer(subject: str, host: str, party: Party) -> None:
    assert Maker(app("com.example.fit", subject), RULES).judge(url(host)).party is party


@each(
    ("subject", "host", "party"),
    [
        # The name of the signer, or the unit, is the first word of the organisation.
        (
            "CN=Acmesylph,OU=Acmesylph Innovation India Pvt Ltd,O=Acmesylph Innovation India Pvt Ltd",
            "a.b.acmesylph.com",
            True,
        ),
        ("CN=x,OU=acmesylph,O=Acmesylph Innovation India Pvt Ltd", "acmesylph.com", True),
        ("CN=Acme Sylph,O=Acme Sylph Innovation India", "acmesylph.com", True),
        # Only one of them has it, or it is a common word or one for companies.
        ("CN=Someone,O=Acmesylph Innovation India Pvt Ltd", "acmesylph.com", False),
        ("CN=Acmesylph,O=Other Innovation", "acmesylph.com", False),
        ("CN=Sylph,O=Acme Sylph Innovation", "sylph.com", False),
        ("CN=Weather,O=Weather Innovation India", "weather.com", False),
        ("CN=Digital,O=Digital Innovation India", "digital.com", False),
        ("CN=Facebook,O=Facebook Innovation India", "graph.facebook.com", False),
    ],
)
def test_the_beginning_of_the_organisation(subject: str, host: str, *, party: bool) -> None:
    vendor = next(value for key, value in name_parts(subject) if key == "o")
    signed = replace(app("com.example.fit", subject), vendor=vendor)
    assert (Maker(signed, RULES).judge(url(host)).party is Party.FIRST) is party


def test_names_in_a_certificate() -> None:
    assert list(signer_units("CN=x,OU=Acme Fit,OU=Büro,O=y")) == ["acmefit", "buro"]
    assert list(signer_hosts("EMAILADDRESS=a@acme.de,CN=www.fit.test")) == ["acme.de", "fit.test"]
    assert list(signer_people("CN=Zoë Q. Maker,OU=Acme Fitness")) == ["zoemaker", "makerzoe"]
    assert list(signer_people("CN=Zoe,O=Li Wu")) == []
    assert list(signer_people("CN=Android Debug,O=Android,C=US")) == []


@each(
    ("identifier", "name"),
    [
        ("com.ionicframework.acm123456", "acm"),
        ("appinventor.ai_someone.acm", "acm"),
        ("io.ionic.starter", ""),
        ("de.acme.fit2", "fit"),
    ],
)
def test_the_name_that_a_tool_writes(identifier: str, name: str) -> None:
    assert given_name(identifier) == name


@each(
    ("title", "project", "party"),
    [
        ("ACM", "acm", Party.FIRST),
        ("ACM", "acm-other", Party.UNKNOWN),
        ("Other", "acm", Party.UNKNOWN),
        ("AB", "ab", Party.UNKNOWN),
    ],
)
def test_a_short_name_of_a_project_is_that_of_the_tool_and_under_the_icon(
    title: str, project: str, party: Party
) -> None:
    made = Maker(app(f"com.ionicframework.{title.lower().replace('other', 'acm')}123456", "", title), RULES)
    endpoint = Endpoint(EndpointKind.CLOUD, f"firebase-rtdb:{project}", "https", f"{project}.firebaseio.com", 443)
    assert made.judge(endpoint).party is party


@each(
    ("identifier", "names"),
    [
        ("appinventor.ai_somemakers58.Shop", ["somemakers"]),
        ("appinventor.ai_some_makers.Shop", ["somemakers"]),
        ("appinventor.ai_short58.Shop", []),
        ("com.ai_somemakers.Shop", []),
    ],
)
def test_the_account_at_app_inventor(identifier: str, names: list[str]) -> None:
    assert list(account_names(identifier)) == names


@each(
    ("bundle", "title", "host", "party"),
    [
        ("appinventor.ai_somemakers58.Shop", "Shop", "api.somemakers.com", Party.FIRST),
        ("appinventor.ai_somemakers58.Shop", "Shop", "api.somemakersshop.com", Party.UNKNOWN),
        # The first of several words in the identifier and under the icon.
        ("jam.acmeio_java_poc", "AcmeIO_POC", "acme-io.school.test", Party.FIRST),
        ("jam.acmeio_java_poc", "Other_POC", "acme-io.school.test", Party.UNKNOWN),
        ("jam.java_acmeio", "AcmeIO_POC", "acme-io.school.test", Party.UNKNOWN),
        # A name of several words, and more.
        ("a.b", "Acme Club 91", "www.acmeclub91parma.test", Party.UNKNOWN),
        ("a.b", "Acmefit Club 91", "www.acmefitclub91parma.it", Party.FIRST),
        ("a.b", "Acmefitclub", "www.acmefitclubparma.it", Party.UNKNOWN),
        ("com.example.acme", "Acmefit Club", "www.acmefitclubparma.it", Party.UNKNOWN),
        # An app for a service often has its name, and "app".
        ("b4a.SomeApp", "Superhero App", "gateway.superhero.com", Party.UNKNOWN),
        ("b4a.SomeApp", "Superhero App", "www.superheroapp.com", Party.FIRST),
        ("com.promact.chat", "Chat", "chat.promactinfo.com", Party.FIRST),
    ],
)
def test_names_in_domains(bundle: str, title: str, host: str, party: Party) -> None:
    assert Maker(app(bundle, "", title), RULES).judge(url(host)).party is party


def test_public_services_of_each_country_for_mail_are_no_makers() -> None:
    assert list(signer_hosts("EMAILADDRESS=a@hotmail.co.uk,CN=a@yahoo.fr")) == []
    assert list(signer_hosts("EMAILADDRESS=a@live.acme.de")) == ["live.acme.de"]
