"""Party of an endpoint: the app's maker, an SDK or service, the platform, or unknown; with the reason.

The checks are in this order:

- a domain or resource with the maker's name, or in the app's configuration;
- a host of a known library or platform;
- a domain whose links the app claims, or that has the app's own name;
- an endpoint in the code or files of a library.

All others are unknown, never first party by default.
"""

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.code_libraries import first_library
from tieback.recognise.legal_pages import LegalPage
from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.makers.evidence import (
    CLAIMED,
    CONFIGURED,
    OF_PARTNER,
    is_configured,
    is_wrapped,
)
from tieback.recognise.makers.hosts import is_of_library, is_public_service
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.repositories import repository
from tieback.recognise.makers.resources import resource_name
from tieback.recognise.makers.verdicts import OwnershipVerdict, unknown_verdict
from tieback.recognise.makers.words import domain_families, maker_words
from tieback.recognise.projects import project_of
from tieback.recognise.rules import RuleFiles, Sdk

_WORDS = lazy_pattern(r"[^a-z0-9]+")


class OwnershipJudge:
    """Judgements on the owners of endpoints, by the names in an app and by what was learned about its maker."""

    def __init__(self, app: App | None, rules: RuleFiles, main_class: str = "") -> None:
        """Begin with the names of an app.

        Args:
            app: the app; without one nothing is first party.
            rules: rule files.
            main_class: the class of the app's own code that starts it; empty if unknown.
        """
        self._rules = rules
        self._names = MakerNames(app, rules, main_class) if app is not None else None
        self._domains: dict[str, str] = dict(self._names.domains) if self._names is not None else {}
        self._brands = self._names.brands if self._names is not None else frozenset()
        self._name = self._names.name if self._names is not None else ""
        self._learned: list[str] = []
        """Domains that the app itself names as its maker's, besides its names."""
        self._pages: set[str] = set()
        """Domains of legal pages that the app's resources and settings name as such."""
        self._paths: dict[str, list[LegalPage]] = {}
        """Domains of other legal pages that the app names, and these pages."""
        self._projects: dict[str, str] = {}
        """Names and numbers of the maker's cloud projects, each with the reason."""

        self._clients: set[tuple[str, str]] = set()
        """Services for apps, and the only project of each that the app names."""
        self._resources: set[str] = set()
        """Cloud resources whose links the app claims."""
        self._named: dict[tuple[str, str], str] = {}
        """Kinds and names of the maker's other cloud resources, each with the reason."""
        self._hosts: dict[str, str] = {}
        """Single hosts of the maker below the domains of others, and addresses, each with the reason."""
        self._accounts: dict[str, str] = {}
        """Accounts of the maker at services for source code, each with a repository."""

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
            self._of_project(endpoint)
            or self._of_client(endpoint)
            or self._own(endpoint)
            or self._configured(endpoint, evidence)
            or self._known(endpoint)
            or self._linked(endpoint, evidence)
            or self._used(endpoint)
            or self._named_alike(endpoint)
            or self._placed(evidence)
            or self._added(endpoint)
            or unknown_verdict(endpoint, evidence)
        )

    def party(self, endpoint: Endpoint) -> Party:
        """The party of an endpoint."""
        return self.judge(endpoint).party

    def _own(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        domain = registrable_domain(endpoint.host, self._rules)
        if domain and domain in self._domains:
            return OwnershipVerdict(Party.FIRST, self._name, f"{domain} is {self._domains[domain]}")
        related = self._related(domain) if domain else ""
        if related:
            return OwnershipVerdict(Party.FIRST, self._name, related)
        if self._names is not None and domain:
            sdk = self._rules.third_parties.of(endpoint.host)
            # The names of platform services are not names of a maker.
            platform = sdk is not None and sdk.platform
            known = sdk is not None or is_public_service(endpoint.host)
            reason = "" if platform else self._names.branded(domain, service=known)
            reason = reason or self._family(endpoint, sdk, self._names)
            if reason:
                return OwnershipVerdict(Party.FIRST, self._name, reason)
        if endpoint.kind is EndpointKind.CLOUD and self._names is not None:
            brand = self._names.of_resource(_WORDS.split(endpoint.value.partition(":")[2].lower()))
            if brand:
                return OwnershipVerdict(Party.FIRST, self._name, f"the resource has the maker's name, {brand}")
        return None

    def _related(self, domain: str) -> str:
        """The reason for a domain that is related to one of the maker's; empty if it is none."""
        own = next((one for one in domain_families().get(domain, ()) if one in self._domains), "")
        if own:
            return f"{domain} and {own}, the maker's own, are domains of one organisation"
        label = domain.partition(".")[0]
        if self._names is None or not self._names.is_name(label):
            return ""
        # A word with an end like a top-level domain is often both: catrob.at and catrobat.org.
        names = (label, domain.replace(".", ""))
        own = next((one for one in self._learned if one.partition(".")[0] in names), "")
        return f"{domain} has the name of {own}, which is {self._domains[own]}" if own else ""

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
        domain = registrable_domain(endpoint.host, self._rules)
        if self._names is None or not domain:
            return None
        reason = (
            self._names.of_product(domain)
            or self._names.of_tenant(endpoint.host, domain)
            or self._names.of_guest(endpoint.host, domain)
        )
        return OwnershipVerdict(Party.FIRST, self._name, reason) if reason else None

    def _configured(self, endpoint: Endpoint, evidence: Evidence | None) -> OwnershipVerdict | None:
        """The cloud project in the app's configuration is the maker's: the cloud console writes it for this app."""
        if (
            evidence is None
            or self._names is None
            or endpoint.kind is not EndpointKind.CLOUD
            or not is_configured(evidence)
            or is_public_service(endpoint.host)
        ):
            return None
        found = CONFIGURED.match(evidence.how)
        where = f"resource {found[1]}" if found else evidence.file.rpartition("/")[2]
        return OwnershipVerdict(Party.FIRST, self._name, f"the app's own configuration names it: {where}")

    def _of_project(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        """Another resource of the cloud project in the app's configuration."""
        project = project_of(endpoint) if self._projects else ""
        if project not in self._projects:
            return None
        return OwnershipVerdict(Party.FIRST, self._name, f"{self._projects[project]}, {project}")

    def _of_client(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        """A resource of the only project that the app names at a service for apps."""
        named = self._rules.cloud.identifier(endpoint.value)
        kind, name = named if named in self._clients else self._project(endpoint)
        if (kind, name) not in self._clients:
            return None
        return OwnershipVerdict(Party.FIRST, self._name, f"the only {kind} project that the app names, {name}")

    def _used(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        """A single host that the app uses like one of its maker's own, or a resource that it names like those."""
        if endpoint.kind is EndpointKind.CLOUD:
            reason = self._named.get(resource_name(endpoint), "")
            return OwnershipVerdict(Party.FIRST, self._name, reason) if reason else None
        reason = self._hosts.get(endpoint.host, "")
        account, name = repository(endpoint.value) if self._accounts else ("", "")
        known = self._accounts.get(account, "")
        if known and self._names is not None and self._names.is_sure_account(account, known):
            reason = f"the repository {name} of {account}, the maker's account"
        return OwnershipVerdict(Party.FIRST, self._name, f"{endpoint.host}: {reason}") if reason else None

    def _known(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        sdk = self._rules.third_parties.of(endpoint.host)
        # A cloud host belongs to a customer that its name does not identify, unless it is that of a library itself.
        if sdk is None or (endpoint.kind is EndpointKind.CLOUD and (sdk.platform or endpoint.host not in sdk.suffixes)):
            return None
        if sdk.platform:
            return OwnershipVerdict(Party.PLATFORM, sdk.name, f"host of the platform: {sdk.name}")
        return OwnershipVerdict(Party.THIRD, sdk.name, f"host of the SDK or service {sdk.name}")

    def _linked(self, endpoint: Endpoint, evidence: Evidence | None) -> OwnershipVerdict | None:
        """A domain whose links the app claims: the system confirms them only with the holder of the domain."""
        claims = endpoint.value in self._resources or (
            evidence is not None and self._is_claimed(endpoint.host, evidence)
        )
        if not claims or self._names is None:
            return None
        what = endpoint.host or endpoint.value
        return OwnershipVerdict(
            Party.FIRST, self._name, f"the app claims the links to {what} (not verified with the domain)"
        )

    def _placed(self, evidence: Evidence | None) -> OwnershipVerdict | None:
        if evidence is None:
            return None
        name = self._rules.third_parties.of_file(evidence.file)
        if name is not None:
            return OwnershipVerdict(Party.THIRD, name, f"named by a file of the SDK {name}")
        name = first_library(evidence, self._rules)
        if name is not None:
            return OwnershipVerdict(Party.THIRD, name, f"named by the code of the SDK {name}")
        return None

    def _added(self, endpoint: Endpoint) -> OwnershipVerdict | None:
        """A third party that a rule of a user names; asked last, so that it changes no verdict of a built-in rule."""
        rule = None if endpoint.kind is EndpointKind.CLOUD else self._rules.added_third_party(endpoint.host)
        if rule is None:
            return None
        return OwnershipVerdict(Party.THIRD, rule.name, f"host of {rule.name} (your rule {rule.id})")

    def _is_claimed(self, host: str, evidence: Evidence) -> bool:
        """True if the app claims the links of a host for itself.

        A component that is named after the domain can be that of a partner, or of the app that this one is a copy of.
        """
        if is_wrapped(evidence):
            return True
        if evidence.how.startswith(OF_PARTNER) and self._names is not None:
            return bool(self._names.own_name(registrable_domain(host, self._rules), ()))
        return evidence.how.startswith(CLAIMED)

    def _is_of_library(self, evidence: Evidence) -> bool:
        return self._names is not None and is_of_library(evidence, self._names)

    def _project(self, endpoint: Endpoint) -> tuple[str, str]:
        """The service for apps, and the project there, of a cloud resource; empty for others."""
        kind, _, name = endpoint.value.partition(":")
        kind, name = self._rules.cloud.projects.get(kind, kind), name.partition("/")[0]
        if endpoint.kind is not EndpointKind.CLOUD or not name:
            return "", ""
        made = maker_words().deployments.get(kind)
        found = made.fullmatch(name) if made is not None else None
        if found is not None:
            return kind, found["project"]
        return (kind, name) if kind in maker_words().registered else ("", "")
