"""The variables of a letter template: sender, apps and stores as text."""

from collections.abc import Mapping

import msgspec


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sender of a letter."""

    organisation: str
    email: str
    person: str = ""
    phone: str = ""
    postal: str = ""
    language: str = "en"
    """Language of notices to our own staff."""
    public_address: str = ""
    """Address from which our probes reach the Internet, if their own address is private."""
    key: str = ""
    """Fingerprint or address of our OpenPGP key."""


class AppFact(msgspec.Struct, frozen=True):
    """An app of the vendor."""

    name: str
    bundle_id: str
    platform: str
    version: str


class StoreFact(msgspec.Struct, frozen=True):
    """A store, as text."""

    product: str
    places: str
    ways: str
    access: str
    records: str
    size: str
    containers: str
    classes: str
    signs: str
    proof: str
    cost: str
    advice: str
    """How to close access for the product, and how to check; in English, like the products' documentation."""
    verdict: str = ""
    checked: str = ""
    growth: str = ""
    compared: str = ""
    """Classes of personal data and credential fields, compared with the first look; empty if they are the same."""
    attested: str = ""
    entry: str = ""
    """How one gets in and with what rights; empty if no probe says so."""
    abilities: str = ""
    """What every client that gets in can do besides reading, by the product's documentation; empty if nothing."""
    own_people: str = ""
    """Sampled people at the sender's own e-mail domains; empty if there is none or nothing was compared."""
    earlier: str = ""
    """Addresses at which the store was before; empty if it did not move."""
    confirmed: str = ""
    """When a person confirmed an experimental verdict, and the hash of the evidence."""
    looked: str = ""
    """When we connected, and how often; also to other ports of its hosts."""
    looked_from: str = ""
    """From which address."""


class LetterFacts(msgspec.Struct, frozen=True):
    """The variables of a letter template."""

    sender: Sender
    vendor: str
    recipient: str
    """Recipient: the vendor, a provider, a CERT, or our own staff."""
    postal: str
    today: str
    due: str
    acknowledge: str
    publish: str
    reference: str
    apps: tuple[AppFact, ...]
    apps_short: str
    places_short: str
    stores: tuple[StoreFact, ...]
    words: Mapping[str, str]
    told: str = ""
    """Date on which the vendor was notified."""
    asked: str = ""
    """Date of the assurance request."""
    awaited: bool = False
    """True if its answer is overdue."""
    share: str = ""
    """Until this day we inform neither provider nor CERT; empty if it has passed, or they were informed."""
    shared: str = ""
    """When a provider or CERT was informed."""
    confirm: str = ""
    """By when an exposure notice asks for the written confirmation."""
    watched: str = ""
    """Until when fixed stores are checked again."""
    used: bool = True
    """True if the apps are on devices of the sender's organisation."""
    never_open: bool = False
    """True if no store of the vendor was ever found open."""
    owner: str = ""
    """Owner of the stores, as `tieback backend show` names it; empty if unknown."""
    authority: str = ""
    """Who authorised the connections, with the hash of the grant."""
    tlp: str = "TLP:AMBER"
    """Label of the Traffic Light Protocol 2.0."""
    tlp_text: str = ""
    """Its meaning."""
    sampled: bool = False
    """True if a few records were examined."""
    searched: str = ""
    """On how many ports of which hosts we looked for data stores; empty if we connected to their own ports only."""
    devices: str = ""
    classes: str = ""
    open: bool = True
    """True if at least one of the stores is still open."""
