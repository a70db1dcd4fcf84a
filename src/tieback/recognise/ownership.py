"""Party of an endpoint: the app's maker, an SDK or service, the platform, or unknown; with the reason.

The checks are in this order:

- a domain or resource with the maker's name, or in the app's configuration;
- a host of a known library or platform;
- a domain whose links the app claims, or that has the app's own name;
- an endpoint in the code or files of a library.

All others are unknown, never first party by default.
"""

import re
from collections.abc import Iterable

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence
from tieback.recognise.maker_names import MakerNames, maker_words, registrable_domain
from tieback.recognise.rules import RuleFiles, Sdk

_WORDS = re.compile(r"[^a-z0-9]+")
_METHOD = re.compile(r"L?([A-Za-z_][\w$]*(?:[./][A-Za-z_$][\w$]*){1,15})")
_CONFIGURED = re.compile(
    r"resource:string/(google_app_id|google_storage_bucket|firebase_database_url|project_id|gcm_defaultSenderId"
    r"|(?i:aws|cognito)_\w{1,60})/"
)
_CONFIGURATIONS = (
    "google-services.json",
    "googleservice-info.plist",
    "awsconfiguration.json",
    "amplifyconfiguration.json",
    "agconnect-services.json",
)
_CLAIMED = ("manifest:app-link/", "entitlement:")
_NAMED_BY_KEY = re.compile(r"(?:resource:string/|config:)([^/]{1,100})")
MAX_RELATED = 8
"""Most registrable domains in a certificate of one owner; those of content delivery networks list many customers."""
_SHARED_KINDS = "the name of the {kind} resource does not identify its owner"


class OwnershipVerdict(msgspec.Struct, frozen=True):
    """A judgement."""

    party: Party
    owner: str
    """Name of the SDK, platform or maker; empty if unknown."""
    reason: str
    """One clause."""


