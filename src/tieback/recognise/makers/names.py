"""What has one of the names of an app's maker: domains, hosts below those of others, resources, repositories, accounts.

The names are from ``makers.name_sources``. Domains with many hosts, or with tests of their owner, add further ones.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from tieback.model.count_text import count_text
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.domains import RESTRICTED
from tieback.recognise.makers.name_forms import (
    LETTERS,
    MIN_INITIALS,
    MIN_PRODUCT,
    begins,
    cuts,
    describes,
    extends,
    first_label,
    has_tests,
    is_short,
    joins_beginnings,
    shortens,
    whole_name,
)
from tieback.recognise.makers.name_sources import MIN_BRAND, NameSources
from tieback.recognise.makers.words import domain_families, families_by_label

MIN_GUEST = 6
"""Least number of letters of a brand that identifies a host below a domain of another party."""
MIN_TITLE = 7
"""Least number of letters of a name under an icon whose longer form in a domain counts."""
MIN_LONG = 8
"""Least number of letters of a name under an icon that identifies a host below a domain of another party."""
MIN_SHORT = 3
"""Least number of letters of a name under the icon that names a domain with several hosts."""
MIN_HOSTS = 3
"""Least number of hosts below a domain for which a part of the app's name, or that of an example, identifies it."""
_SEPARATORS = lazy_pattern(r"[^a-z0-9]+")
_DIGITS = "0123456789"


