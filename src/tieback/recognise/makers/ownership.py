"""The maker of an app: what the app's own finds show about its domains, hosts, cloud resources and accounts.

Each step adds to what ``makers.judge`` knows. Its order is that of the methods: finds, hosts, repositories, uses.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.legal_pages import legal_page
from tieback.recognise.makers.addresses import only_address
from tieback.recognise.makers.callers import Callers
from tieback.recognise.makers.domains import MAIL, PAGES, registrable_domain
from tieback.recognise.makers.evidence import (
    MANIFEST,
    NAMED_BY_KEY,
    REPORTS,
)
from tieback.recognise.makers.families import family_domains, guest_domains, hosts_below
from tieback.recognise.makers.hosts import Choices, doubles, is_public_service, siblings, used_hosts
from tieback.recognise.makers.judge import OwnershipJudge
from tieback.recognise.makers.name_forms import first_label
from tieback.recognise.makers.names import MIN_HOSTS, MakerNames
from tieback.recognise.makers.projects import MAX_DEPLOYMENTS, own_projects
from tieback.recognise.makers.repositories import account_hosts, own_accounts, repository
from tieback.recognise.makers.resources import own_resources, resource_name
from tieback.recognise.makers.sent import SentData
from tieback.recognise.makers.signs import signed_hosts
from tieback.recognise.makers.singles import only_domains, only_page, only_programs, wrapped_site
from tieback.recognise.makers.updates import update_hosts
from tieback.recognise.makers.words import maker_words

_WORDS = lazy_pattern(r"[^a-z0-9]+")
MAX_RELATED = 8
"""Most registrable domains in a certificate of one owner; those of content delivery networks list many customers."""


class Maker(OwnershipJudge):
    """The maker of an app: the names in the app, and the domains that were learned since."""

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
