"""Probes that users declare as rules (``userrules.http_probe``): the same limits, sends and proofs as built-in ones.

Sends: the GETs of the rule, and one more before access is reported, ``GET /tieback-no-such-path``. It shows servers
that give the same answer to every path.

An answer proves access if its status is 200 and it has what the rule's ``open`` demands. Two answers are one proof if
their bodies are equal. An answer is no proof if its body is that of the identifying answer, or if the answer to the
other path would be the same proof. Without an answer to that path, there is one proof at most.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import unquote

import msgspec

from tieback.model.count_text import count_text, form_for
from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Outcome, ProbeReport
from tieback.model.refused_words import refused_word, secret_words
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import MAX_LISTED, Identification, Inquiry, WebStoreProbe, judge_names, other_names
from tieback.probes.wire.challenge import login_demand
from tieback.probes.wire.http import NO_RESPONSE, Response
from tieback.probes.wire.jsontext import decode_json, parse_count
from tieback.probes.wire.opening import STREAM_ENDED
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation, Fault, SendCost, Target
from tieback.userrules.http_probe import PLACE, Condition, HttpProbeRule, HttpRequestRule, JsonType, Quality

CONTROL_PATH = "/tieback-no-such-path"
_CONTROL = get_request(CONTROL_PATH, "whether the server gives the same answer to every path; no product has this one")
MAX_PROOFS = 20
"""Maximum number of proofs in a report."""
_CONTAINERS = "containers"
_VERSION = re.compile(r"[vV]?[0-9][0-9A-Za-z.+_-]{0,39}")
"""What is kept as a version: a pointer could lead to any value."""
_TYPES: dict[JsonType, tuple[type, ...]] = {
    JsonType.ARRAY: (list,),
    JsonType.OBJECT: (dict,),
    JsonType.NUMBER: (int, float),
    JsonType.TEXT: (str,),
    JsonType.BOOLEAN: (bool,),
}
_MISSING = object()


class _Evidence(msgspec.Struct):
    """What the answers to one declared probe showed."""

    root: bytes
    """Body of the identifying answer."""
    proofs: list[tuple[HttpRequestRule, Request, bytes, str]] = []
    """Requests with an answer that may prove access, the body, and the text of the proof."""
    listed: bool = False
    """True if the names of containers were readable."""
    tested: list[str] = []
    """Names that were requested."""
    counted: bool = False
    """True if a count without a name was requested."""
    unclear: list[str] = []
    """Requests that were not sent, or whose answer neither proves access nor refuses it."""


class DeclaredProbe(WebStoreProbe):
    """Probe of a product that a rule of a user describes."""

    closed_when_refused = False
    unnamed_refusals = False

    def __init__(self, rule: HttpProbeRule, sha256: str) -> None:
        """Declare the requests of a rule that ``check_http_probe`` accepts.

        Args:
            rule: the rule.
            sha256: hash of its file; reports name it, and not the file, because they go to others.
        """
        self.rule = rule
        self.rule_label = f"{rule.id} (sha256 {sha256})"
        first, *others = [_request(one) for one in rule.request]
        self.ask = first
        self._others = tuple(zip(rule.request[1:], others, strict=True))
        self.meta = ProbeMeta(
            name=rule.id,
            products=(rule.name,),
            ports=rule.ports,
            services=(rule.id,),
            cpe=(),
            cwe=rule.cwe,
            sends=tuple({one.send.pattern: one.send for one in (first, *others, _CONTROL)}.values()),
            references=(rule.source,),
            web=True,
        )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``; the report names the rule."""
        report = yield from super().run(target, depth)
        return msgspec.structs.replace(report, rule=self.rule_label)

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the conditions of the rule."""
        if not _holds(self.rule.identify, answer):
            return None
        found = _at(decode_json(answer.body, object), self.rule.version) if self.rule.version else ""
        version = str(found) if isinstance(found, str | int | float) else ""
        return Identification(self.rule.name, version if _VERSION.fullmatch(version) else "")

    def is_likely(self, root: Response) -> bool:
        """True if the page shows what the rule demands of it."""
        return bool(self.rule.root) and _holds(self.rule.root, root)

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Send the other requests that the depth allows: first those without a name, then those for each name."""
        if not inquiry.enumerates:
            return
        seen = _Evidence(answer.body)
        allowed = [one for one in self._others if self._is_allowed(inquiry, seen, *one)]
        names: list[str] = []
        for rule, request in allowed:
            if PLACE not in rule.path:
                names += yield from self._fixed(inquiry, seen, rule, request)
        closed = bool(inquiry.refused) and not seen.listed and not self.rule.names_without_list
        by_name = [one for one in allowed if PLACE in one[0].path and not closed]
        wanted = [name for name in dict.fromkeys((*names, *inquiry.names)) if any(r.fill(name) for _, r in by_name)]
        known_names = len(set(names) | set(inquiry.names))
        left_out = known_names - len(wanted)
        if by_name and left_out > 0:
            inquiry.draft.problem(
                f"{left_out:,} of {count_text(known_names, 'name')} {form_for(left_out, 'was', 'were')} not requested: "
                f"{form_for(left_out, 'it has', 'they have')} another form than `names` allows, or a word that may "
                "start an action or show secrets"
            )
        for name in inquiry.limit(wanted, _CONTAINERS) if by_name else ():
            yield from self._named_container(inquiry, seen, name, by_name)
        known = {container.path for container in inquiry.draft.containers}
        inquiry.add_containers([Container((name,), "container") for name in names if (name,) not in known])
        yield from self._prove(inquiry, seen)
        self._judge(inquiry, seen, by_name=bool(by_name))

    def _is_allowed(self, inquiry: Inquiry, seen: _Evidence, rule: HttpRequestRule, request: Request) -> bool:
        if rule.depth is Depth.DESCRIBE and not inquiry.describes:
            return False
        if request.send.cost.needs_scans and not inquiry.draft.target.scans:
            inquiry.draft.problem(f"{request.label}: not sent, because the grant does not allow `scans`")
            seen.unclear.append(request.label)
            return False
        return True

    def _fixed(
        self, inquiry: Inquiry, seen: _Evidence, rule: HttpRequestRule, request: Request
    ) -> Conversation[list[str]]:
        """Send a request without a name. Returns the names of containers in its answer."""
        found = yield from self._content(inquiry, seen, rule, request)
        if found is _MISSING:
            return []
        if rule.records is not None:
            seen.counted = True
            self._count(inquiry, rule, request, rule.container or _container(rule), found)
        if rule.containers is None:
            return []
        listed = list(_names(_at(found, rule.containers.pointer), rule.containers.name))
        names = [name for name in listed if "@" not in name]
        if len(names) < len(listed):
            inquiry.draft.problem(f"{request.label}: names with `@` are not kept, because they can be mail addresses")
        seen.listed = True
        return list(dict.fromkeys(names))[:MAX_LISTED]

    def _named_container(
        self, inquiry: Inquiry, seen: _Evidence, name: str, requests: Sequence[tuple[HttpRequestRule, Request]]
    ) -> Conversation[None]:
        seen.tested.append(name)
        for rule, request in requests:
            found = yield from self._content(inquiry, seen, rule, request, name)
            if found is not _MISSING and rule.records is not None:
                self._count(inquiry, rule, request, name, found)

    def _content(
        self, inquiry: Inquiry, seen: _Evidence, rule: HttpRequestRule, request: Request, *names: str
    ) -> Conversation[Any]:
        """The JSON of an answer that may prove access; ``_MISSING`` if it does not."""
        answer = yield from _answer(inquiry, request, rule.cap, *names)
        if answer is None or answer is NO_RESPONSE:
            seen.unclear.append(request.label)
            return _MISSING
        if self._is_refused(inquiry, request, answer):
            return _MISSING
        found = _json(answer)
        about = f" ({names[0][:60]!r})" if names else ""
        if found is _MISSING:
            if not (names and answer.status == 404):
                why = "larger than the limit" if answer.truncated else f"status {answer.status}, no JSON"
                inquiry.draft.problem(f"{request.label}{about}: {why}")
                seen.unclear.append(request.label)
            return _MISSING
        if not rule.open:
            return found
        if not _holds(rule.open, answer):
            inquiry.draft.problem(f"{request.label}{about}: the answer does not have what the rule demands")
            seen.unclear.append(request.label)
            return _MISSING
        seen.proofs.append((rule, request, answer.body, f"answers without authentication{about}"))
        return found

    def _is_refused(self, inquiry: Inquiry, request: Request, answer: Response) -> bool:
        """True if the answer demands a login; the draft has it then."""
        if answer.status not in self.rule.refused:
            return False
        redirected = 300 <= answer.status < 400
        demand = login_demand(answer) if redirected else f"status {answer.status}"
        if demand:
            inquiry.refused += 1
            inquiry.draft.prove(request.label, demand, Access.AUTH_REQUIRED)
        return bool(demand)

    def _count(self, inquiry: Inquiry, rule: HttpRequestRule, request: Request, name: str, found: object) -> None:
        """Add a container with its number of records."""
        assert rule.records is not None
        value = _at(found, rule.records.pointer)
        figure: Figure | None = None
        make = exact if rule.records.quality is Quality.EXACT else lower_bound
        if isinstance(value, list):
            if any(isinstance(one, dict | list) for one in value[:1]):
                inquiry.draft.problem(
                    f"{request.label}: not counted, because the array has records and not identifiers"
                )
            else:
                figure = make(len(value), f"length of {rule.records.pointer}")
        elif isinstance(value, str | int) and not isinstance(value, bool):
            number = parse_count(value)
            figure = make(number, rule.records.pointer) if number is not None else None
        if figure is None:
            inquiry.draft.problem(f"{request.label}: no count at {rule.records.pointer}")
        inquiry.add_containers([Container((name,), "container", records=figure)])

    def _prove(self, inquiry: Inquiry, seen: _Evidence) -> Conversation[None]:
        """Keep only independent proofs, and add them to the draft."""
        if not seen.proofs:
            return
        control = yield from _answer(inquiry, _CONTROL, 64 * 1024)
        answered = control is not None and control is not NO_RESPONSE
        draft = inquiry.draft
        digests = {sha256(seen.root).digest()}
        if answered and control is not None:
            digests.add(sha256(control.body).digest())
        labels: set[str] = set()
        kept: list[tuple[HttpRequestRule, Request, bytes, str]] = []
        for rule, request, body, text in seen.proofs:
            digest = sha256(body).digest()
            if answered and control is not None and _json(control) is not _MISSING and _holds(rule.open, control):
                draft.problem(f"{request.label}: no proof, because {CONTROL_PATH} is answered in the same way")
            elif request.label not in labels and digest in digests:
                draft.problem(f"{request.label}: no proof of its own, because another request has the same answer")
            elif request.label not in labels and labels and not answered:
                draft.problem(f"{request.label}: no second proof, because {CONTROL_PATH} was not answered")
            else:
                labels.add(request.label)
                digests.add(digest)
                kept.append((rule, request, body, text))
        seen.unclear += (request.label for _, request, _, _ in seen.proofs if request.label not in labels)
        seen.proofs[:] = kept
        for _, request, _, text in kept[:MAX_PROOFS]:
            draft.prove(request.label, text, Access.OPEN)
        if not kept:
            draft.containers.clear()

    def _judge(self, inquiry: Inquiry, seen: _Evidence, *, by_name: bool) -> None:
        draft = inquiry.draft
        draft.fingerprint("/".join(container.path) for container in draft.containers)
        names_only = by_name and not seen.listed
        proofs = {request.label for _, request, _, _ in seen.proofs}
        if not proofs:
            draft.access = Access.AUTH_REQUIRED if inquiry.refused else Access.UNKNOWN
            # A refusal of one request closes the store only if nothing else of it is unclear.
            draft.untested += (f"{label}: no clear answer" for label in dict.fromkeys(seen.unclear))
            if names_only:
                other_names(draft, _CONTAINERS, seen.tested)
        elif names_only and not seen.counted:
            judge_names(draft, _CONTAINERS, seen.tested, refused=inquiry.refused, list_refused=bool(inquiry.refused))
        elif seen.counted or draft.containers:
            inquiry.judge()
        elif inquiry.refused:
            draft.access = Access.PARTIAL
        else:
            draft.access = Access.OPEN_EMPTY if seen.listed else Access.OPEN
        if len(proofs) == 1 and draft.access in (Access.OPEN_EMPTY, Access.SCHEMA_ONLY):
            draft.access = Access.UNKNOWN
            draft.problem("only one proof of access, so that it is not decided")


