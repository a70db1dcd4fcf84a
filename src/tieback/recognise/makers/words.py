"""Word lists for finding a maker's name, from ``maker_names.toml``, and domains of one organisation.

They are read once per process.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from tieback import rulefiles as prepared
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.name_forms import first_label

_SEPARATORS = lazy_pattern(r"[^a-z0-9]+")


class _Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    names: tuple[str, ...]
    reason: str
    source: str


class _Affixes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    before: tuple[str, ...]
    behind: tuple[str, ...]
    reason: str
    source: str


class _Patterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    patterns: tuple[str, ...]
    reason: str
    source: str


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The form of the names that a hosting service makes itself."""

    kind: str
    pattern: str
    """Regular expression for the whole name; its group ``project`` is what deployments of one owner share."""
    reason: str
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    legal_form: tuple[_Names, ...]
    descriptor: tuple[_Names, ...]
    affix: tuple[_Affixes, ...]
    generic_part: tuple[_Names, ...]
    sample_part: tuple[_Names, ...]
    template: tuple[_Names, ...]
    one_project: tuple[_Patterns, ...]
    environment: tuple[_Names, ...]
    tenant: tuple[_Names, ...]
    edition: tuple[_Names, ...]
    product_affix: tuple[_Affixes, ...]
    generic_name: tuple[_Names, ...]
    legal_page: tuple[_Names, ...]
    legal_key: tuple[_Names, ...]
    legal_page_word: tuple[_Names, ...]
    terms_word: tuple[_Names, ...]
    legal_folder: tuple[_Names, ...]
    legal_host: tuple[_Names, ...]
    free_mail: tuple[_Names, ...]
    signing_house: tuple[_Names, ...]
    tool_house: tuple[_Names, ...]
    registered: tuple[_Names, ...]
    deployment: tuple[Deployment, ...]
    personal_host: tuple[_Names, ...]
    host_word: tuple[_Names, ...]
    program_folder: tuple[_Names, ...]
    registration: tuple[_Names, ...]
    login: tuple[_Names, ...]
    change: tuple[_Names, ...]
    record: tuple[_Names, ...]
    app_word: tuple[_Names, ...]
    account_beside: tuple[_Names, ...]
    not_account: tuple[_Names, ...]
    sample_host: tuple[_Names, ...]
    public_service: tuple[_Names, ...]
    public_address: tuple[_Names, ...]
    shared_address: tuple[_Names, ...]
    public_deployment: tuple[_Names, ...]
    free_deployment: tuple[_Names, ...]
    repository_word: tuple[_Names, ...]
    short_word: tuple[_Names, ...]
    site_tool: tuple[_Names, ...]


class _Family(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    domains: tuple[str, ...]
    source: str


class _Families(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    family: tuple[_Family, ...]


class MakerWords:
    """The word lists of ``maker_names.toml``."""

    def __init__(self) -> None:
        def flat(entries: tuple[_Names, ...]) -> frozenset[str]:
            return frozenset(name for entry in entries for name in entry.names)

        read = prepared.load_rules(Path(__file__).parent.with_name("maker_names.toml").read_bytes(), _File)
        self.legal_forms = flat(read.legal_form)
        self.descriptors = flat(read.descriptor)
        self.before = frozenset(word for entry in read.affix for word in entry.before)
        self.behind = frozenset(word for entry in read.affix for word in entry.behind)
        self.generic_parts = flat(read.generic_part)
        self.generic_names = flat(read.generic_name)
        self.legal_pages = flat(read.legal_page)
        self.legal_keys = flat(read.legal_key)
        self.legal_page_words = flat(read.legal_page_word)
        self.terms_words = flat(read.terms_word)
        self.legal_folders = flat(read.legal_folder)
        self.legal_hosts = flat(read.legal_host)
        self.samples = flat(read.sample_part)
        self.templates = flat(read.template)
        self.one_project = tuple(lazy_pattern(pattern) for entry in read.one_project for pattern in entry.patterns)
        self.environments = flat(read.environment)
        self.tenants = flat(read.tenant)
        self.editions = flat(read.edition)
        self.product_before = frozenset(word for entry in read.product_affix for word in entry.before)
        self.product_behind = frozenset(word for entry in read.product_affix for word in entry.behind)
        self.registered = flat(read.registered)
        self.deployments = {one.kind: lazy_pattern(one.pattern) for one in read.deployment}
        self.personal_hosts = flat(read.personal_host)
        self.host_words = flat(read.host_word)
        self.program_folders = flat(read.program_folder)
        self.registrations = flat(read.registration)
        self.logins = flat(read.login)
        self.changes = flat(read.change)
        self.records = flat(read.record)
        self.app_words = flat(read.app_word)
        self.account_beside = tuple(sorted(flat(read.account_beside)))
        self.accounts = self.registrations | self.logins
        self.not_accounts = flat(read.not_account)
        self.sample_hosts = flat(read.sample_host)
        self.public_services = flat(read.public_service)
        self.public_addresses = flat(read.public_address)
        self.shared_addresses = flat(read.shared_address)
        self.public_deployments = flat(read.public_deployment)
        self.free_deployments = flat(read.free_deployment)
        self.repository_words = flat(read.repository_word)
        self.short_words = flat(read.short_word)
        self.site_tools = flat(read.site_tool)
        self.strangers = flat(read.free_mail) | flat(read.signing_house) | flat(read.tool_house)


@lru_cache(maxsize=1)
def maker_words() -> MakerWords:
    """The word lists, read once per process."""
    return MakerWords()


def is_template(bundle_id: str) -> bool:
    """True if a template or a build tool writes this bundle identifier, so that unrelated apps share it."""
    parts = bundle_id.lower().split(".")
    return any(".".join(parts[:size]) in maker_words().templates for size in (1, 2, 3))


def names_no_app(bundle_id: str) -> bool:
    """True if a template writes this very bundle identifier into unrelated apps, not another one for each project."""
    name = bundle_id.lower()
    return is_template(name) and not any(one.fullmatch(name) for one in maker_words().one_project)


def is_untouched(parts: Sequence[str]) -> bool:
    """True if a bundle identifier has only words of a template: ``com.example.app``. It is that of no sample.

    Args:
        parts: the parts of the identifier.
    """
    words = maker_words()
    known = words.samples | words.generic_parts | words.environments | {"com", "org", "net", "my", "starter"}
    beside = parts[next(size for size in (3, 2, 1, 0) if size == 0 or ".".join(parts[:size]) in words.templates) :]
    rest = {part for name in beside for part in _SEPARATORS.split(name) if part}
    return rest <= known | {f"my{word}" for word in known}


@lru_cache(maxsize=1)
def domain_families() -> dict[str, tuple[str, ...]]:
    """The domains of one organisation, by each of them; from ``maker_domains.toml``, read once per process."""
    read = prepared.load_rules(Path(__file__).parent.with_name("maker_domains.toml").read_bytes(), _Families)
    return {domain: family.domains for family in read.family for domain in family.domains}


@lru_cache(maxsize=1)
def families_by_label() -> dict[str, list[str]]:
    """The domains of ``domain_families`` by their first label without hyphens."""
    found: dict[str, list[str]] = {}
    for domain in domain_families():
        found.setdefault(first_label(domain), []).append(domain)
    return found