class Maker:
    """The maker of an app: the names in the app, and the domains that were learned since."""

    def __init__(self, app: App | None, rules: RuleFiles) -> None:
        self._rules = rules
        self._names = MakerNames(app, rules) if app is not None else None
        self._domains: dict[str, str] = dict(self._names.domains) if self._names is not None else {}
        self._brands = self._names.brands if self._names is not None else frozenset()
        self._name = self._names.name if self._names is not None else ""

    def learn(self, host: str, reason: str) -> None:
        """Record the registrable domain of a host as the maker's, unless it belongs to another known party.

        Args:
            host: canonical host.
            reason: one clause about the domain.
        """
        domain = registrable_domain(host, self._rules)
        # On a public suffix with one label, or a cloud domain, each name belongs to one customer: learn only this host.
        if domain and self._name and self._rules.third_parties.of(host) is None:
            self._domains.setdefault(domain, reason)

    def learn_from(self, finds: Iterable[tuple[Endpoint, str]]) -> None:
        """Learn the maker's domains from the app's own finds.

        These are the domains whose links the app claims. If the app's own resources and settings name exactly one
        domain for its privacy policy, terms or imprint, that domain counts too.

        Args:
            finds: endpoints, each with ``Evidence.how``.
        """
        pages: dict[str, tuple[str, str]] = {}
        for endpoint, how in finds:
            if how.startswith(_CLAIMED):
                self.learn(endpoint.host, "the domain of links that the app claims")
                continue
            key = _NAMED_BY_KEY.match(how)
            domain = registrable_domain(endpoint.host, self._rules) if key is not None else ""
            if key is not None and domain and self._is_page(domain, key[1]):
                pages.setdefault(domain, (endpoint.host, key[1]))
        unknown = {domain: page for domain, page in pages.items() if domain not in self._domains}
        if len(unknown) == len(pages) == 1:
            ((host, name),) = unknown.values()
            self.learn(host, f"the domain of the app's own legal page, {name}")

    def learn_related(self, host: str, names: Iterable[str]) -> None:
        """Record the other domains in the certificate of a maker's host as the maker's, if there are few.

        Args:
            host: canonical host.
            names: names in the certificate.
        """
        domains = {domain for name in names if (domain := registrable_domain(name.removeprefix("*."), self._rules))}
        own = registrable_domain(host, self._rules)
        if own in self._domains and own in domains and len(domains) <= MAX_RELATED:
            for domain in sorted(domains - {own}):
                self.learn(domain, f"in the certificate of {host} together with {own}, the maker's own")

    def _is_page(self, domain: str, key: str) -> bool:
        parts = set(_WORDS.split(re.sub(r"([a-z])([A-Z])", r"\1_\2", key).lower())) - {""}
        lists = maker_words()
        # A key with another word, such as the name of a library, is not the app's own.
        strange = parts - lists.legal_pages - lists.legal_keys - self._brands
        return not parts.isdisjoint(lists.legal_pages) and not strange and domain not in lists.legal_hosts

    @property
    def rules(self) -> RuleFiles:
        """The rule files of the checks."""
        return self._rules

    def judge(self, endpoint: Endpoint, evidence: Evidence | None = None) -> OwnershipVerdict:
        """Judge the party of an endpoint.

        Args:
            endpoint: endpoint with a canonical host, or without a host.
            evidence: place of the endpoint; its package or framework can identify the library.
        """
        return (
            self._own(endpoint)
            or self._configured(endpoint, evidence)
            or self._known(endpoint)
            or self._linked(endpoint, evidence)
            or self._named_alike(endpoint)
            or self._placed(evidence)
            or self._unknown(endpoint)
        )

    def party(self, endpoint: Endpoint) -> Party:
        """The party of an endpoint."""
        return self.judge(endpoint).party

    def _own(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        domain = registrable_domain(endpoint.host, self._rules)
        if domain and domain in self._domains:
            return OwnershipVerdict(Party.FIRST, self._name, f"{domain} is {self._domains[domain]}")
        if self._names is not None and domain:
            sdk = self._rules.third_parties.of(endpoint.host)
            # The names of platform services are not names of a maker.
            platform = sdk is not None and sdk.platform
            reason = "" if platform else self._names.branded(domain, service=sdk is not None)
            reason = reason or self._family(endpoint, sdk, self._names)
            if reason:
                return OwnershipVerdict(Party.FIRST, self._name, reason)
        if endpoint.kind is EndpointKind.CLOUD:
            parts = _WORDS.split(endpoint.value.partition(":")[2].lower())
            brand = next((part for part in parts if part in self._brands), None)
            if brand is not None:
                return OwnershipVerdict(Party.FIRST, self._name, f"the resource has the maker's name, {brand}")
        return None

    def _family(self, endpoint: Endpoint, sdk: Sdk | None, names: MakerNames) -> str:
        """The reason for another domain of a known service, if the app's maker runs that service; empty otherwise."""
        if sdk is None or endpoint.kind is EndpointKind.CLOUD:
            return ""
        for suffix in sdk.suffixes:
            domain = registrable_domain(suffix, self._rules)
            if domain == suffix and (domain in names.domains or domain.partition(".")[0] in names.sure_brands):
                return f"a host of {sdk.name}, as is {domain}, which is the maker's own"
        return ""

    def _named_alike(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        domain = registrable_domain(endpoint.host, self._rules) if self._names is not None else ""
        reason = self._names.of_product(domain) if self._names is not None and domain else ""
        return OwnershipVerdict(Party.FIRST, self._name, reason) if reason and self._name else None

    def _configured(self, endpoint: Endpoint, evidence: Evidence | None) -> OwnershipVerdict | None:
        """The cloud project in the app's configuration is the maker's: the cloud console writes it for this app."""
        if evidence is None or endpoint.kind is not EndpointKind.CLOUD or not self._name:
            return None
        found = _CONFIGURED.match(evidence.how)
        if found is None and evidence.file.rpartition("/")[2].lower() not in _CONFIGURATIONS:
            return None
        where = f"resource {found[1]}" if found else evidence.file.rpartition("/")[2]
        return OwnershipVerdict(Party.FIRST, self._name, f"the app's own configuration names it: {where}")

    def _known(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        # A cloud host belongs to a customer that its name does not identify.
        sdk = None if endpoint.kind is EndpointKind.CLOUD else self._rules.third_parties.of(endpoint.host)
        if sdk is None:
            return None
        if sdk.platform:
            return OwnershipVerdict(Party.PLATFORM, sdk.name, f"host of the platform: {sdk.name}")
        return OwnershipVerdict(Party.THIRD, sdk.name, f"host of the SDK or service {sdk.name}")

    def _linked(self, endpoint: Endpoint, evidence: Evidence | None) -> OwnershipVerdict | None:
        """A domain whose links the app claims: the system confirms them only with the holder of the domain."""
        if evidence is None or not self._name or not evidence.how.startswith(_CLAIMED):
            return None
        return OwnershipVerdict(
            Party.FIRST, self._name, f"the app claims the links to {endpoint.host} (not verified with the domain)"
        )

    def _placed(self, evidence: Evidence | None) -> OwnershipVerdict | None:
        if evidence is None:
            return None
        name = self._rules.third_parties.of_file(evidence.file)
        if name is not None:
            return OwnershipVerdict(Party.THIRD, name, f"named by a file of the SDK {name}")
        method = _METHOD.match(evidence.context) if evidence.how.startswith("dex-flow/") else None
        name = self._rules.third_parties.of_package(method[1].replace("/", ".")) if method else None
        if name is not None:
            return OwnershipVerdict(Party.THIRD, name, f"named by the code of the SDK {name}")
        return None

    def _unknown(self, endpoint: Endpoint) -> OwnershipVerdict:
        if endpoint.kind is EndpointKind.CLOUD:
            return OwnershipVerdict(Party.UNKNOWN, "", _SHARED_KINDS.format(kind=endpoint.value.partition(":")[0]))
        if not endpoint.host or ":" in endpoint.host or endpoint.host.rpartition(".")[2].isdigit():
            return OwnershipVerdict(Party.UNKNOWN, "", "an address does not identify its owner")
        return OwnershipVerdict(Party.UNKNOWN, "", "the host contains neither the maker's name nor that of a known SDK")


def is_maker_evidence(how: str) -> bool:
    """True if evidence of this kind can identify the maker's domains; it is then kept for ``learn_from``."""
    return how.startswith(_CLAIMED) or _NAMED_BY_KEY.match(how) is not None