def _request(rule: HttpRequestRule) -> Request:
    names = rule.names.pattern.encode() if rule.names is not None else b""
    bare = rule.path.partition("?")
    label = f"GET {bare[0]}{'?' if bare[1] else ''}{bare[2]}".replace(PLACE, "<name>")
    made = get_request(rule.path, rule.why, depth=rule.depth, names=names, label=label)
    if rule.depth is not Depth.IDENTIFY:
        # A rule may request records by mistake: no transcript stores such an answer.
        made = msgspec.structs.replace(made, send=msgspec.structs.replace(made.send, redact=_nothing))
    if PLACE in rule.path:
        made = made.permitting(partial(_is_harmless, *rule.path.split(PLACE)))
    return made.costing(SendCost(rule.cost)) if rule.cost is not None else made


def _is_harmless(before: str, after: str, path: str) -> bool:
    """True if the name between the parts of a path has no refused word.

    A word such as ``logs`` is refused only if the name ends the path: what follows it says that it is only counted.
    """
    name = unquote(path[len(before) : len(path) - len(after)])
    is_last = "?" not in before and after.partition("?")[0] in ("", "/")
    return not refused_word(name, but=frozenset() if is_last else secret_words())


def _nothing(_answer: bytes) -> bytes | None:
    return None


def _answer(inquiry: Inquiry, request: Request, cap: int, *names: str) -> Conversation[Response | None]:
    """The answer; ``None`` if the server gave none, or if a name must not be sent."""
    try:
        return (yield from inquiry.ask(request, *names, cap=cap))
    except Fault as fault:
        if fault.outcome is not Outcome.TIMEOUT and fault.outcome not in STREAM_ENDED:
            raise
        inquiry.drop()
        inquiry.draft.problem(f"{request.label}: {fault.detail}")
        return None


