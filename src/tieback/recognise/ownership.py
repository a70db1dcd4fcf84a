"""Whose an endpoint is: the app maker's own, an SDK's, the platform's, or nobody's that is known; with the reason.

In this order: a domain or a resource that carries the maker's name, or that the app's configuration names; a host of
a known library or platform; a domain whose links the app claims; an endpoint that the code or the files of a library
name. What is left is unknown, never first party by default.
"""

import re

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence
from tieback.recognise.rules import Rules

_LEGAL_FORM = re.compile(
    r"[\s,.]+(?:inc|incorporated|ltd|limited|llc|llp|gmbh|ag|kg|sa|sas|sarl|srl|spa|bv|nv|oy|ab|as|aps|plc|pty|co|corp"
    r"|corporation|company|kk|pte|sp z o o)\.?$",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^a-z0-9]+")
_METHOD = re.compile(r"L?([A-Za-z_][\w$]*(?:[./][A-Za-z_$][\w$]*){1,15})")
_CONFIGURED = re.compile(
    r"resource:string/(google_app_id|google_storage_bucket|firebase_database_url|project_id|gcm_defaultSenderId)/"
)
_CONFIGURATIONS = (
    "google-services.json",
    "googleservice-info.plist",
    "awsconfiguration.json",
    "amplifyconfiguration.json",
    "agconnect-services.json",
)
_CLAIMED = ("manifest:app-link/", "entitlement:")
_SHARED_KINDS = "a resource of {kind}, whose name does not tell whose it is"


class Owned(msgspec.Struct, frozen=True):
    """A judgement."""

    party: Party
    owner: str
    """Name of the SDK, platform or maker; empty where unknown."""
    reason: str
    """One clause."""


class Maker:
    """Who makes an app, as far as its bundle identifier and its signer's organisation tell."""

    def __init__(self, app: App | None, rules: Rules) -> None:
        self._rules = rules
        self._domains: set[str] = set()
        self._brands: set[str] = set()
        self._name = ""
        if app is None:
            return
        reverse = ".".join(reversed(app.bundle_id.lower().split(".")))
        domain = self._registrable(reverse)
        brand = domain.split(".")[0]
        if domain and not self._generic(brand):
            self._domains.add(domain)
            self._brands.add(brand.replace("-", ""))
        vendor = re.sub(r"[^a-z0-9]", "", _LEGAL_FORM.sub("", app.vendor.lower().strip()))
        if vendor and not self._generic(vendor):
            self._brands.add(vendor)
        self._name = app.vendor or domain

    @property
    def rules(self) -> Rules:
        """The rule files that it judges by."""
        return self._rules

    def judge(self, endpoint: Endpoint, evidence: Evidence | None = None) -> Owned:
        """Whose the endpoint is.

        Args:
            endpoint: with a canonical host, or none.
            evidence: the place whose package or framework may tell the library.
        """
        return (
            self._own(endpoint)
            or self._configured(endpoint, evidence)
            or self._known(endpoint)
            or self._linked(endpoint, evidence)
            or self._placed(evidence)
            or self._unknown(endpoint)
        )

    def party(self, endpoint: Endpoint) -> Party:
        """The party of the judgement."""
        return self.judge(endpoint).party

    def _own(self, endpoint: Endpoint) -> Owned | None:
        domain = self._registrable(endpoint.host)
        if domain and domain in self._domains:
            return Owned(Party.FIRST, self._name, f"{domain} is the domain of the app's bundle identifier")
        if domain and domain.split(".")[0].replace("-", "") in self._brands:
            return Owned(Party.FIRST, self._name, f"{domain} begins with the maker's name")
        if endpoint.kind is EndpointKind.CLOUD:
            words = _WORDS.split(endpoint.value.partition(":")[2].lower())
            brand = next((word for word in words if word in self._brands), None)
            if brand is not None:
                return Owned(Party.FIRST, self._name, f"the resource has the maker's name, {brand}")
        return None

    def _configured(self, endpoint: Endpoint, evidence: Evidence | None) -> Owned | None:
        """The cloud project that an app's configuration names is the maker's: the console writes it for this app."""
        if evidence is None or endpoint.kind is not EndpointKind.CLOUD or not self._name:
            return None
        found = _CONFIGURED.match(evidence.how)
        if found is None and evidence.file.rpartition("/")[2].lower() not in _CONFIGURATIONS:
            return None
        where = f"resource {found[1]}" if found else evidence.file.rpartition("/")[2]
        return Owned(Party.FIRST, self._name, f"the app's own configuration names it: {where}")

    def _known(self, endpoint: Endpoint) -> Owned | None:
        # Behind a cloud's host stands a customer, and which one is not in the host.
        sdk = None if endpoint.kind is EndpointKind.CLOUD else self._rules.third_parties.of(endpoint.host)
        if sdk is None:
            return None
        if sdk.platform:
            return Owned(Party.PLATFORM, sdk.name, f"host of the platform: {sdk.name}")
        return Owned(Party.THIRD, sdk.name, f"host of the SDK or service {sdk.name}")

    def _linked(self, endpoint: Endpoint, evidence: Evidence | None) -> Owned | None:
        """A domain whose links the app claims: only who holds the domain can make the system agree."""
        if evidence is None or not self._name or not evidence.how.startswith(_CLAIMED):
            return None
        return Owned(Party.FIRST, self._name, f"the app claims the links to {endpoint.host}; the domain was not asked")

    def _placed(self, evidence: Evidence | None) -> Owned | None:
        if evidence is None:
            return None
        name = self._rules.third_parties.of_file(evidence.file)
        if name is not None:
            return Owned(Party.THIRD, name, f"named by a file of the SDK {name}")
        method = _METHOD.match(evidence.context) if evidence.how.startswith("dex-flow/") else None
        name = self._rules.third_parties.of_package(method[1].replace("/", ".")) if method else None
        if name is not None:
            return Owned(Party.THIRD, name, f"named by the code of the SDK {name}")
        return None

    def _unknown(self, endpoint: Endpoint) -> Owned:
        if endpoint.kind is EndpointKind.CLOUD:
            return Owned(Party.UNKNOWN, "", _SHARED_KINDS.format(kind=endpoint.value.partition(":")[0]))
        if not endpoint.host or ":" in endpoint.host or endpoint.host.rpartition(".")[2].isdigit():
            return Owned(Party.UNKNOWN, "", "an address does not tell whose it is")
        return Owned(Party.UNKNOWN, "", "neither the maker's name nor a known SDK is in its host")

    def _registrable(self, host: str) -> str:
        labels = host.split(".")
        if len(labels) < 2 or ":" in host or labels[-1].isdigit():
            return ""
        return self._rules.suffixes.privatesuffix(host) or (
            ".".join(labels[-2:]) if labels[-1] in self._rules.names.private_tlds else ""
        )

    def _generic(self, brand: str) -> bool:
        return len(brand) < 4 or brand in self._rules.names.generic_brands
