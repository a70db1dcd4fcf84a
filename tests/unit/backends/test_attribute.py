"""Statements about hosts: what agrees adds up, what differs weakens, nothing is dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.backends.addresses import AddressLookup
from tieback.backends.attribute import (
    BY_CERTIFICATE,
    MAX_CONFIDENCE,
    SHOWN,
    HostFacts,
    attribute,
    attribute_by_certificate,
    combine_attributions,
    most_certain,
)
from tieback.backends.hosting import HostingLookup
from tieback.backends.normalise import OwnerDomains
from tieback.model.backend import Attribution

HOSTING, DOMAINS = HostingLookup(), OwnerDomains()
ADDRESSES = AddressLookup(None, HOSTING.name)


def said(host: str, known: HostFacts | None = None) -> dict[str, str]:
    """The most certain value of each claim."""
    found = attribute(host, known or HostFacts(), HOSTING, ADDRESSES, DOMAINS)
    claims = dict.fromkeys(one.claim for one in found)
    return {claim: one.value for claim in claims if (one := most_certain(found, claim)) is not None}


@each(
    ("host", "known", "found"),
    [
        (
            "shop.s3.eu-west-1.amazonaws.com",
            HostFacts(),
            {
                "provider": "Amazon Web Services",
                "region": "eu-west-1",
                "boundary": "bucket shop at Amazon Web Services",
            },
        ),
        (
            "shop.s3.eu-west-1.amazonaws.com",
            HostFacts(resource="s3:shop"),
            {"provider": "Amazon Web Services", "region": "eu-west-1", "boundary": "s3:shop"},
        ),
        ("api.example.org", HostFacts(), {"boundary": "example.org", "owner": "example.org"}),
        (
            "api.example.org",
            HostFacts(aliases=("x.example.org", "shop.azurewebsites.net")),
            {"provider": "Microsoft Azure", "boundary": "example.org", "owner": "example.org"},
        ),
        (
            "api.example.org",
            HostFacts(addresses=("104.16.0.1",)),
            {"provider": "Cloudflare", "product": "Cloudflare CDN", "boundary": "example.org"},
        ),
        ("104.16.0.1", HostFacts(), {"provider": "Cloudflare", "product": "Cloudflare CDN"}),
        ("10.1.2.3", HostFacts(), {"special": "private-use (RFC 1918)"}),
    ],
    ids=["bucket", "resource", "own-domain", "alias", "address-of-a-name", "address", "private"],
)
def test_attributions_of_a_host(host: str, known: HostFacts, found: dict[str, str]) -> None:
    told = said(host, known)
    assert {claim: told.get(claim) for claim in found} == found


def test_name_outweighs_address_for_the_product() -> None:
    host = "shop.s3.eu-west-1.amazonaws.com"
    found = attribute(host, HostFacts(addresses=("104.16.0.1",)), HOSTING, ADDRESSES, DOMAINS)
    products = [one.value for one in found if one.claim == "product"]
    assert products == ["Amazon S3"]
    providers = [(one.value, one.confidence) for one in found if one.claim == "provider"]
    assert [value for value, _ in providers] == ["Amazon Web Services", "Cloudflare"]
    assert providers[1][1] < 0.5, "what is disputed is not certain"


def test_agreeing_sources_add_up_and_show_their_parts() -> None:
    one, two = (Attribution("owner", "x", reason, sure) for reason, sure in (("by a", 0.8), ("by b", 0.5)))
    (both,) = combine_attributions((one, two, one))
    assert both.confidence == pytest.approx(0.9)
    assert both.parts == (("by a", 0.8), ("by b", 0.5))
    assert both.reason == "by a; by b"


def test_differing_sources_are_kept_and_weakened() -> None:
    strong, weak = Attribution("owner", "x", "by a", 0.8), Attribution("owner", "y", "by b", 0.5)
    first, second = combine_attributions((weak, strong))
    assert first == strong
    assert (second.value, second.confidence) == ("y", 0.3)
    assert second.parts == (("by b", 0.5), ("but x is more likely", -0.4))


@each(
    ("subject", "found"),
    [
        ("CN=api.workhub.test,O=Workhub GmbH,C=DE", ("owner", "Workhub GmbH", BY_CERTIFICATE)),
        ("O=Work-Hub\\, Inc.", ("owner", "Work-Hub, Inc.", BY_CERTIFICATE)),
        ("CN=x,O=Cloudflare\\, Inc.", ("certificate", "Cloudflare, Inc.", SHOWN)),
        ("CN=O=Workhub", None),
        ("CN=api.workhub.test", None),
        ("", None),
    ],
)
def test_organisations_of_certificates(subject: str, found: tuple[str, str, float] | None) -> None:
    told = [
        (one.claim, one.value, one.confidence)
        for one in attribute_by_certificate("api.workhub.test", subject, "x", DOMAINS)
    ]
    assert told == ([found] if found else [])


def test_second_country_database_is_not_independent_evidence() -> None:
    (one,) = combine_attributions((Attribution("country", "NL", "a", 0.7), Attribution("country", "NL", "b", 0.7)))
    assert one.confidence == 0.7


def test_several_countries_are_not_a_conflict() -> None:
    found = combine_attributions((Attribution("country", "NL", "a", 0.7), Attribution("country", "DE", "b", 0.7)))
    assert [one.confidence for one in found] == [0.7, 0.7]


@given(st.lists(st.builds(Attribution, st.sampled_from("ab"), st.sampled_from("xyz"), st.text(), st.floats(0, 1))))
def test_every_value_is_kept_and_every_confidence_is_one(given_: list[Attribution]) -> None:
    found = combine_attributions(given_)
    assert {(one.claim, one.value) for one in found} == {(one.claim, one.value) for one in given_}
    assert all(0 <= one.confidence <= 1 for one in found)
    strongest = max((one.confidence for one in given_), default=0)
    assert all(one.confidence <= max(MAX_CONFIDENCE, strongest) for one in found)