def _json(answer: Response) -> Any:
    """The JSON of a complete answer with status 200; ``_MISSING`` if it is none."""
    if answer.status != 200 or answer.truncated or answer.encoded:
        return _MISSING
    found = decode_json(answer.body, object)
    return found if found is not None else _MISSING


def _holds(conditions: Sequence[Condition], answer: Response) -> bool:
    """True if an answer meets all conditions. Without a condition for the status, it must be 200."""
    body: Any = _MISSING
    if any(one.pointer is not None for one in conditions) and not answer.truncated:
        body = decode_json(answer.body, object)
    if answer.status != 200 and not any(one.status for one in conditions):
        return False
    return all(_meets(one, answer, body) for one in conditions)


def _meets(one: Condition, answer: Response, body: object) -> bool:
    if one.status:
        return answer.status in one.status
    if one.text:
        return one.text.encode() in answer.body
    value: object = answer.headers.get(one.header, _MISSING) if one.header else _at(body, one.pointer or "")
    if value is _MISSING:
        return False
    if one.equals is not None:
        return type(value) is type(one.equals) and value == one.equals
    if one.contains:
        return isinstance(value, str) and one.contains in value
    if one.type is not None and one.type is not JsonType.ANY:
        right = isinstance(value, _TYPES[one.type])
        return right and (one.type is not JsonType.NUMBER or not isinstance(value, bool))
    return True


def _at(value: object, pointer: str) -> Any:
    """The value at a JSON pointer (RFC 6901); ``_MISSING`` if there is none."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and key.isascii() and key.isdigit() and len(key) < 7 and int(key) < len(value):
            value = value[int(key)]
        else:
            return _MISSING
    return value


def _names(value: object, pointer: str) -> Iterator[str]:
    """The names in an array or the keys of an object."""
    for one in value if isinstance(value, list) else list(value) if isinstance(value, dict) else ():
        name = _at(one, pointer) if pointer else one
        if isinstance(name, str | int) and not isinstance(name, bool) and 0 < len(str(name)) <= 512:
            yield str(name)


def _container(rule: HttpRequestRule) -> str:
    return rule.path.partition("?")[0].strip("/").rpartition("/")[2] or "records"
