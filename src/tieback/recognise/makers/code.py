"""What the build of an app says about its maker: the packages of its own code, and the certificate of its signer.

An app's code is in the package of its bundle identifier, and in that of the class that starts it. A package with fewer
than three parts can be shared with others. It counts if it is the reversed domain of the maker. It also counts if it
does not begin with a top-level domain (``jane.fitapp``): libraries are published below domains. A whole identifier of
two parts counts if the second is a common noun (``com.tracker``). The unit in the name of a signer is often the maker,
beside an organisation that says nothing.
"""

import re
from collections.abc import Container, Iterator, Sequence

from tieback.intake.apps.subject import name_parts
from tieback.model.app import App
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.makers.domains import MAIL, registrable_domain
from tieback.recognise.makers.name_forms import LETTERS, MIN_INITIALS, folded
from tieback.recognise.makers.words import domain_families, maker_words, names_no_app
from tieback.recognise.rules import RuleFiles

MIN_ACCOUNT = 8
"""Least number of letters of an account that is no word."""
_ACCOUNT = lazy_pattern(r"appinventor\.ai_(\w{1,64})\.")
MIN_PARTS = 3
"""Least number of parts of a package that belongs to one app."""
MIN_PART = 4
"""Least number of letters of each part of a package of two parts; tools that shorten names give shorter ones."""
MIN_FIRST = 3
"""The same of the first part of a class that starts an app, which the manifest names."""
_PUBLISHED = ("android", "androidx", "cordova", "flutter", "java", "javax", "junit", "kotlin", "kotlinx", "scala")
"""Beginnings of packages of platforms and languages that are no domains."""
EXAMPLE = "com.example."
"""Beginning of the packages of new projects. No library is published below it: app stores refuse it.

Sources: https://developer.android.com/build/configure-app-module, https://docs.flutter.dev/reference/create-new-app.
"""
MIN_PERSON = 8
"""Least number of letters of the name of a person that an account has."""
_DEBUG = "CN=Android Debug"
"""Name in the certificate that the build tools make on each machine, so that a build can be tried there.

Source: https://developer.android.com/studio/publish/app-signing#debug-mode.
"""

_FILLED = 4
"""Fewest parts of a signer's name that show how a person filled the form."""
_SHORT = lazy_pattern(r"[a-z]{2,3}")
_HOST = lazy_pattern(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}")
_MAIL = lazy_pattern(r"[a-z0-9._%+-]{1,64}@(" + _HOST.pattern + ")")
_DOMAIN_VALUE = lazy_pattern(
    r"(?:^|,)\s*(?:O|OU|CN)=(?:https?://)?(?:www\.)?(" + _HOST.pattern + r")\s*(?=,|$)", re.IGNORECASE
)


def own_packages(app: App, main_class: str, own: Sequence[str], rules: RuleFiles) -> Iterator[str]:
    """The packages of the app's own code, each with a dot at its end.

    Args:
        app: the app.
        main_class: the class of the app's own code that starts it; empty if unknown.
        own: the parts of the bundle identifier that are the reversed domain of the maker; empty if it has none.
        rules: rule files.
    """
    if own:
        yield f"{'.'.join(own)}."
    if app.bundle_id.startswith(EXAMPLE):
        yield EXAMPLE
    if not own and (house := _short_house(app.bundle_id.split("."), rules)):
        yield house
    yield from _own_base(app.bundle_id.split("."), MIN_PART, rules)
    yield from _own_base(main_class.split(".")[:-1], MIN_FIRST, rules)
    for parts in (app.bundle_id.split("."), main_class.split(".")[:-1][:MIN_PARTS]):
        package = ".".join(parts)
        if len(parts) >= MIN_PARTS and rules.third_parties.of_package(package) is None:
            yield f"{package}."


def _short_house(parts: Sequence[str], rules: RuleFiles) -> str:
    """The reversed domain with which an identifier begins, with a dot, if its name is too short to be a brand.

    ``com.abc.shop`` has its other classes in ``com.abc.data``. Known libraries are published below some such domains.
    """
    base = ".".join(parts[: MIN_PARTS - 1])
    label = parts[1].lower() if len(parts) >= MIN_PARTS else ""
    reverse = ".".join(reversed(parts[: MIN_PARTS - 1])).lower()
    words = maker_words()
    if not _SHORT.fullmatch(label) or label in words.short_words | words.environments | rules.names.generic_brands:
        return ""
    if registrable_domain(reverse, rules) != reverse:
        return ""
    return "" if rules.third_parties.is_house(base) else f"{base}."


