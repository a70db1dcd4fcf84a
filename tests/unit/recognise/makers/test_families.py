"""Domains of the maker that are related to each other, or to its own."""

from tests.each import each
from tieback.model.app import App, Platform
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

RULES = RuleFiles()
OWN = ["api.fitbrainz.org", "my.fitbrainz.org", "x.fitbrainz.org"]
GUEST = ["acmeinvoice.invoicing.de", "app.invoicing.de", "api.invoicing.de", "www.invoicing.de"]


def reason_of(bundle: str, title: str, hosts: list[str], host: str) -> str:
    """Why a host of the app is first party; empty if it is not."""
    finds = [
        Sighting(
            Endpoint(EndpointKind.URL, f"https://{one}", "https", one, 443),
            1,
            Party.UNKNOWN,
            Evidence("classes.dex", 1, "dex-string/url"),
        )
        for one in (*hosts, host)
    ]
    found = merge_finds(App(Platform.ANDROID, bundle, "0" * 64, title), finds, RULES).sightings
    owned = next(one for one in found if one.endpoint.host == host)
    return owned.party_reason if owned.party is Party.FIRST else ""


@each(
    ("bundle", "title", "hosts", "host", "reason"),
    [
        # A word that two of the maker's domains share.
        ("org.fitbrainz.app", "Runbrainz", [*OWN, "runbrainz.org"], "artbrainz.org", "a domain with brainz"),
        ("org.fitbrainz.app", "Runbrainz", [*OWN, "runbrainz.org"], "brainz.org", ""),
        ("org.fitbrainz.app", "Runbrainz", OWN, "artbrainz.org", ""),
        # A common word, and a short one.
        ("org.fitwallet.app", "Runwallet", ["a.fitwallet.org", "runwallet.org"], "artwallet.org", ""),
        ("org.fitshop.app", "Runshop", ["a.fitshop.org", "runshop.org"], "artshop.org", ""),
        # Domains for tests that differ only in the environment.
        ("org.acme.app", "", ["api.stagemole.eu"], "api.devmole.eu", "one of several domains for tests of one owner"),
        ("org.acme.app", "", ["api.stagemole.eu"], "www.devmole.eu", ""),
        ("org.acme.app", "", ["api.mole.eu"], "api.devmole.eu", ""),
        ("org.acme.app", "", ["api.other.eu"], "api.devmole.eu", ""),
        # A host with the name of the app below a domain with the stem of a word of this name.
        ("org.acmeinvoice.app", "Acme Invoice", GUEST, "x.invoicing.de", "a domain with invoic"),
        ("org.acmeinvoice.app", "Acme Invoice", GUEST[1:], "x.invoicing.de", ""),
        ("org.acmeinvoice.app", "Acme Invoice", GUEST[:1], "x.invoicing.de", ""),
        ("org.acmeinvoice.app", "Acme Pay", GUEST, "x.invoicing.de", ""),
        ("org.acmeinvoice.app", "Acme Invoice", ["acmeinvoice.shop.de", "a.shop.de", "b.shop.de"], "x.shop.de", ""),
    ],
)  # fmt: skip
def test_related_domains(bundle: str, title: str, hosts: list[str], host: str, reason: str) -> None:
    found = reason_of(bundle, title, hosts, host)
    assert bool(found) is bool(reason), found
    assert reason in found
