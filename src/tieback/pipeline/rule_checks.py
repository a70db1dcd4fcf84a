"""Checks of users' rules against what is built in, and their examples.

Every command checks the rules before it uses them, so each function imports what only it needs: the probes take a
quarter of a second.
"""

from collections.abc import Callable, Iterator

import msgspec

from tieback.model.pii import Column
from tieback.pii.user_words import words_problem
from tieback.recognise.endpoints.firebase import SERVICE as FIREBASE
from tieback.recognise.endpoints.verdict import mask_text
from tieback.recognise.rules import RuleFiles
from tieback.userrules.http_probe import HttpProbeRule
from tieback.userrules.model import (
    CredentialFormRule,
    FieldWordsRule,
    IdentifierRule,
    RansomNameRule,
    SdkHostRule,
    UserRules,
)
from tieback.userrules.parse import KINDS, RuleMistake

type _Rule = IdentifierRule | CredentialFormRule | SdkHostRule | FieldWordsRule | RansomNameRule

_TABLES = {kind: table for table, kind in KINDS.items()}


MAX_PROBES = 50
"""Most probes of all rule files: each one adds its usual ports to those of every host of an API."""


class ExampleResult(msgspec.Struct, frozen=True):
    """The result of one example of a rule."""

    rule: str
    """Name of the rule."""
    kind: str
    """Table of the rule, such as ``identifier``."""
    place: str
    """File and line of the rule."""
    example: str
    """``accept`` or ``reject``, and its number."""
    text: str
    """The text, shortened; masked in a rule of credentials."""
    expected: str
    """What the rule should recognise."""
    found: str
    """What it recognised."""
    passed: bool
    """True if both are the same."""

    @property
    def sentence(self) -> str:
        """The result in words."""
        return f"{self.example} {self.text!r}: expected {self.expected}, found {self.found or 'nothing'}"


class RuleSend(msgspec.Struct, frozen=True):
    """A request that a probe of a user may send."""

    depth: str
    """Depth of the grant that it needs."""
    request: str
    """What is sent."""
    cost: str
    """What it costs the server."""
    why: str
    """What the answer is for."""


class UserRuleRow(msgspec.Struct, frozen=True):
    """A rule of a user, for lists."""

    rule: str
    """Name of the rule."""
    kind: str
    """Table of the rule."""
    what: str
    """What it recognises."""
    file: str
    """File of the rule."""
    line: int
    """Line of the rule, from 1."""
    source: str
    """Source that the rule states; empty if none."""
    sends: tuple[RuleSend, ...] = ()
    """Everything that a probe may send; empty for other rules."""

    @property
    def place(self) -> str:
        """File and line."""
        return f"{self.file}, line {self.line}"


class BuiltinGroup(msgspec.Struct, frozen=True):
    """The built-in rules of a kind."""

    kind: str
    """Table of a rule file that adds to them."""
    what: str
    """What the rules recognise."""
    rules: int
    """Number of rules."""


def builtin_groups() -> tuple[BuiltinGroup, ...]:
    """The built-in rules, counted by kind."""
    from tieback.assess.ransom import RansomSigns
    from tieback.pii.names import NameDetector
    from tieback.probes import PROBES, WEB_STORES

    files = RuleFiles()
    cloud = files.cloud
    words = NameDetector().lexicon.phrases
    return (
        BuiltinGroup("identifier", "hosts and identifiers of cloud resources", len(cloud.hosts) + len(cloud.tokens)),
        BuiltinGroup("credential", "forms of credentials", len(files.credentials.rules)),
        BuiltinGroup("sdk_host", "third parties, by their hosts", files.third_parties.count),
        BuiltinGroup("personal_data", "phrases in names of fields", len(words)),
        BuiltinGroup("ransom", "names of ransom notes", RansomSigns().count),
        BuiltinGroup(
            "probe", "probes of data stores and services", len({one.meta.name for one in (*PROBES, *WEB_STORES)})
        ),
    )


def user_rule_rows(rules: UserRules) -> Iterator[UserRuleRow]:
    """Each rule of users, by kind, in the order of the files."""
    for rule in (*_testable(rules), *rules.probes):
        sends = tuple(_sends(rule)) if isinstance(rule, HttpProbeRule) else ()
        file, _, line = rules.places[rule.id].rpartition(", line ")
        yield UserRuleRow(rule.id, _TABLES[type(rule)], _what(rule), file, int(line), rule.source, sends)


def _sends(rule: HttpProbeRule) -> Iterator[RuleSend]:
    from tieback.probes.declared import DeclaredProbe

    return (RuleSend(one.depth, one.name, one.cost, one.why) for one in DeclaredProbe(rule, "").meta.sends)


def _what(rule: _Rule | HttpProbeRule) -> str:
    match rule:
        case IdentifierRule():
            return rule.product
        case HttpProbeRule():
            return rule.name
        case CredentialFormRule():
            return f"{rule.names} ({rule.grade})"
        case SdkHostRule():
            return rule.name
        case FieldWordsRule():
            return f"{rule.pii_class}: {', '.join(rule.words[:5])}"
        case RansomNameRule():
            return ", ".join(rule.names[:5]) or rule.pattern