def _own_base(parts: Sequence[str], least: int, rules: RuleFiles) -> Iterator[str]:
    """The first two parts of an identifier with a dot at their end, if no library is published below them.

    They do not begin with a top-level domain, and are long. Or they are the whole identifier, and the second one is a
    common noun, which names an app and not a publisher. ``least`` is the number of letters of the first part.
    """
    first, *rest = parts[: MIN_PARTS - 1] or ("",)
    base = ".".join([first, *rest])
    if not rest or any(len(part) < MIN_PART for part in rest) or rules.third_parties.of_package(base) is not None:
        return
    if registrable_domain(".".join(reversed(parts[: MIN_PARTS - 1])).lower(), rules):
        if len(parts) < MIN_PARTS and rest[0].lower() in maker_words().generic_names:
            yield f"{base}."
    elif len(first) >= least and first.lower() not in _PUBLISHED:
        yield f"{base}."


def is_borrowed(app: App, domain: str, rules: RuleFiles) -> bool:
    """True if an app has the identifier or package of a known service or organisation, which did not sign it.

    The key of a developer's machine shows that others built it: a client of that service, or a copy of its example.

    Args:
        app: the app.
        domain: the registrable domain that the identifier or package reverses.
        rules: rule files.
    """
    if app.signer is None or _DEBUG not in app.signer.subject:
        return False
    known = domain in domain_families() or domain in maker_words().public_services
    return known or rules.third_parties.of(domain) is not None


def given_name(identifier: str) -> str:
    """The end of an identifier without digits; empty if a template has it, or if it is shorter than three letters.

    Some tools write the name of the project into the identifier of their template: ``com.ionicframework.acm123456``.
    """
    name = "" if names_no_app(identifier) else identifier.rpartition(".")[2].rstrip("0123456789")
    return name if len(name) >= MIN_INITIALS else ""


def account_names(identifier: str) -> Iterator[str]:
    """The account of the maker that App Inventor writes into its identifiers, without a number, if it is long."""
    found = _ACCOUNT.match(identifier.lower())
    name = LETTERS.sub("", found[1].rstrip("0123456789")) if found else ""
    if len(name) >= MIN_ACCOUNT:
        yield name


def signer_units(subject: str) -> Iterator[str]:
    """The units of an organisation in the name of a signer, in letters and digits."""
    for key, value in name_parts(subject):
        if key == "ou" and (unit := LETTERS.sub("", folded(value.lower()))):
            yield unit


def is_filled(subject: str) -> bool:
    """True if a signer has one word as name, organisation, place and country: a person filled a form with any word."""
    parts = dict(name_parts(subject))
    return len(parts) >= _FILLED and "c" in parts and len({value.lower() for value in parts.values()}) == 1


def signer_begins(subject: str, begins: Container[str]) -> Iterator[str]:
    """The names and units of a signer with which its organisation begins: ``acme`` of ``CN=Acme,O=Acme Fitness India``.

    Args:
        subject: name of the signer.
        begins: beginnings of the name of the organisation, in letters and digits.
    """
    for key, value in name_parts(subject):
        name = LETTERS.sub("", folded(value.lower()))
        if key in ("cn", "ou") and name in begins:
            yield name


def signer_people(subject: str) -> Iterator[str]:
    """The names of a signer with a first and a last word, as accounts spell them: ``janedoe`` and ``doejane``.

    The name in a debug key is that of the tool.
    """
    for key, value in name_parts(subject) if _DEBUG not in subject else ():
        words = [LETTERS.sub("", word) for word in folded(value.lower()).split()]
        if key in ("cn", "o") and len(words) > 1 and len(words[0] + words[-1]) >= MIN_PERSON and all(words):
            yield from (words[0] + words[-1], words[-1] + words[0])


def signer_hosts(subject: str) -> Iterator[str]:
    """The hosts in the name of a signer, of an e-mail address or as the name itself; none of public e-mail services."""
    text = subject.lower()
    for found in (*_MAIL.finditer(text), *_DOMAIN_VALUE.finditer(text)):
        if not MAIL.fullmatch(found[1]):
            yield found[1]
