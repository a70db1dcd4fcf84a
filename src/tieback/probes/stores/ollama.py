"""Ollama: names and sizes of its models. No prompt is sent, and no model is run, shown, pulled or changed.

Sends, in this order: ``GET /`` (identify: the answer is one sentence), ``GET /api/version`` (identify),
``GET /api/tags`` (enumerate: the models), and ``GET /api/ps`` (enumerate: the second proof). If the server is too old
for the last one, ``GET /v1/models`` is the second proof.

Ollama has no authentication of its own: https://docs.ollama.com/api/authentication. Every client of its API can run,
download and delete models, so that an open server costs its owner computing time. ``/api/show`` is never requested,
because it returns the prompts of a model. Verified against the answers of Ollama 0.32.15.
"""

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, Response
from tieback.probes.wire.jsontext import Number, decode_json
from tieback.probes.wire.requests import get_request
from tieback.scope.conversation import Conversation

_ROOT = get_request("/", "product, which the answer names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/api/version", "version; changes nothing", depth=Depth.IDENTIFY)
_TAGS = get_request("/api/tags", "names and sizes of the models; runs none")
_RUNNING = get_request("/api/ps", "models in memory: the second proof; runs none")
_MODELS = get_request("/v1/models", "names of the models: the second proof of old versions; runs none")
_CAP = 16 * 1024
_SENTENCE = b"Ollama is running"


class _Version(msgspec.Struct):
    version: str


class _Model(msgspec.Struct):
    name: str
    size: Number | None = None
    digest: str = ""
    modified_at: str = ""


class _Models(msgspec.Struct):
    models: list[_Model] | None


class _Listed(msgspec.Struct):
    object: str
    data: list[msgspec.Raw] | None


class OllamaProbe(WebStoreProbe):
    """Probe of Ollama: whether its API answers, and which models it has."""

    meta = ProbeMeta(
        name="ollama",
        products=("ollama",),
        ports=(11434,),
        services=("ollama",),
        cpe=("cpe:2.3:a:ollama:ollama",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _TAGS.send, _RUNNING.send, _MODELS.send),
        references=("https://docs.ollama.com/api/introduction", "https://docs.ollama.com/api/authentication"),
        web=True,
    )
    ask = _ROOT

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the sentence at its root."""
        named = answer.status == 200 and answer.body.strip() == _SENTENCE
        return Identification("ollama") if named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:  # noqa: ARG002 - it only names the product
        """List the models."""
        draft = inquiry.draft
        version = yield from inquiry.ask(_VERSION, cap=_CAP)
        said = decode_json(version.body, _Version) if version is not None and version.status == 200 else None
        draft.version = said.version[:40] if said is not None else ""
        if not inquiry.enumerates:
            return
        found = yield from inquiry.catalogue(_TAGS, _Models, cap=MAX_BODY)
        if found is None:
            return
        models = found.models or []
        yield from self._second_proof(inquiry)
        draft.access = Access.OPEN if models else Access.OPEN_EMPTY
        draft.abilities.append(Ability.GENERATE)
        # Public models have the same digest everywhere; the time of the download is the server's own.
        draft.fingerprint(f"{one.name} {one.digest} {one.modified_at}" for one in models)
        inquiry.add_containers(
            [
                Container(
                    (one.name[:512],), "model", bytes=exact(one.size, "api/tags") if one.size is not None else None
                )
                for one in models
            ]
        )

    def _second_proof(self, inquiry: Inquiry) -> Conversation[None]:
        running = yield from inquiry.ask(_RUNNING, cap=_CAP)
        if running is None or running.status == 404:
            yield from inquiry.confirm(_MODELS, _Listed, cap=MAX_BODY)
        elif (shown := inquiry.take(_RUNNING, _Models, running)) is not None:
            count = len(shown.models or [])
            inquiry.draft.prove(
                _RUNNING.label, f"{count_text(count, 'model')} in memory, without authentication", Access.OPEN
            )
