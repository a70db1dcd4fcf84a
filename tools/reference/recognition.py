"""Page of the rules that recognise cloud resources, credentials, services, third parties and what is no back end."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from tools.reference.text import SOURCE, code, links, page, plain, table

FOLDER = SOURCE / "recognise"
FILES = tuple(sorted(str(path.relative_to(FOLDER).with_suffix("")) for path in FOLDER.rglob("*.toml")))
"""Every rule file, without its suffix."""


def entries(file: str) -> dict[str, list[dict[str, Any]]]:
    """The lists of a rule file."""
    data = tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))
    return {name: rules for name, rules in data.items() if isinstance(rules, list)}


class Section(NamedTuple):
    """A list of rules, and how its table shows one."""

    title: str
    text: str
    file: str
    name: str
    head: tuple[str, ...]
    row: Callable[[dict[str, Any]], tuple[str, ...]]


_HOST_NAMES = (
    ("private_tld", "top-level domains", "Names below these are hosts, although no registry offers them."),
    ("suffix_site", "sites that are public suffixes", "These are hosts, although others have names below them."),
    ("file_extension", "extensions of files", "`main.rs:1024` is a location in a file. These need more labels."),
    ("property", "properties", "`a?b.top:1024` is an expression in a script. These need more labels."),
    ("first_label", "first labels", "`com.example.app:8080` is a reversed name, and no host."),
    ("port", "ports", "Ports below 1024 that are accepted after a name."),
    ("generic_brand", "names of many makers", "A domain with such a name does not prove who the maker is."),
)
_MAKER_NAMES = (
    (
        "site_tool",
        "tools that wrap a site",
        "Their code names their own domain in each app; the other site is that of the maker.",
    ),
    ("legal_form", "legal forms", "Left out when the name of a maker is compared with a domain."),
    ("descriptor", "descriptions", "Left out as well, if a name remains."),
    ("affix", "words around a name", "They may be before or behind the name in a domain."),
    ("generic_part", "words of identifiers", "Parts of a bundle identifier that name no maker."),
    ("sample_part", "samples", "Such an app shows how to use something of another maker."),
    (
        "shared_address",
        "addresses of many apps",
        "Private addresses and names that are the same for all apps: they show no maker.",
    ),
    ("template", "templates", "Identifiers that tools write into every app."),
    ("one_project", "identifiers of one project", "Templates with another identifier for each project."),
    ("environment", "environments", "Words of projects and hosts that name no maker."),
    ("edition", "editions", "Words for the edition of an app."),
    ("tenant", "tenants", "Services whose customers have a name below the domain."),
    ("product_affix", "words around a product", "They may be around the name of an app in a domain."),
    ("generic_name", "generic names", "Names of apps that do not prove who the maker is."),
    ("legal_page", "legal pages", "Links to such a page name the party that is responsible."),
    ("legal_key", "keys of legal pages", "Words of keys whose value is such a link."),
    ("legal_page_word", "paths of legal pages", "Other words in the last part of the path of such a page."),
    ("legal_folder", "folders of legal pages", "Parts of the path before such a page, besides a language."),
    (
        "terms_word",
        "terms",
        "A page with only such words names no responsible party: resellers link to those of others.",
    ),
    ("legal_host", "hosts of legal pages", "Services that host such pages for others."),
    ("free_mail", "mail services", "An address there does not name the maker."),
    ("registered", "clients", "Services of which an app names only its own project."),
    ("personal_host", "machines of one person", "The only host below one of these is the maker's."),
    ("host_word", "words of many hosts", "Two hosts with only such words need not have one owner."),
    ("program_folder", "folders of programs", "Parts of a path that only programs open."),
    ("registration", "registrations", "Words in the address at which an app registers a user."),
    ("login", "logins", "Words in the address at which an app logs a user in."),
    ("change", "changes", "Words in the name of a program that changes records."),
    ("record", "records", "Words in addresses of records that an app keeps for its users."),
    ("app_word", "programs for an app", "Words in the address of a program for one app."),
    ("account_beside", "users and clients", "They can be written together with those words."),
    ("not_account", "no accounts", "Words beside them that are about a device, a client or another company."),
    ("sample_host", "practice", "Servers that offer accounts for practice to anyone."),
    ("public_service", "public services", "What an app does there does not make them its maker's."),
    ("public_address", "public addresses", "Known addresses of services for anyone."),
    ("public_deployment", "public programs", "Programs at hosting services that many apps name."),
    ("free_deployment", "hosting services", "The only program there can be the maker's."),
    ("repository_word", "words of repositories", "They follow the name of an app in the name of its repository."),
    ("short_word", "short words", "Short names of apps that do not prove who the maker is."),
    ("signing_house", "signers", "Stores and services that sign apps of others."),
    ("tool_house", "tools", "Tools whose templates name their own addresses."),
)


def pages() -> dict[str, str]:
    """Path to text of each page."""
    intro = (
        "For analysts who look up what tieback recognises in an app, and by which source. Each rule is an entry of a "
        "data file in `src/tieback/recognise`, with examples that a test runs. "
        "[Recognition](../understand/recognition.md) explains how the rules work together, "
        "[rules of your own](../howto/rules.md) how to add some. "
        "[Libraries, calls and names](recognition-names.md) has the rest of the rules."
    )
    names = (
        "For analysts who look up why an endpoint belongs to a library or to a maker, and which calls and keys name an "
        "endpoint. Each rule is an entry of a data file in `src/tieback/recognise`. The rules for hosts, credentials "
        "and services are in [recognition rules](recognition-rules.md)."
    )
    return {
        "docs/reference/recognition-rules.md": page("Recognition rules", intro, *map(_section, _MAIN)),
        "docs/reference/recognition-names.md": page(
            "Libraries, calls and names", names, *map(_section, _NAMES), *(_words(*one) for one in _WORDS)
        ),
    }


def _section(one: Section) -> str:
    rules = entries(one.file)[one.name]
    rows = _rows(rules, one.row)
    return f"## {one.title}\n\n{one.text} Rules: {len(rules)}.\n\n{table((*one.head, 'source'), rows)}"


def _rows(rules: list[dict[str, Any]], row: Callable[[dict[str, Any]], tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return ((*row(rule), links(str(rule["source"]))) for rule in rules)


def _default_port(rule: Mapping[str, Any]) -> tuple[str, ...]:
    """The port that a call stands for if it names none."""
    return (f"port={rule['port']}",) if "port" in rule else ()


def _codes(*values: Iterable[Any]) -> str:
    """The first values as code, and how many more there are."""
    whole = [str(value) for one in values for value in one]
    more = f", and {len(whole) - 6} more" if len(whole) > 6 else ""
    return ", ".join(code(one) for one in whole[:6]) + more


def _java(owner: str) -> str:
    """``Ljava/net/URL;`` as people write it."""
    return owner.removeprefix("L").removesuffix(";").replace("/", ".")


def _words(title: str, file: str, lists: tuple[tuple[str, str, str], ...]) -> str:
    """The section of a file whose lists are words: a row per list, with its first words."""
    rows = []
    for name, what, text in lists:
        for rule in entries(file)[name]:
            words = [rule.get(key, ()) for key in ("names", "patterns", "numbers", "before", "behind")]
            count = str(sum(map(len, words)))
            rows.append((what, text, plain(rule["reason"]), count, _codes(*words), links(rule["source"])))
    head = ("list", "effect", "why", "entries", "for example", "source")
    return f"## {title}\n\n{table(head, rows)}"


def _hosts(rule: dict[str, Any]) -> str:
    names = (rule.get(key, ()) for key in ("hosts", "suffixes", "prefixes", "files"))
    return _codes(*names, [rule["label"]] if "label" in rule else ())


_MAIN = (
    Section(
        "Cloud resources by host",
        "A host that names one customer: a project, a bucket, a database.",
        "cloud",
        "host",
        ("kind", "product", "hosts below"),
        lambda rule: (code(rule["kind"]), plain(rule["product"]), _codes(rule.get("suffixes", ()))),
    ),
    Section(
        "Parts of cloud resources",
        "A path below a resource that is a store of its own.",
        "cloud",
        "part",
        ("kind", "product", "part of"),
        lambda rule: (code(rule["kind"]), plain(rule["product"]), code(rule["of"])),
    ),
    Section(
        "Cloud resources by identifier",
        "An identifier that names a resource without a host.",
        "cloud",
        "token",
        ("kind", "product"),
        lambda rule: (code(rule["kind"]), plain(rule["product"])),
    ),
    Section(
        "Hosts of services that have ended",
        "A host that names no customer, and at which nothing of the vendor answers any more.",
        "cloud",
        "ended",
        ("product", "hosts", "ended on"),
        lambda rule: (plain(rule["product"]), _codes(rule["hosts"]), rule["retired"]),
    ),
    Section(
        "Credentials",
        "What each grade means is in [credentials](credentials.md).",
        "credentials",
        "credential",
        ("kind", "grade", "why"),
        lambda rule: (code(rule["kind"]), plain(str(rule.get("grade", ""))), plain(str(rule.get("reason", "")))),
    ),
    Section(
        "Tokens by their prefix",
        "Keys that a vendor marks with a prefix of its own.",
        "credentials_tokens",
        "token",
        ("kind", "name"),
        lambda rule: (code(rule["kind"]), plain(str(rule.get("names", "")))),
    ),
    Section(
        "Schemes",
        "The part of an address before `://`.",
        "services",
        "scheme",
        ("scheme", "port", "service"),
        lambda rule: (code(rule["name"]), str(rule.get("port", "")), code(str(rule.get("service", "")))),
    ),
    Section(
        "Ports",
        "Usual ports: a hint, which only a probe confirms.",
        "services",
        "port",
        ("port", "service"),
        lambda rule: (str(rule["port"]), code(str(rule["service"]))),
    ),
    Section(
        "Paths of services",
        "Paths that are typical of a service: a hint, too.",
        "services",
        "path",
        ("service", "pattern"),
        lambda rule: (code(rule["service"]), code(rule["pattern"])),
    ),
    Section(
        "Third parties",
        "Hosts of SDKs and services that all their customers share.",
        "sdk_hosts",
        "sdk",
        ("name", "hosts below"),
        lambda rule: (plain(rule["name"]), _hosts(rule)),
    ),
    Section(
        "Not a back end",
        "Names that are in apps and are not contacted as a back end.",
        "not_backends",
        "rule",
        ("reason", "for example"),
        lambda rule: (plain(rule["reason"]), _hosts(rule)),
    ),
    Section(
        "Credentials in the user part of a URL",
        "They are recognised only before `@` in a URL.",
        "credentials",
        "userinfo",
        ("kind", "grade", "why"),
        lambda rule: (code(rule["kind"]), plain(rule["grade"]), plain(rule["reason"])),
    ),
    Section(
        "Published examples",
        "Values from documentation. They are not reported as credentials. Only a fingerprint of each is stored.",
        "credentials",
        "known",
        ("example", "fingerprint"),
        lambda rule: (plain(rule["what"]), code(rule["fingerprint"])),
    ),
    Section(
        "Drivers of JDBC",
        "The part after `jdbc:`, and the scheme that it is read as.",
        "services",
        "jdbc",
        ("driver", "scheme"),
        lambda rule: (code(rule["driver"]), code(rule["scheme"])),
    ),
    Section(
        "Services by host",
        "Hosts of managed services that show which product answers there.",
        "services",
        "suffix",
        ("hosts below", "service"),
        lambda rule: (code(rule["suffix"]), code(rule["service"])),
    ),
    Section(
        "Services by the text before a URL",
        "Configurations of clients that name a service before its URL.",
        "services",
        "before",
        ("service", "the text contains"),
        lambda rule: (code(rule["service"]), code(rule["contains"])),
    ),
    Section(
        "Downloads",
        "Requests to hosts of code and files. The host is not a back end because of them.",
        "not_backends",
        "request",
        ("reason", "hosts"),
        lambda rule: (plain(rule["reason"]), _hosts(rule)),
    ),
    Section(
        "Files that name no back end",
        "Licences, lists of certificates and the like. Names that are only in them are not contacted.",
        "not_backends",
        "place",
        ("reason", "files or folders, for example"),
        lambda rule: (plain(rule["reason"]), _codes(rule.get("files", ()), rule.get("folders", ()))),
    ),
)
_NAMES = (
    Section(
        "Libraries by package",
        "Endpoints in the code of a library belong to its maker, not to the maker of the app.",
        "sdk_packages",
        "sdk",
        ("library", "packages and frameworks"),
        lambda rule: (plain(rule["name"]), _codes(rule.get("packages", ()), rule.get("frameworks", ()))),
    ),
    Section(
        "Calls that name an endpoint",
        "Their arguments are assembled from the code ([data flow](../understand/dataflow.md)).",
        "dataflow/methods/sinks",
        "sink",
        ("class", "method", "arguments"),
        lambda rule: (
            code(_java(rule["owner"])),
            code(rule["method"]),
            _codes(filter(None, rule["roles"]), _default_port(rule), rule.get("keys", ())),
        ),
    ),
    Section(
        "Calls of libraries that name an endpoint",
        "The same for libraries. They are recognised by the types of the call, too, if a shrinker renamed them.",
        "dataflow/methods/sdk_sinks",
        "library",
        ("library", "calls", "classes"),
        lambda rule: (plain(rule["name"]), str(len(rule["calls"])), _codes(map(_java, rule["owners"]))),
    ),
    Section(
        "Calls that contact nothing",
        "An address that ends only in such calls is not a back end "
        "([why](../understand/dataflow.md#constants-that-no-code-contacts)).",
        "dataflow/methods/ends",
        "end",
        ("effect", "classes"),
        lambda rule: (plain(rule["what"]), _codes(_java(call.split()[0]) for call in rule["calls"])),
    ),
    Section(
        "Calls of Hermes bytecode that contact nothing",
        "The same for React Native.",
        "hermes/ends",
        "end",
        ("effect", "calls"),
        lambda rule: (
            plain(rule["what"]),
            _codes((*rule.get("calls", ()), *rule.get("ends", ()), *rule.get("members", ()))),
        ),
    ),
    Section(
        "Collections in scripts",
        "Calls in JavaScript that name a table or collection of a service.",
        "calls",
        "call",
        ("kind", "the script contains"),
        lambda rule: (code(rule["kind"]), code(rule["mark"])),
    ),
    Section(
        "Files of configuration",
        "Files in a package that name a project.",
        "settings/config",
        "file",
        ("files", "signature"),
        lambda rule: (_codes(rule.get("names", ())), code(rule.get("signature", ""))),
    ),
    Section(
        "Keys of configuration",
        "Keys in these files and in resources, and the resource that their value names.",
        "settings/config",
        "key",
        ("kind", "keys"),
        lambda rule: (code(rule.get("kind", "")), _codes(rule["keys"])),
    ),
    Section(
        "Keys that name a host",
        "The value of such a key is a host even without a scheme.",
        "settings/config",
        "host",
        ("keys that end with",),
        lambda rule: (_codes(rule["suffixes"]),),
    ),
    Section(
        "Domains of one organisation",
        "If one domain of a family is the maker's, all are.",
        "maker_domains",
        "family",
        ("domains",),
        lambda rule: (_codes(rule["domains"]),),
    ),
    Section(
        "Names that a hosting service makes",
        "What is deployed under such a name is the app's own.",
        "maker_names",
        "deployment",
        ("kind", "form of the name", "why"),
        lambda rule: (code(rule["kind"]), code(rule["pattern"]), plain(rule["reason"])),
    ),
)
_WORDS = (("Hosts without a scheme", "host_names", _HOST_NAMES), ("Names of makers", "maker_names", _MAKER_NAMES))
"""Files whose lists are words: title, file, and the texts of the lists."""
LISTED = {
    *((one.file, one.name) for one in (*_MAIN, *_NAMES)),
    *((file, name) for _, file, lists in _WORDS for name, *_ in lists),
}
"""Every list of every file."""