def builtin_mistakes(rules: UserRules) -> Iterator[RuleMistake]:
    """Rules with the id of a built-in rule, or with something that only the built-in data can tell."""
    if not rules.places:
        return
    files = RuleFiles()
    taken = _taken(files)
    yield from _probe_mistakes(rules)
    for rule_id in rules.places:
        if rule_id in taken:
            yield _mistake(rules, rule_id, f"the id `{rule_id}` is built in; a rule adds, it does not replace")
    with_hosts: tuple[IdentifierRule | SdkHostRule, ...] = (*rules.identifiers, *rules.sdk_hosts)
    for rule in with_hosts:
        for suffix in rule.suffixes:
            if files.suffixes.publicsuffix(suffix) == suffix:
                yield _mistake(rules, rule.id, f"`suffixes`: {suffix!r} is a public suffix; name a domain below it")
    for sdk in rules.sdk_hosts:
        for suffix in sdk.suffixes:
            known = files.third_parties.of(suffix)
            if known is not None:
                yield _mistake(rules, sdk.id, f"`suffixes`: {suffix!r} is built in, as {known.name}")
    for words in rules.personal_data:
        problem, _ = words_problem(words)
        if problem:
            yield _mistake(rules, words.id, problem)


def _probe_mistakes(rules: UserRules) -> Iterator[RuleMistake]:
    """Probes with the name of a built-in probe or product."""
    if not rules.probes:
        return
    from tieback.probes import PROBES

    for rule in rules.probes[MAX_PROBES : MAX_PROBES + 1]:
        yield _mistake(rules, rule.id, f"with this probe there are more than {MAX_PROBES}; use fewer at a time")
    built_in = {name for probe in PROBES for name in (probe.meta.name, *probe.meta.products, *probe.meta.services)}
    for rule in rules.probes:
        for key, name in (("id", rule.id), ("product", rule.name)):
            if name in built_in:
                yield _mistake(
                    rules, rule.id, f"the {key} `{name}` is built in; a rule adds a probe for another product"
                )


def run_examples(rules: UserRules) -> Iterator[ExampleResult]:
    """The result of each example, in the order of the rules. Examples of probes are replayed: nothing is contacted."""
    files = RuleFiles()
    for rule in _testable(rules):
        see = _reader(rule, files)
        for number, example in enumerate(rule.accept, start=1):
            text, value = (example, "") if isinstance(example, str) else example
            found = see(text)
            passed = value in found if value else bool(found)
            yield _result(rules, rule, f"accept {number}", text, value or "recognised", found, passed=passed)
        for number, text in enumerate(rule.reject, start=1):
            found = see(text)
            yield _result(rules, rule, f"reject {number}", text, "not recognised", found, passed=not found)
    if not rules.probes:
        return
    from tieback.probes.declared_examples import example_results

    for probe in rules.probes:
        for one in example_results(probe):
            place = rules.places[probe.id]
            yield ExampleResult(
                probe.id, "probe", place, one.example, one.about, one.expected, one.found[:200], one.passed
            )


def _testable(rules: UserRules) -> tuple[_Rule, ...]:
    return (*rules.identifiers, *rules.credentials, *rules.sdk_hosts, *rules.personal_data, *rules.ransom)


def _reader(rule: _Rule, files: RuleFiles) -> Callable[[str], tuple[str, ...]]:
    """A function that returns what a rule recognises in a text."""
    from tieback.assess.ransom import RansomSigns
    from tieback.pii.names import NameDetector
    from tieback.recognise.user_rules import recognised_texts

    match rule:
        case IdentifierRule() | CredentialFormRule():
            return lambda text: recognised_texts(rule, text, files)
        case SdkHostRule():
            hosts = RuleFiles(UserRules(files=(), sha256="", places={}, sdk_hosts=(rule,)))
            return lambda text: (rule.name,) if hosts.added_third_party(text.lower()) is not None else ()
        case FieldWordsRule():
            detector = NameDetector((rule,))
            return lambda text: tuple(
                one.pii_class for one in detector.classify(Column(text)) if one.pii_class == rule.pii_class
            )
        case RansomNameRule():
            signs = RansomSigns(added=(rule,), builtin=False)
            return lambda text: (text,) if signs.knows(text) else ()


def _result(
    rules: UserRules, rule: _Rule, example: str, text: str, expected: str, found: tuple[str, ...], *, passed: bool
) -> ExampleResult:
    secret = isinstance(rule, CredentialFormRule)
    shown = mask_text(text) if secret else text[:80]
    return ExampleResult(
        rule.id, _TABLES[type(rule)], rules.places[rule.id], example, shown, expected, ", ".join(found)[:200], passed
    )


def _taken(files: RuleFiles) -> frozenset[str]:
    cloud = files.cloud
    kinds = {host.kind for host in cloud.hosts} | {token.kind for token in cloud.tokens}
    kinds |= {part.kind for part in cloud.parts} | {rule.kind for rule in files.credentials.rules}
    return frozenset(kinds | {login.kind for login in files.credentials.userinfo} | {FIREBASE})


def _mistake(rules: UserRules, rule_id: str, what: str) -> RuleMistake:
    file, _, line = rules.places[rule_id].rpartition(", line ")
    return RuleMistake(file, int(line), what, rule_id)
