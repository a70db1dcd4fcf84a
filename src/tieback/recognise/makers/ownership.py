"""Party of an endpoint: the app's maker, an SDK or service, the platform, or unknown; with the reason.

The checks are in this order:

- a domain or resource with the maker's name, or in the app's configuration;
- a host of a known library or platform;
- a domain whose links the app claims, or that has the app's own name;
- an endpoint in the code or files of a library.

All others are unknown, never first party by default.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tieback.model.app import App
from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.code_libraries import first_library
from tieback.recognise.legal_pages import LegalPage, legal_page
from tieback.recognise.makers.addresses import only_address
from tieback.recognise.makers.callers import Callers
from tieback.recognise.makers.domains import MAIL, PAGES, registrable_domain
from tieback.recognise.makers.evidence import (
    CLAIMED,
    CONFIGURED,
    MANIFEST,
    NAMED_BY_KEY,
    OF_PARTNER,
    REPORTS,
    is_configured,
    is_wrapped,
)
from tieback.recognise.makers.families import family_domains, guest_domains, hosts_below
from tieback.recognise.makers.hosts import Choices, doubles, is_of_library, is_public_service, siblings, used_hosts
from tieback.recognise.makers.name_forms import first_label
from tieback.recognise.makers.names import MIN_HOSTS, MakerNames
from tieback.recognise.makers.projects import MAX_DEPLOYMENTS, own_projects
from tieback.recognise.makers.repositories import account_hosts, own_accounts, repository
from tieback.recognise.makers.resources import own_resources, resource_name
from tieback.recognise.makers.sent import SentData
from tieback.recognise.makers.signs import signed_hosts
from tieback.recognise.makers.singles import only_domains, only_page, only_programs, wrapped_site
from tieback.recognise.makers.updates import update_hosts
from tieback.recognise.makers.verdicts import OwnershipVerdict, unknown_verdict
from tieback.recognise.makers.words import domain_families, maker_words
from tieback.recognise.projects import project_of
from tieback.recognise.rules import RuleFiles, Sdk

_WORDS = lazy_pattern(r"[^a-z0-9]+")
MAX_RELATED = 8
"""Most registrable domains in a certificate of one owner; those of content delivery networks list many customers."""


class Maker:
    """The maker of an app: the names in the app, and the domains that were learned since."""

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

    def learn(self, host: str, reason: str) -> None:
        """Record the registrable domain of a host as the maker's, unless it belongs to another known party.

        Args:
            host: canonical host.
            reason: one clause about the domain.
        """
        domain = registrable_domain(host, self._rules)
        # On a public suffix with one label, or a cloud domain, each name belongs to one customer: learn only this host.
        if domain and self._names is not None and self._rules.third_parties.of(host) is None:
            if domain not in self._domains:
                self._learned.append(domain)
                self._names.learn_domain(domain)
            self._domains.setdefault(domain, reason)

    def _take_host(self, host: str, reason: str) -> None:
        """Record a single host as the maker's, unless it is that of a service for the apps of anyone."""
        if not is_public_service(host):
            self._hosts.setdefault(host, reason)

    def learn_from(self, finds: Iterable[tuple[Endpoint, Evidence]]) -> None:
        """Learn the maker's domains from the app's own finds.

        These are the domains whose links the app claims, and those with the app's name in its manifest or settings. If
        the app's own resources and settings name exactly one domain for its privacy policy, terms or imprint, that
        domain counts too.

        Args:
            finds: endpoints, each with its evidence.
        """
        every = tuple(finds)
        pages: dict[str, tuple[str, str]] = {}
        for endpoint, evidence in every:
            if endpoint.kind is EndpointKind.CLOUD:
                if self._is_claimed(endpoint.host, evidence):
                    self._resources.add(endpoint.value)
                continue
            if self._is_claimed(endpoint.host, evidence):
                if not self._is_guest(endpoint.host):
                    self.learn(endpoint.host, "the domain of links that the app claims")
                continue
            domain = registrable_domain(endpoint.host, self._rules)
            if not domain:
                continue
            page = legal_page(endpoint)
            if page is not None and self._is_own_page(endpoint, evidence, domain):
                self._paths.setdefault(domain, []).append(page)
            key = NAMED_BY_KEY.match(evidence.how)
            if key is not None or evidence.how.startswith(MANIFEST):
                self._learn_place(endpoint.host, domain, "manifest" if key is None else "own setting")
            if key is not None and self._is_page(domain, key[1]):
                pages.setdefault(domain, (endpoint.host, key[1]))
        if self._names is not None:
            self._take_domains(self._names)
        cloud = [one for one in every if one[0].kind is EndpointKind.CLOUD]
        for projects, reason in own_projects(cloud, lambda evidence: self._placed(evidence) is not None):
            self._learn_projects(projects, reason)
        self._learn_registered(every)
        self._pages |= pages.keys()
        unknown = {domain: page for domain, page in pages.items() if domain not in self._domains}
        if len(unknown) == len(pages) == 1:
            ((host, name),) = unknown.values()
            self.learn(host, f"the domain of the app's own legal page, {name}")

    def _learn_place(self, host: str, domain: str, place: str) -> None:
        """Learn a domain in the manifest or in a setting, if it has the name of the app."""
        if self._names is not None and self._rules.third_parties.of(host) is None:
            self._names.learn_own_place(domain, place)

    def _learn_registered(self, finds: Sequence[tuple[Endpoint, Evidence]]) -> None:
        """Learn the only project of each service for apps that the app names: an app is a client of its own.

        A few deployments with names that their hosting service made are its own too.
        """
        projects: dict[str, dict[str, None]] = {}
        for endpoint, evidence in finds:
            kind, name = self._project(endpoint)
            if kind and self._placed(evidence) is None and not self._is_of_library(evidence):
                projects.setdefault(kind, {}).setdefault(name)
        for kind, names in projects.items():
            made = maker_words().deployments.get(kind)
            # A service for which both hold is one whose names an app can also write otherwise, as an alias does.
            named = kind in maker_words().registered and not (made and all(map(made.fullmatch, names)))
            most = MAX_DEPLOYMENTS if made and not named else 1
            if len(names) <= most and self._names is not None:
                self._clients.update((kind, name) for name in names)
                for name in names:
                    self._names.learn_tenant(name)

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

    def learn_hosts(self, hosts: Iterable[str]) -> None:
        """Learn the domain with the name of the app from the number of its hosts that the app names.

        Args:
            hosts: canonical hosts of the app's endpoints.
        """
        if self._names is None:
            return
        below = hosts_below(hosts, self._rules)
        self._names.learn_hosts(
            {domain: names for domain, names in below.items() if self._rules.third_parties.of(domain) is None}
        )
        self._take_domains(self._names)
        self._learn_page(below, self._names)
        reports = (
            host for domain, names in below.items() for host in names if REPORTS.match(host.removesuffix(domain))
        )
        self.learn_only(reports, "the only domain with a server for error reports or usage that makers run themselves")

    def learn_repositories(self, addresses: Iterable[str]) -> None:
        """Learn the accounts at services for source code that have a repository with the name of the app.

        Args:
            addresses: URLs that the app names. Links for people count too.
        """
        if self._names is not None:
            self._accounts = dict(own_accounts(addresses, self._names))

    def learn_uses(
        self,
        finds: Iterable[tuple[Endpoint, Evidence]],
        choices: Choices | None = None,
        sent: SentData | None = None,
        callers: Callers | None = None,
    ) -> None:
        """Learn the hosts that the app uses like its maker's own. To be called last: it compares with what was learned.

        Args:
            finds: the app's endpoints, each with evidence.
            choices: the hosts between which its code chooses.
            sent: what its pages and scripts send.
            callers: the methods through which its code requests each host.
        """
        if self._names is None:
            return
        every = tuple(finds)
        parties = [self.judge(*one).party for one in every]
        unknown = [one for one, party in zip(every, parties, strict=True) if party is Party.UNKNOWN]
        self._named.update(own_resources(resource_name(endpoint) for endpoint, _ in unknown))
        strangers = [one for one in unknown if one[0].host]
        # A service for source code is not the maker's, but only what is below his account.
        first = (one[0] for one, party in zip(every, parties, strict=True) if party is Party.FIRST)
        own = {endpoint.host for endpoint in first if not repository(endpoint.value)[0]}
        self._learn_families(own, [endpoint.host for endpoint, _ in strangers], self._names)
        for host, alike in siblings(own, sorted({endpoint.host for endpoint, _ in strangers}), self._rules):
            self.learn(host, f"the domain of {host}, which is named like {alike}, the maker's own")
        for host, known in choices.beside(own) if choices is not None else ():
            if not is_public_service(host):
                self.learn(host, f"the domain of {host}, for which the code also takes {known}, the maker's own")
        for host, reason in used_hosts(every, strangers, own, self._names, self._rules):
            domain = registrable_domain(host, self._rules)
            if domain and host.removeprefix("www.") == domain:
                self.learn(host, reason)
            else:
                self._take_host(host, reason)
        for host, reason in sent.only(own, {one[0].host for one in strangers}, self._rules) if sent is not None else ():
            self._take_host(host, reason)
        for host, reason in account_hosts(self._accounts, sorted({one[0].host for one in strangers}), self._rules):
            if host.endswith(PAGES):
                self._take_host(host, reason)
            else:
                self.learn(host, reason)
        for host, reason in doubles(every, strangers, own | self._hosts.keys()):
            self._take_host(host, reason)
        self._learn_singles(every, unknown, self._names, callers)

    def _learn_singles(
        self,
        every: Collection[tuple[Endpoint, Evidence]],
        strangers: Iterable[tuple[Endpoint, Evidence]],
        names: MakerNames,
        callers: Callers | None,
    ) -> None:
        """Learn the endpoints that are the only ones of their kind, of those whose owners were unknown."""
        unknown = [one for one in strangers if self.judge(*one).party is Party.UNKNOWN]
        if address := only_address(every, unknown, names):
            self._hosts.setdefault(address, "the only public address that the app names")
        if site := wrapped_site(every, unknown, self._rules):
            self._take_host(site, "the site that the tool which made the app shows")
        below = hosts_below((one.host for one, _ in unknown if one.kind is not EndpointKind.CLOUD), self._rules)
        for domain, reason in only_domains(below, names):
            self.learn(domain, reason)
        if unknown and all(self.judge(*one).party is not Party.FIRST for one in every):
            self._named.update((resource_name(program), reason) for program, reason in only_programs(unknown))
            for host, reason in only_page(unknown) if not self._accounts else ():
                self._take_host(host, reason)
        for host, reason in update_hosts(unknown, names, self._rules):
            self._take_host(host, reason)
        left = [one for one in unknown if self.judge(*one).party is Party.UNKNOWN]
        own = {one[0].host for one in every if one[0].host and self.judge(*one).party is Party.FIRST}
        for host, reason in signed_hosts(left, own, names, self._rules, callers):
            self._take_host(host, reason)

    def _learn_families(self, own: Collection[str], strangers: Iterable[str], names: MakerNames) -> None:
        """Learn the domains that are related to each other, or to the maker's own.

        Args:
            own: hosts of the maker.
            strangers: hosts of unknown owners.
            names: the names of the maker.
        """
        unknown = hosts_below(strangers, self._rules)
        domains = {registrable_domain(host, self._rules) for host in own}
        known = {one for one in domains if one in self._domains or names.branded(one) or names.of_product(one)}
        related = (*family_domains(known, unknown), *guest_domains(domains - known, names.title_words, unknown))
        for domain, reason in related:
            self.learn(domain, reason)

    def _learn_page(self, below: Mapping[str, Collection[str]], names: MakerNames) -> None:
        """Learn the only domain of a privacy policy or imprint that the code or texts of the app name.

        The page can be that of a partner, or of the maker of a tool that builds apps. So its domain must also have the
        name of the app, or that of another domain of its maker.
        """
        paths = self._paths
        if len(paths) > 1:
            # Of several, the one with a part of the bundle identifier and many hosts.
            several = (one for one in paths if names.extends_part(first_label(one)))
            paths = {one: paths[one] for one in several if len(below.get(one, ())) >= MIN_HOSTS}
        elif len(paths.keys() | self._pages) != 1:
            return
        if len(paths) != 1:
            return
        ((domain, pages),) = paths.items()
        page = next((page for page in pages if page.responsible), None)
        if page is None or domain in maker_words().strangers:
            return
        own = names.own_name(domain, self._domains.keys() & below.keys())
        hosts = below.get(domain, ())
        if own:
            self.learn(domain, f"a domain with the name of {own} and the app's only legal page, {page.path}")
        elif names.in_hosts(host.removesuffix(domain) for host in hosts):
            self.learn(
                domain, f"the domain of the app's only legal page, {page.path}, and of a host with the name of the app"
            )
        elif f"api.{domain}" in hosts and self._domains.keys().isdisjoint(below):
            self.learn(
                domain, f"the domain of the app's only legal page, {page.path}, and of an API that the app calls"
            )
        elif len(hosts) >= MIN_HOSTS:
            what = count_text(len(hosts), "host")
            self.learn(domain, f"the domain of the app's only legal page, {page.path}, and of {what} in the app")

    def _take_domains(self, names: MakerNames) -> None:
        """Add the domains that the names of the maker have learned."""
        for domain, reason in names.domains.items():
            if domain not in self._domains:
                self._domains[domain] = reason
                self._learned.append(domain)

    def _learn_projects(self, projects: Iterable[str], reason: str) -> None:
        if self._names is None:
            return
        for project in projects:
            self._projects.setdefault(project, reason)
            self._names.learn_project(project)

    def learn_only(self, hosts: Iterable[str], reason: str) -> None:
        """Learn the domain of these hosts, if they are of one domain.

        Domains of known parties and of public e-mail services do not count. Of several, the only one with a part of the
        bundle identifier counts.

        Args:
            hosts: canonical hosts that the app itself uses in one role, such as that of its support.
            reason: one clause about the domain.
        """
        strangers = maker_words().strangers
        domains = {
            domain
            for host in hosts
            if (domain := registrable_domain(host, self._rules))
            and domain not in strangers
            and not MAIL.fullmatch(domain)
            and not is_public_service(host)
            and self._rules.third_parties.of(host) is None
        }
        named = [one for one in domains if self._names is not None and self._names.is_part(first_label(one))]
        if len(domains) == 1:
            self.learn(domains.pop(), reason)
        elif len(named) == 1:
            self.learn(named[0], "the domain of an address in the app, with a part of its bundle identifier")

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

    def _is_claimed(self, host: str, evidence: Evidence) -> bool:
        """True if the app claims the links of a host for itself.

        A component that is named after the domain can be that of a partner, or of the app that this one is a copy of.
        """
        if is_wrapped(evidence):
            return True
        if evidence.how.startswith(OF_PARTNER) and self._names is not None:
            return bool(self._names.own_name(registrable_domain(host, self._rules), ()))
        return evidence.how.startswith(CLAIMED)

    def _is_guest(self, host: str) -> bool:
        """True if a host has the maker's name below the domain of another: ``acme.partner.org``."""
        below = host.removesuffix(registrable_domain(host, self._rules)).strip(".").split(".")
        return self._names is not None and bool(self._names.of_resource([label.replace("-", "") for label in below]))

    def _is_own_page(self, endpoint: Endpoint, evidence: Evidence, domain: str) -> bool:
        """True if a legal page can be that of the app: no known service, no host of the pages of many makers."""
        return (
            domain not in maker_words().legal_hosts
            and self._rules.third_parties.of(endpoint.host) is None
            and self._placed(evidence) is None
        )

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