class MakerNames(NameSources):
    """What has one of the names of an app's maker."""

    def own_name(self, domain: str, known: Collection[str]) -> str:
        """Whose name a domain has: that of the app, or of one of the maker's other domains; empty if it has neither.

        The name of an example is often that of the service that it shows.
        """
        label = first_label(domain)
        names = set() if self._sample else self._title.full | self._title.first
        names = {name for name in names if len(name) >= MIN_BRAND and not self._generic(name)}
        begins = () if self._sample else tuple(filter(self._product, self._title.begins))
        if label in names or self._with_affix(label, names) or label.startswith(begins):
            return "the app"
        return next((own for own in sorted(known) if label == first_label(own)), "")

    def branded(self, domain: str, *, service: bool = False) -> str:
        """Why a registrable domain has the name of the maker; empty if it does not.

        Args:
            domain: registrable domain.
            service: True if the domain belongs to a known service, also for the apps of anyone; then only a sure brand
                counts.
        """
        label, _, top = domain.partition(".")
        plain = label.replace("-", "")
        # A student names an app after the university whose page it opens.
        brands = self.sure_brands if service or RESTRICTED.fullmatch(top) else self.brands
        if plain in brands or (plain in self.short_brands and not service):
            return f"{domain} begins with the maker's name"
        whole = plain + top.replace(".", "")
        if len(whole) >= MIN_PRODUCT and whole in brands:
            return f"{domain} spells the maker's name"
        for brand in sorted(brands, key=len, reverse=True):
            if plain.startswith(brand) and plain[len(brand) :] in self.words.behind | self.words.product_behind:
                return f"{domain} is the maker's name, {brand}, followed by {plain[len(brand) :]}"
            if plain.endswith(brand) and plain[: -len(brand)] in self.words.before:
                return f"{domain} is the maker's name, {brand}, behind {plain[: -len(brand)]}"
        whole_brand = next((brand for brand in sorted(brands) if shortens(plain, brand)), "")
        if whole_brand:
            return f"{domain} is the maker's name, {whole_brand}, without its vowels"
        cut = next((brand for brand in sorted(brands) if cuts(domain, brand)), "")
        if cut:
            return f"{domain} is the beginning of the maker's name, {cut}"
        part = label.partition("-")[0]
        if part != label and len(part) >= MIN_PRODUCT and part in brands:
            return f"{domain} begins with the maker's name, {part}, and a hyphen"
        last = label.rpartition("-")[2]
        if last != label and len(last) >= MIN_GUEST and last in brands:
            return f"{domain} ends with a hyphen and the maker's name, {last}"
        return ""

    def learn_hosts(self, below: Mapping[str, Collection[str]]) -> None:
        """Add the domains that an app names with many hosts, if they have the name of the app or its first word.

        The domain with which an identifier begins that nobody reversed counts too: ``acme.io.fit`` of ``acme.io``. So
        does a longer domain that begins with a brand, if the app names many hosts or a test environment there.

        Args:
            below: the different hosts that the app names, by registrable domain.
        """
        for title in sorted(self._titles) if not self._sample else ():
            for domain in families_by_label().get(title, ()):
                if sum(other in below for other in domain_families()[domain]) > 1:
                    reason = "of an organisation with the name of the app, which names several of its domains"
                    self.domains.setdefault(domain, reason)
        related = {other for own in self.domains for other in domain_families().get(own, ())}
        self._relatives = {name for name in map(first_label, related) if len(name) >= MIN_LONG and self._product(name)}
        for domain, hosts in below.items():
            # An identifier without a top-level domain: ``acme.fit`` for fit.acme.com.
            label, _, top = domain.partition(".")
            reversed_hosts = {".".join(reversed(host.removesuffix(f".{top}").split("."))) for host in hosts}
            if self._identifier.count(".") == 1 and self._identifier in reversed_hosts and not self._generic(label):
                self.domains.setdefault(domain, "the domain of a host that the bundle identifier reverses")
        if self._written in below and not self._generic(first_label(self._written)):
            self.domains.setdefault(self._written, "the domain with which the bundle identifier begins")
        # The first word can be joined with the next: ``acme`` of ``AcmeFit``.
        for name in sorted(self._own_words() | {word for word in (self._title.hump,) if self._is_word(word)}):
            its = {domain: hosts for domain, hosts in below.items() if first_label(domain) == name}
            count = sum(map(len, its.values()))
            tests = not self._sample and any(has_tests(domain, hosts) for domain, hosts in its.items())
            if count < MIN_HOSTS and not tests:
                continue
            what = count_text(count, "host") if count >= MIN_HOSTS else "a test environment"
            for domain in its:
                self.domains.setdefault(domain, f"a domain with the name of the app, which names {what} there")
            self._confirm(name)
        titles = set() if self._sample else {name for name in self._titles if len(name) >= MIN_TITLE}
        for domain, hosts in below.items():
            brand = next((one for one in sorted(self.brands | titles) if extends(first_label(domain), one)), "")
            tests = has_tests(domain, hosts)
            if tests and not brand:
                brand = next((one for one in sorted(titles) if first_label(domain).startswith(one)), "")
            if brand and (tests or len(hosts) >= MIN_HOSTS):
                what = "a test environment" if tests else f"{count_text(len(hosts), 'host')}"
                reason = f"a longer form of the maker's name, {brand}; the app names {what} there"
                self.domains.setdefault(domain, reason)
        self._crowded = set(self._crowd(below))

    def is_short_title(self, label: str, hosts: int) -> bool:
        """True for a short name under the icon or its first word.

        Args:
            label: the first label of a domain.
            hosts: number of hosts that the app names there.
        """
        known = self._title.full if hosts < MIN_HOSTS else self._title.full | self._title.first
        return (
            hosts >= MIN_HOSTS - 1
            and MIN_SHORT <= len(label) < MIN_PRODUCT
            and label in known - self._common
            and not self._sample
        )

    @property
    def _common(self) -> frozenset[str]:
        """Words that as a short name say nothing."""
        words = self.words
        return (
            words.generic_names
            | words.generic_parts
            | words.environments
            | words.host_words
            | words.behind
            | words.short_words
            | words.program_folders
            | words.app_words
            | self._rules.names.generic_brands
        )

    def is_short_app(self, text: str) -> bool:
        """True for a short name under the icon that the bundle identifier has too: ``acfy`` of ``com.acme.acfy``."""
        short = MIN_SHORT <= len(text) < MIN_PRODUCT
        return short and not self._sample and text in (self._title.full & self._parts) - self._common

    def of_product(self, domain: str) -> str:
        """Why a registrable domain has the name of the app; empty if it does not."""
        plain = first_label(domain)
        if plain in self.products or plain.rstrip(_DIGITS) in self.products:
            return f"{domain} has the name of the app"
        if LETTERS.sub("", domain) in self.products:
            return f"{domain} spells the name of the app"
        if not self._sample and joins_beginnings(plain, self._title.words - self._title.full):
            return f"{domain} has the beginnings of words of the name of the app"
        found = self._with_affix(plain, self.products | self._relatives) or self._company(plain)
        return f"{domain} is {found}" if found else ""

    def _company(self, label: str) -> str:
        """How a label joins a word of the app's name with one for a company: ``acmefit`` of the maker Acme Labs.

        A short word counts only if the bundle identifier has the other one too.
        """
        if not self._sample and (whole := whole_name(label, self._title)):
            return f"the name of the app, {whole}, followed by {label.removeprefix(whole)}"
        words = set() if self._sample else self._title.first | {self._title.hump}
        for word in sorted(words, key=len, reverse=True):
            rest = label.removeprefix(word)
            known = rest in self.words.descriptors and self._is_word(word)
            sure = len(word) >= MIN_GUEST or rest in self._parts or word in self._title.full
            if known and rest != label and sure:
                return f"{word}, a word of the name of the app, followed by {rest}"
        return ""

    def _with_affix(self, label: str, names: Collection[str]) -> str:
        """How a label joins one of these names with a word; empty if it does not."""
        for name in sorted(names, key=len, reverse=True):
            if label.startswith(name) and label[len(name) :] in self.words.product_behind | self.words.behind:
                return f"the name of the app, {name}, followed by {label[len(name) :]}"
            if label.endswith(name) and label[: -len(name)] in self.words.product_before:
                return f"{label[: -len(name)]} followed by the name of the app, {name}"
        return ""

    def of_tenant(self, host: str, domain: str) -> str:
        """Why a host below the domain of a service is that of the maker as its customer; empty if it is not."""
        tenant = host.removesuffix(f".{domain}")
        plain = tenant.replace("-", "")
        names = self.brands | self.products
        named = plain in names or (len(bare := plain.rstrip(_DIGITS)) >= MIN_GUEST and bare in names)
        if domain not in self.words.tenants or "." in tenant or not named:
            return ""
        return f"{tenant} is the maker's name at {domain}"

    def of_guest(self, host: str, domain: str) -> str:
        """Why a host below another domain is that of the app: its first or last label there is a brand, or a long name.

        Args:
            host: canonical host.
            domain: its registrable domain.
        """
        left = host.removesuffix(domain).strip(".").removeprefix("www.")
        if self._sample or not left:
            return ""
        labels = left.split(".")
        while len(labels) > 1 and labels[-1] in self.words.environments:
            labels.pop()
        names = {name.rstrip(_DIGITS) for name in self.brands | self._confirmed} | self._relatives
        names = {name for name in names if len(name) >= MIN_GUEST and self._product(name)}
        # A short name under the icon is often the topic of an app, such as an illness, and of a host of others.
        crowded = domain in self._crowded
        names = {name for name in names | self._long_titles() if crowded or not self._is_lone_word(name)}
        places = labels if crowded else (labels[-1], labels[0])
        found = next((label for label in places if begins(label) & names), "")
        long = tuple(name for name in self._long_titles() if not self._is_lone_word(name))
        found = found or next((one for one in places if one.startswith(long)), "")
        if found:
            return f"{found} has the name of the app below {domain}"
        spelled = LETTERS.sub("", "".join(labels) + domain.partition(".")[0])
        if len(spelled) >= MIN_LONG and spelled in self._titles | self.brands:
            return f"{host} spells the name of the app"
        mine = next((one for one in sorted(self._mine()) if one in labels), "")
        return f"{mine} is the name of the app below {domain}, without my" if mine else ""

    def _long_titles(self) -> set[str]:
        """Long names under the icon, without a number at their end."""
        return {name for title in self._titles if len(name := title.rstrip(_DIGITS)) >= MIN_LONG}

    def _mine(self) -> set[str]:
        """Long names under the icon without a word such as "my" before them: ``fitness`` of My Fitness."""
        titles = {title for title in self._titles if len(title) >= MIN_TITLE}
        bare = {title.removeprefix(word) for title in titles for word in self.words.product_before} - titles
        return {name for name in bare if len(name) >= MIN_LONG and self._product(name)}

    def _crowd(self, below: Mapping[str, Collection[str]]) -> Iterator[str]:
        """The domains below which several hosts have a brand as a label, wherever it is there."""
        names = {name for name in self.brands | self._confirmed if len(name) >= MIN_GUEST and self._product(name)}
        for domain, hosts in below.items():
            named = sum(not names.isdisjoint(host.removesuffix(domain).split(".")) for host in hosts)
            if named >= MIN_HOSTS and not self._sample:
                yield domain

    @property
    def title_words(self) -> frozenset[str]:
        """The words of the name under the icon; none for a sample, whose name is that of the service that it shows."""
        return frozenset() if self._sample else frozenset(self._title.words)

    def in_hosts(self, below: Iterable[str]) -> bool:
        """Whether what one of the hosts has before its domain contains a word of the name under the icon.

        A name of a sample is that of the service that it shows.
        """
        names = set() if self._sample else {name for name in self._title.words if len(name) >= MIN_GUEST}
        names = {name for name in names if self._product(name)}
        return any(label.replace("-", "") in names for left in below for label in left.split("."))

    def is_own_code(self, context: str) -> bool:
        """True if the place of a find in code is a method of the app's own package: ``Lde/acme/fit/Api;->get``."""
        return context.removeprefix("L").replace("/", ".").startswith(self._code)

    def is_part(self, label: str) -> bool:
        """True if a label is a part of the bundle identifier, or of the package that stands in for it, and no word."""
        words = self.words.generic_parts | self.words.generic_names | self.words.environments | self.words.samples
        return not self._sample and len(label) > 1 and label in self._parts - words

    def extends_part(self, label: str) -> bool:
        """True if a label begins or ends with a long part of the bundle identifier that is no common word."""
        parts = {part for part in self._parts if len(part) >= MIN_TITLE and self._product(part)}
        return not self._sample and any(label.startswith(part) or label.endswith(part) for part in parts)

    def is_first_word(self, text: str) -> bool:
        """True if a text is the first word under the icon, and no common or short one."""
        return not self._sample and text in self._title.first and self._product(text)

    def names_repository(self, name: str) -> bool:
        """True if a repository has the name of the app, which only usual words follow: ``acme-fit-android``."""
        parts = [part for part in _SEPARATORS.split(name) if part]
        while len(parts) > 1 and parts[-1] in self.words.repository_words:
            parts.pop()
        joined = "".join(parts)
        known = self.brands | self.products | self._confirmed | self._title.full
        return not self._sample and joined in known and self._is_word(joined)

    def names_account(self, account: str) -> bool:
        """True if an account has the first and the last word of the name of the signer: ``janedoe-dev``."""
        plain = LETTERS.sub("", account)
        return any(name in plain for name in self._people)

    def is_sure_account(self, account: str, repository: str) -> bool:
        """True if no library of others can have such a repository: it is the signer's, or has more than a lone word."""
        return self.names_account(account) or not self._is_lone_word(LETTERS.sub("", repository))

    def is_app(self, text: str) -> bool:
        """True if a text is the name of the app, also with a word such as ``api``: ``acmefit-api``; not a lone word."""
        plain = LETTERS.sub("", text)
        names = {name for name in self.brands | self.products | self._confirmed if len(name) >= MIN_PRODUCT}
        names = {name for name in names if not self._is_lone_word(name)}
        return plain in names or bool(self._with_affix(plain, names))

    def of_resource(self, parts: Sequence[str]) -> str:
        """The name of the maker or of the app among the words of a cloud resource; empty if there is none.

        Args:
            parts: words of the name in their order; ``acme-fit-media`` also names ``acmefit``.
        """
        if parts and len(parts[0]) >= MIN_INITIALS and parts[0] == self._title.initials:
            return self._title.initials
        joined = ("".join(parts[at : at + size]) for size in (1, 2, 3) for at in range(len(parts) - size + 1))
        given = {self._given} if [*parts] == [self._given] else set()
        title = {one for one in self._title.full if one in given or is_short(one, self.words.environments)}
        names = self.brands | self.products | self._confirmed
        if title.intersection(parts):
            return min(title)
        return next((found for one in joined if (found := self._name_in(one, names))), "")

    def _name_in(self, word: str, names: Collection[str]) -> str:
        """The name with which a word begins, if only words for environments follow."""
        if word in names or ("dot" in word and word in {domain.replace(".", "dot") for domain in self.domains}):
            return word
        begins = (name for name in sorted(names) if word.startswith(name))
        return next((name for name in begins if describes(word[len(name) :], self.words.environments)), "")
