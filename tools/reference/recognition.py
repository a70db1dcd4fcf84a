"""Page of the rules that recognise cloud resources, credentials, services, third parties and what is no back end."""

import tomllib
from collections.abc import Callable, Iterable
from typing import Any

from tools.reference.text import SOURCE, code, links, page, plain, table

FOLDER = SOURCE / "recognise"
FILES = ("cloud", "credentials", "credentials_tokens", "services", "sdk_hosts", "not_backends")


def entries(file: str) -> dict[str, list[dict[str, Any]]]:
    """The lists of a rule file."""
    data = tomllib.loads((FOLDER / f"{file}.toml").read_text(encoding="utf-8"))
    return {name: rules for name, rules in data.items() if isinstance(rules, list)}


def pages() -> dict[str, str]:
    """Path to text of the page."""
    sections = []
    for title, text, file, name, head, row in _SECTIONS:
        rules = entries(file)[name]
        sections.append(f"## {title}\n\n{text} Rules: {len(rules)}.\n\n{table((*head, 'source'), _rows(rules, row))}")
    intro = (
        "For analysts who look up what tieback recognises in an app, and by which source. Each rule is an entry of a "
        "data file in `src/tieback/recognise`, with examples that a test runs. "
        "[Recognition](../understand/recognition.md) explains how the rules work together, "
        "and [rules of your own](../howto/rules.md) how to add some."
    )
    return {"docs/reference/recognition-rules.md": page("Recognition rules", intro, *sections)}


def _rows(rules: list[dict[str, Any]], row: Callable[[dict[str, Any]], tuple[str, ...]]) -> Iterable[tuple[str, ...]]:
    return ((*row(rule), links(str(rule["source"]))) for rule in rules)


def _codes(*values: Iterable[Any]) -> str:
    """The first values as code, and how many more there are."""
    whole = [str(value) for one in values for value in one]
    more = f", and {len(whole) - 6} more" if len(whole) > 6 else ""
    return ", ".join(code(one) for one in whole[:6]) + more


def _hosts(rule: dict[str, Any]) -> str:
    return _codes(rule.get("hosts", ()), rule.get("suffixes", ()), rule.get("prefixes", ()), rule.get("files", ()))


_SECTIONS: tuple[tuple[str, str, str, str, tuple[str, ...], Callable[[dict[str, Any]], tuple[str, ...]]], ...] = (
    (
        "Cloud resources by host",
        "A host that names one customer: a project, a bucket, a database.",
        "cloud",
        "host",
        ("kind", "product", "hosts below"),
        lambda rule: (code(rule["kind"]), plain(rule["product"]), _codes(rule.get("suffixes", ()))),
    ),
    (
        "Parts of cloud resources",
        "A path below a resource that is a store of its own.",
        "cloud",
        "part",
        ("kind", "product", "part of"),
        lambda rule: (code(rule["kind"]), plain(rule["product"]), code(rule["of"])),
    ),
    (
        "Cloud resources by identifier",
        "An identifier that names a resource without a host.",
        "cloud",
        "token",
        ("kind", "product"),
        lambda rule: (code(rule["kind"]), plain(rule["product"])),
    ),
    (
        "Credentials",
        "What each grade means is in [credentials](credentials.md).",
        "credentials",
        "credential",
        ("kind", "grade", "why"),
        lambda rule: (code(rule["kind"]), plain(str(rule.get("grade", ""))), plain(str(rule.get("reason", "")))),
    ),
    (
        "Tokens by their prefix",
        "Keys that a vendor marks with a prefix of its own.",
        "credentials_tokens",
        "token",
        ("kind", "name"),
        lambda rule: (code(rule["kind"]), plain(str(rule.get("names", "")))),
    ),
    (
        "Schemes",
        "The part of an address before `://`.",
        "services",
        "scheme",
        ("scheme", "port", "service"),
        lambda rule: (code(rule["name"]), str(rule.get("port", "")), code(str(rule.get("service", "")))),
    ),
    (
        "Ports",
        "Usual ports: a hint, which only a probe confirms.",
        "services",
        "port",
        ("port", "service"),
        lambda rule: (str(rule["port"]), code(str(rule["service"]))),
    ),
    (
        "Paths of services",
        "Paths that are typical of a service: a hint, too.",
        "services",
        "path",
        ("service", "pattern"),
        lambda rule: (code(rule["service"]), code(rule["pattern"])),
    ),
    (
        "Third parties",
        "Hosts of SDKs and services that all their customers share.",
        "sdk_hosts",
        "sdk",
        ("name", "hosts below"),
        lambda rule: (plain(rule["name"]), _hosts(rule)),
    ),
    (
        "Not a back end",
        "Names that are in apps and are not contacted as a back end.",
        "not_backends",
        "rule",
        ("reason", "for example"),
        lambda rule: (plain(rule["reason"]), _hosts(rule)),
    ),
)
