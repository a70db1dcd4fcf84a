"""Accounts of the maker at services for source code."""

from tests.each import each
from tieback.model.app import App, Platform, Signer
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.makers.repositories import MAX_LINKS, repository
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
LINK = "https://github.com/somemakers/acmefit-android"


@each(
    ("address", "account", "name"),
    [
        (LINK, "somemakers", "acmefit-android"),
        (f"{LINK}.git", "somemakers", "acmefit-android"),
        ("https://raw.githubusercontent.com/Some-Makers/Acmefit/main/x.json", "some-makers", "acmefit"),
        ("https://gitlab.com/some/acmefit/-/issues", "some", "acmefit"),
        ("https://api.github.com/repos/some/acmefit/releases/latest", "some", "acmefit"),
        ("https://github.com/some", "", ""),
        ("https://github.community/some/acmefit", "", ""),
        ("https://example.test/github.com/some/acmefit", "", ""),
        ("", "", ""),
    ],
)
def test_addresses_of_repositories(address: str, account: str, name: str) -> None:
    assert repository(address) == (account, name)


def reason_of(title: str, link: str, host: str) -> str:
    """Why a host of an app with a link for people is first party; empty if it is not."""
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    find = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 1, "dex-string/url"))
    app = App(Platform.ANDROID, "a.b", "0" * 64, title)
    owned = merge_finds(app, [NotBackend(link, "source code"), find], RULES).sightings[0]
    return owned.party_reason if owned.party is Party.FIRST else ""


@each(
    ("title", "link", "host", "reason"),
    [
        ("Acmefit", LINK, "api.somemakers.org", "somemakers, the account with the repository acmefit-android"),
        ("Acmefit", LINK, "somemakers.github.io", "somemakers, the account with the repository acmefit-android"),
        ("Acmefit", "https://github.com/some-makers/Acmefit", "some-makers.org", "the repository acmefit"),
        ("Acme Fit", "https://github.com/somemakers/acme-fit-app/releases", "somemakers.org", "acme-fit-app"),
        # A repository with another name, of a library; a short account; a common name of an app.
        ("Acmefit", "https://github.com/somemakers/utils", "somemakers.org", ""),
        ("Acmefit", "https://github.com/somemakers/acmefit-utils", "somemakers.org", ""),
        ("Acmefit", "https://github.com/some/acmefit", "some.org", ""),
        ("Weather", "https://github.com/somemakers/weather", "somemakers.org", ""),
        ("Acmefit", LINK, "api.other.org", ""),
        ("Acmefit", LINK, "other.github.io", ""),
    ],
)
def test_hosts_with_the_name_of_an_account(title: str, link: str, host: str, reason: str) -> None:
    found = reason_of(title, link, host)
    assert bool(found) is bool(reason), found
    assert reason in found


def test_other_addresses_do_not_hide_a_link() -> None:
    others = [NotBackend(f"https://h{number}.test/x", "an example") for number in range(2 * MAX_LINKS)]
    endpoint = Endpoint(EndpointKind.URL, "https://somemakers.org", "https", "somemakers.org", 443)
    find = Sighting(endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 1, "dex-string/url"))
    app = App(Platform.ANDROID, "a.b", "0" * 64, "Acmefit")
    found = merge_finds(app, [*others, NotBackend(LINK, "source code"), find], RULES)
    assert found.sightings[0].party is Party.FIRST


RAW = "https://raw.githubusercontent.com"


@each(
    ("title", "subject", "address", "reason"),
    [
        # An account with the name of the signer, whatever the repository is called.
        ("X", "CN=Jane Maker", f"{RAW}/janemaker-dev/files/main/x.json", "files of janemaker-dev, the maker's account"),
        ("X", "CN=Jane Maker", f"{RAW}/MakerJane/files/main/x.json", "the maker's account"),
        ("X", "CN=Jane Maker", f"{RAW}/jane/files/main/x.json", ""),
        ("X", "CN=Android Debug,O=Android", f"{RAW}/androiddebug/files/main/x.json", ""),
        # A repository with the name of the app; a lone word can be the name of a library.
        ("Acme Fit", "", f"{RAW}/some/acme-fit/main/x.json", "the repository acme-fit of some"),
        ("Acme Fit", "", "https://api.github.com/repos/some/acme-fit/releases", "the repository acme-fit of some"),
        ("Acme Fit", "", f"{RAW}/some/other/main/x.json", ""),
        ("Timetable", "", f"{RAW}/some/timetable/main/x.json", ""),
        ("Timetable", "", f"{RAW}/some/timetable-android/main/x.json", "the repository timetable-android of some"),
    ],
)
def test_what_is_below_the_makers_account(title: str, subject: str, address: str, reason: str) -> None:
    host, _, path = address.removeprefix("https://").partition("/")
    places = [(address, host, f"/{path}"), (f"https://{host}/other/thing/x", host, "/other/thing/x")]
    finds = [
        Sighting(
            Endpoint(EndpointKind.URL, value, "https", name, 443, below),
            1,
            Party.UNKNOWN,
            Evidence("classes.dex", 1, "dex-string/url"),
        )
        for value, name, below in places
    ]
    app = App(Platform.ANDROID, "a.b", "0" * 64, title, signer=Signer("0" * 64, subject) if subject else None)
    owned, beside = merge_finds(app, finds, RULES).sightings
    assert (owned.party is Party.FIRST) is bool(reason), owned.party_reason
    assert reason in owned.party_reason
    # The service is not the maker's.
    assert beside.party is not Party.FIRST
