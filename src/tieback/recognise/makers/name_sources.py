"""Names of the app's maker: domains, brands, and the name of the product itself.

Sources are the bundle identifier, the organisation and subject of the signer, and the name under the icon. A word in
two of these belongs to the maker even if it is short.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise

from tieback.model.app import App
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.code import (
    account_names,
    given_name,
    is_borrowed,
    is_filled,
    own_packages,
    signer_begins,
    signer_hosts,
    signer_people,
    signer_units,
)
from tieback.recognise.makers.domains import COUNTRY, PAGES, RESTRICTED, registrable_domain
from tieback.recognise.makers.name_forms import (
    LETTERS,
    MIN_PRODUCT,
    UMLAUTS,
    first_label,
    folded,
    project_words,
    read_title,
)
from tieback.recognise.makers.words import is_template, is_untouched, maker_words
from tieback.recognise.rules import RuleFiles

MIN_BRAND = 4
"""Least number of letters of a brand that counts alone; shorter ones must be in the signer and the identifier."""
MAX_PARTS = 5
"""Parts of an identifier or a package of which pairs are read."""
MIN_WITH_DIGIT = 3
"""Least number of letters and digits of a name that begins with a digit, so that it is no word."""
MIN_JOINED = 8
"""Least number of letters of two parts of a bundle identifier that count as one word."""
_WORDS = lazy_pattern(r"[^\w.-]+")
_BEFORE_DIGIT = lazy_pattern(r"\A[a-z-](?=\d)")


class NameSources:
    """The names of one app's maker, from the places in which the app has them."""

    def __init__(self, app: App, rules: RuleFiles, main_class: str = "") -> None:
        """Read the names of an app.

        Args:
            app: the app.
            rules: rule files.
            main_class: the class of the app's own code that starts it. Its package stands in for a bundle identifier
                that a template wrote.
        """
        self._rules = rules
        self.words = maker_words()
        self.domains: dict[str, str] = {}
        """Registrable domains of the maker, each with the reason."""
        self.brands: set[str] = set()
        """Letters and digits of names that identify the maker on their own."""
        self.sure_brands: set[str] = set()
        """Brands that are more than the app's own or shortened name. They also apply to hosts of known services."""
        self.short_brands: set[str] = {*account_names(app.bundle_id)}
        """Short brands, which identify the maker only as a whole label."""
        self.products: set[str] = set()
        """Names of the app itself."""
        self.name = ""
        """Display name of the maker."""
        self._relatives: set[str] = set()
        """Long names of other domains of the organisation that has one of the maker's."""
        self._crowded: set[str] = set()
        """Domains of others with several hosts that have the name of the app."""
        self._confirmed: set[str] = set()
        """Names under the icon that another place in the app confirms. They can be short."""
        identifier = app.bundle_id.lower()
        template = is_template(identifier) or is_borrowed(app, self._reversed(identifier.split(".")), rules)
        main_class = "" if is_borrowed(app, self._reversed(main_class.lower().split(".")), rules) else main_class
        named = (app.bundle_id if not (template and main_class) else main_class).lower().split(".")
        # The bundle identifier of a template says nothing; that of an example at least that the app is one.
        bundle = self._package(named[:-1]) if template and main_class else [] if template else named
        domain = self._read_identifier(
            bundle, "the package of the app's own code" if template else "the app's bundle identifier"
        )
        # The package of a class names the app at any place, but what follows the domain is no brand by itself.
        whole = named[:-1] if template and main_class else bundle
        self._written = ".".join(whole[:2])
        self._identifier, self._given = "" if template else identifier, given_name(identifier)
        # The first two parts are the maker's domain; ``com.app`` and the like are not.
        self._code = tuple(own_packages(app, main_class, bundle[:2] if domain in self.domains else (), rules))
        vendor = self._read_signer(app)
        # ``acme_demo`` names ``acme`` too.
        parts = {LETTERS.sub("", one) for part in bundle for one in (part, part.partition("_")[0])} - {""}
        classes = {LETTERS.sub("", part) for part in whole} - {""}
        # Two parts in one word: com.acme.parcelrun for acmeparcelrun.com, and co.helpdesk.acme for acmehelpdesk.com.
        pairs = pairwise(whole[domain.count(".") : MAX_PARTS])
        joined = (LETTERS.sub("", one + other) for pair in pairs for one, other in (pair, pair[::-1]))
        self.brands |= {word for word in joined if domain in self.domains and len(word) >= MIN_JOINED}
        self._parts = parts
        self._title = read_title(app.name, self.words.editions)
        self._join_sources(parts, classes, vendor)
        # In a package of one more part than the domain, that part is the name of the app: ``de.acme.fit``.
        behind = whole[len(domain.split(".")) :] if not template or len(whole) == len(domain.split(".")) + 1 else []
        own = {LETTERS.sub("", part) for part in behind} | self._title.full
        # A sample app is named after the service that it shows, which is not its maker's.
        self._sample = not self.words.samples.isdisjoint(named) and not is_untouched(named)
        hidden = self._sample or (domain.endswith(PAGES) and self._title.words == self._title.full)
        self.products = set() if hidden else {name for name in own if self._product(name)}
        self._titles = {name for name in self._title.full if self._product(name)}
        known = app.vendor or (domain if domain in self.domains else "")
        self.name = known or (app.bundle_id if bundle and not template else "") or app.name or app.bundle_id

    def _join_sources(self, parts: AbstractSet[str], classes: AbstractSet[str], vendor: AbstractSet[str]) -> None:
        """Add the words that are in two sources: they are the maker's, even if they are short.

        An app is often named after another company's service, in its bundle identifier and under its icon; the name of
        the signer counts more.

        Args:
            parts: parts of the bundle identifier, or of the package that stands in for its domain.
            classes: parts of the whole package.
            vendor: beginnings of the name of the signer's organisation.
        """
        title = self._title.full | self._title.first
        if any(own.endswith(PAGES) for own in self.domains):
            title &= self.sure_brands  # A maker with a domain of the app's name writes that into the identifier.
        # "My" and the name: com.myacme under the icon Acme.
        mine = {word for part in parts for word in title if part.removesuffix(word) in self.words.product_before}
        short = ((parts & vendor) | (parts & title) | (vendor & title) | mine) - self.words.generic_parts
        for one in short | ((classes & title) - self.words.generic_parts):
            if not self._generic(one):
                (self.sure_brands if one in vendor else self.brands).add(one)
            elif 1 < len(one) < MIN_BRAND and one in short:
                self.short_brands.add(one)
        self.brands |= self.sure_brands

    def _read_identifier(self, bundle: Sequence[str], what: str) -> str:
        """Add the domain that an identifier reverses, and its name. Returns the domain, or an empty text."""
        domain = self._reversed(bundle)
        label, _, top = domain.partition(".")
        # A part of a package cannot begin with a digit: ``de.a4fit`` or ``de._4fit`` for 4fit.de.
        bare = _BEFORE_DIGIT.sub("", label)
        if bare != label and len(bare) >= MIN_WITH_DIGIT:
            self.domains[f"{bare}.{top}"] = f"the domain of {what}, which cannot begin with a digit"
        if domain and (
            not self._generic(label)
            or RESTRICTED.fullmatch(top)
            or (COUNTRY.fullmatch(top) and 1 < len(label) < MIN_BRAND)
        ):
            self.domains[domain] = f"the domain of {what}"
            if not self._generic(label):
                self.sure_brands.add(label.replace("-", ""))
        return domain

    def _reversed(self, parts: Sequence[str]) -> str:
        """The domain that an identifier reverses. It has no hyphens: tools of web apps write underscores instead."""
        return registrable_domain(".".join(reversed(parts)).replace("_", "-"), self._rules)

    def _package(self, parts: list[str]) -> list[str]:
        """The part of a package that stands for the maker: its domain. What follows describes the code."""
        reverse = self._reversed(parts)
        return parts[: reverse.count(".") + 1] if reverse else []

    def _read_signer(self, app: App) -> set[str]:
        """Add the names of the signer. Returns the beginnings of that of its organisation that are surely its own."""
        names = dict.fromkeys((app.vendor.lower(), app.vendor.lower().translate(UMLAUTS)))
        sure = set(self.sure_brands)
        vendor = {word for name in names for word in self._read_vendor(name)}
        self._people = self._read_subject(app.signer.subject, vendor) if app.signer is not None else frozenset[str]()
        if app.signer is None or not is_filled(app.signer.subject):
            return vendor
        self.brands |= self.sure_brands
        self.sure_brands = sure
        return set()

    def _read_vendor(self, vendor: str) -> set[str]:
        """Add brands and domains from the name of an organisation. Returns its first words, reduced to letters and
        digits.
        """
        parts = [word.strip(".") for word in _WORDS.split(folded(vendor.lower().strip())) if word.strip(".")]
        if parts and parts[0] in {"a", "an", "the"}:
            parts = parts[1:]
        forms, descriptors = self.words.legal_forms, self.words.descriptors
        while len(parts) > 1 and parts[-1].replace(".", "").replace("-", "") in forms:
            parts.pop()
        if len(parts) == 1 and (domain := registrable_domain(parts[0], self._rules)):
            self.domains.setdefault(domain, "the name of the signer's organisation")
            parts = [domain.split(".")[0]]
        whole = "".join(parts)
        begins = {LETTERS.sub("", "".join(parts[:n])) for n in range(1, min(len(parts), 4) + 1)} - {""}
        while len(parts) > 1 and parts[-1] in descriptors | forms:
            parts.pop()
        for text, into in ((whole, self.sure_brands), ("".join(parts), self.brands)):
            brand = LETTERS.sub("", text)
            if brand and not self._generic(brand):
                into.add(brand)
        return begins

    def _read_subject(self, subject: str, vendor: AbstractSet[str]) -> frozenset[str]:
        """Add names and domains in the subject of the signer, who has this vendor. Returns the names of people."""
        self.brands |= {name for name in signer_begins(subject, vendor) if self._product(name)} - self.words.descriptors
        self.short_brands |= {unit for unit in signer_units(subject) if self._product(unit)} - self.words.descriptors
        for host in signer_hosts(subject):
            domain = registrable_domain(host, self._rules)
            label = domain.split(".")[0]
            known = self._rules.third_parties.of(domain) if domain else None
            if domain and domain not in self.words.strangers and not self._generic(label) and known is None:
                self.domains.setdefault(domain, "a domain in the subject of the app's signer")
        return frozenset(signer_people(subject))

    def learn_project(self, project: str) -> None:
        """Add the name of the cloud project in the app's own configuration as a name of the app.

        ``acme-fit-prod`` names ``acmefit``. An app that is an example of its template is often named after a service;
        if its project has the same name, the name is its own.
        """
        own = project_words(project, self.words.environments)
        joined = "".join(own)
        self.products |= {name for name in (joined, *own[:1]) if self._product(name)}
        self.products |= {title for title in self._titles if title == joined}
        # In two sources, so it can be short.
        common = self.words.generic_parts | self.words.short_words | self.words.environments | self.words.host_words
        self.short_brands |= {name for name in self._parts & set(own[:1]) if 2 < len(name) < MIN_BRAND} - common
        self.brands |= {name for name in self._title.full & {joined, *own[:1]} if not self._generic(name)}

    def learn_domain(self, domain: str) -> None:
        """Add the name of a domain that the app itself shows to be its maker's.

        A name that is also under the icon is a brand, even if it is short.
        """
        label = first_label(domain)
        if label in self._title.full and not self._generic(label):
            self.brands.add(label)
        elif self._product(label):
            self.products.add(label)

    def learn_tenant(self, tenant: str) -> None:
        """Add the name of the maker's project at a service: ``acme`` of ``acme.zendesk.com``."""
        name = tenant.replace("-", "")
        if self._product(name):
            self.products.add(name)

    def learn_own_place(self, domain: str, place: str) -> None:
        """Add a domain that the manifest or a setting of the app names, if it has the name of the app.

        An example is often named after the service that it shows, which its settings name: nothing is added for one.

        Args:
            domain: registrable domain.
            place: the manifest, or the kind of setting.
        """
        if not self._sample and first_label(domain) in self._own_words():
            self.domains.setdefault(domain, f"a domain with the name of the app, whose {place} names it")
            self._confirm(first_label(domain))

    def _confirm(self, name: str) -> None:
        """The name under the icon is the maker's."""
        if not self._sample:
            self._confirmed.add(name)
            if self._product(name):
                self.products.add(name)

    def _own_words(self) -> set[str]:
        """The name under the icon, and its first word."""
        return self._titles | {word for word in self._title.first if self._is_word(word)}

    def _is_word(self, word: str) -> bool:
        return len(word) >= MIN_BRAND and not self._generic(word)

    def _is_lone_word(self, name: str) -> bool:
        """True for a name under the icon of one word that neither a domain of the maker nor another place has.

        It can be a common word, such as "timetable", which is also the name of a host or folder of others.
        """
        several = len(self._title.words) > len(self._title.full) or self._title.hump
        known = self._confirmed.union(map(first_label, self.domains))
        return name.isalpha() and name in self._title.full and not several and name not in known

    def _generic(self, brand: str) -> bool:
        plain = brand.replace("-", "")
        return len(plain) < MIN_BRAND or brand in self._rules.names.generic_brands or plain in self.words.generic_names

    def _product(self, name: str) -> bool:
        return (
            len(name) >= MIN_PRODUCT
            and name.removesuffix("app") not in self.words.generic_names
            and name not in self.words.generic_parts
            and name not in self.words.generic_names
            and name not in self._rules.names.generic_brands
        )

    def is_name(self, label: str) -> bool:
        """True if the first label of a domain is no common word."""
        return not self._generic(label) and label.replace("-", "") not in self.words.generic_parts
