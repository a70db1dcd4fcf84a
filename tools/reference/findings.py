"""Page of the finding rules, with the advice for each product."""

from tools.reference.text import code, links, page, plain, table

from tieback.assess.rules import DEFAULT, FindingRule, load_rules


def pages() -> dict[str, str]:
    """Path to text of the page."""
    rules = load_rules()
    intro = (
        "For people who fix or triage findings. It lists every rule: its weakness, its severity, and the advice for "
        "each product. If a product has no advice of its own, `default` applies. How severity is computed is in "
        "[reports](../howto/reports.md#severity)."
    )
    rows = [(f"[`{name}`](#{name})", plain(rule.title), _severity(rule)) for name, rule in rules.items()]
    sections = [_section(name, rule) for name, rule in rules.items()]
    text = page("Finding rules", intro, table(("rule", "title", "severity"), rows), *sections)
    return {"docs/reference/findings.md": text}


def _severity(rule: FindingRule) -> str:
    if rule.severity is None:
        return "of the store"
    exposed = f"; {rule.severity_exposed.value} if records are returned" if rule.severity_exposed else ""
    others = "".join(f"; {one.value} for `{key}`" for key, one in rule.severities.items())
    return rule.severity.value + exposed + others


def _section(name: str, rule: FindingRule) -> str:
    facts = [f"severity: {_severity(rule)}", rule.cwe, rule.masvs, code(rule.cvss), *map(code, rule.references)]
    lines = [f"## {name}", plain(rule.title) + ".", ", ".join(filter(None, facts)) + "."]
    if rule.titles:
        lines.append(
            table(
                ("kind of credential, direction, or use", "title"),
                [(code(key), plain(text)) for key, text in rule.titles.items()],
            )
        )
    if other := rule.advice.get("same_as"):
        lines.append(f"For other products, the advice of [`{other}`](#{other}) applies.")
    advice = [
        (code(product), plain(text), links(rule.sources.get(product, "")))
        for product, text in sorted(rule.advice.items(), key=lambda item: (item[0] != DEFAULT, item[0]))
        if product != "same_as"
    ]
    return "\n\n".join([*lines, table(("product", "advice", "source"), advice)] if advice else lines)
