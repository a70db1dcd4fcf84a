"""Servers and gateways with the API of OpenAI: names of their models. No prompt is sent, and no key.

Sends, in this order: ``GET /v1/models`` (identify); ``GET /`` (identify), if the list does not name the product; and
one request that only this product answers, as the second proof (enumerate). Which one, and why it is a proof, is in
``_PRODUCTS``. Requests that generate, and those that return settings with secrets, are never sent.

Some products show the list of models to everybody and require a key for prompts: llama.cpp, TGI and public gateways.
For llama.cpp, two other requests need the key; a sleeping model is not woken for the second one. For TGI and unknown
products nothing harmless does, so that the access stays unknown. If the list needs a key and an app points to the
server, ``GET /metrics`` shows if it is vLLM: its key does not protect all paths that run a model.

LiteLLM is verified against the answers of 1.108.7, the others come from documentation and source.
"""

from typing import Any

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Ability, Access, Container
from tieback.probes.interface import ProbeMeta, ReportDraft
from tieback.probes.web import Identification, Inquiry, WebStoreProbe
from tieback.probes.wire.http import MAX_BODY, HttpSession, Response
from tieback.probes.wire.jsontext import decode_json
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation, Target

_MODELS = get_request("/v1/models", "names of the models; runs none", depth=Depth.IDENTIFY)
_ROOT = get_request("/", "product, if the list of models does not name it; changes nothing", depth=Depth.IDENTIFY)
_VLLM = get_request("/version", "vLLM: version, the second proof; changes nothing")
_SGLANG = get_request("/get_model_info", "SGLang: name of the model, the second proof; runs none")
_LITELLM = get_request("/model/info", "LiteLLM: names of the models, the second proof; runs none")
_LOCALAI = get_request("/system", "LocalAI: names of its back ends, the second proof; runs none")
_LM_STUDIO = get_request("/api/v0/models", "LM Studio: models of its own API, the second proof; runs none")
_LLAMA_PROPS = get_request("/props", "llama.cpp: version and number of slots, the first proof; runs none")
_LLAMA_ADAPTERS = get_request("/lora-adapters", "llama.cpp: number of adapters, the second proof; runs none")
_OPENAPI = get_request("/openapi.json", "llama-cpp-python: title of its API, the second proof; changes nothing")
_TGI = get_request("/info", "TGI: version; changes nothing")
_METRICS = get_request("/metrics", "whether a server that requires a key is vLLM; counters, of which none is kept")
_CAP = 64 * 1024
_GENERIC = "openai-compatible"
_OLLAMA = "library"
"""``owned_by`` of the models of Ollama, which has a probe of its own."""
_PROMPT = "a prompt without a key: it would run a model at the owner's cost"
_BESIDE_V1 = "a prompt to /invocations: vLLM documents that its key protects only some paths, and not this one"


class _Model(msgspec.Struct):
    id: str
    object: str = "model"
    owner: str | None = msgspec.field(name="owned_by", default=None)


class _Models(msgspec.Struct):
    object: str
    data: list[_Model] | None


class _Error(msgspec.Struct):
    message: str
    type: str | None
    param: msgspec.Raw
    code: msgspec.Raw


class _Refusal(msgspec.Struct):
    error: _Error


class _Version(msgspec.Struct):
    version: str


class _SglangModel(msgspec.Struct):
    model_path: str
    tokenizer_path: str


class _LitellmModel(msgspec.Struct):
    model_name: str
    litellm_params: msgspec.Raw


class _LitellmModels(msgspec.Struct):
    data: list[_LitellmModel]


class _LocalaiSystem(msgspec.Struct):
    backends: list[msgspec.Raw] | None


class _StudioModel(msgspec.Struct):
    id: str
    type: str
    state: str


class _StudioModels(msgspec.Struct):
    object: str
    data: list[_StudioModel]


class _LlamaProps(msgspec.Struct):
    settings: msgspec.Raw = msgspec.field(name="default_generation_settings")
    total_slots: int
    build: str = msgspec.field(name="build_info", default="")
    is_sleeping: bool = False
    """True if the next request of the model loads it again."""


class _Title(msgspec.Struct):
    title: str


class _Openapi(msgspec.Struct):
    info: _Title


class _TgiInfo(msgspec.Struct):
    model_id: str
    version: str
    router: str = ""


class _Product(msgspec.Struct, frozen=True):
    """How a product shows itself, and what proves that it needs no key."""

    name: str
    second: tuple[tuple[Request, type[Any]], ...]
    """Requests besides the list of models, and the shape of their answers."""
    owner: str = ""
    """``owned_by`` of its models."""
    root: bytes = b""
    """Text of its root page, in lower case."""
    list_needs_key: bool = True
    """True if a configured key is required for the list of models too: the list is then a proof."""


_PRODUCTS = (
    # --api-key protects /v1/models: https://docs.vllm.ai/en/latest/usage/security/
    _Product("vllm", ((_VLLM, _Version),), owner="vllm"),
    # --api-key protects all paths but /health and /metrics (sglang/srt/utils, add_api_key_middleware).
    _Product("sglang", ((_SGLANG, _SglangModel),), owner="sglang"),
    # https://docs.litellm.ai/docs/proxy/virtual_keys: with a master key, every request of a model needs a key.
    _Product("litellm", ((_LITELLM, _LitellmModels),), root=b"litellm"),
    # https://localai.io/basics/getting_started/: LOCALAI_API_KEY protects the API.
    _Product("localai", ((_LOCALAI, _LocalaiSystem),), root=b"localai"),
    # https://lmstudio.ai/docs/developer/core/authentication
    _Product(
        "lm-studio", ((_LM_STUDIO, _StudioModels),), owner="organization_owner", root=b"unexpected endpoint or method"
    ),
    # --api-key exempts /health, /models and /v1/models (tools/server of ggml-org/llama.cpp).
    _Product(
        "llama-cpp",
        ((_LLAMA_PROPS, _LlamaProps), (_LLAMA_ADAPTERS, list[msgspec.Raw])),
        owner="llamacpp",
        root=b"llama.cpp",
        list_needs_key=False,
    ),
    # api_key protects the list: https://llama-cpp-python.readthedocs.io/en/latest/server/
    _Product("llama-cpp-python", ((_OPENAPI, _Openapi),), owner="me"),
)
_BY_OWNER = {product.owner: product for product in _PRODUCTS if product.owner}
_ROOTS = tuple(product.root for product in _PRODUCTS if product.root)
_FASTAPI_404 = b'{"detail":"Not Found"}'


class OpenaiCompatibleProbe(WebStoreProbe):
    """Probe of servers with the API of OpenAI: whether a key is required, and which models they have."""

    meta = ProbeMeta(
        name="openai_compatible",
        products=(*(product.name for product in _PRODUCTS), "tgi", _GENERIC),
        ports=(4000,),
        services=(_GENERIC, "openai_compatible"),
        cpe=(
            "cpe:2.3:a:vllm:vllm",
            "cpe:2.3:a:litellm:litellm",
            "cpe:2.3:a:ggml:llama.cpp",
            "cpe:2.3:a:mudler:localai",
        ),
        cwe="CWE-306",
        sends=(
            *(_MODELS.send, _ROOT.send, _VLLM.send, _SGLANG.send, _LITELLM.send, _LOCALAI.send, _LM_STUDIO.send),
            *(_LLAMA_PROPS.send, _LLAMA_ADAPTERS.send, _OPENAPI.send, _TGI.send, _METRICS.send),
        ),
        references=("https://platform.openai.com/docs/api-reference/models/list",),
        pivot=False,
        web=True,
    )
    ask = _MODELS

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the shape of the list of models, or of its refusal."""
        if answer.status in (401, 403):
            refusal = decode_json(answer.body, _Refusal)
            if refusal is None:
                return None
            litellm = refusal.error.type == "auth_error" and refusal.error.message.startswith("Authentication Error")
            return Identification("litellm" if litellm else _GENERIC)
        models = _models(answer)
        if models is None or any(one.owner == _OLLAMA for one in models):
            return None
        product = _owner(models)
        return Identification(product.name if product is not None else _GENERIC)

    def is_likely(self, root: Response) -> bool:
        """True if the root page names one of the products, or is FastAPI's: vLLM and SGLang have no page there."""
        page = root.body.lower()
        fastapi = root.status == 404 and root.body.strip() == _FASTAPI_404
        return fastapi or any(text in page for text in _ROOTS) or root.headers.get("server", "") == "llama.cpp"

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Name the product, list the models and ask for the second proof."""
        models = _models(answer) or []
        product = _owner(models) or (yield from self._at_root(inquiry))
        tgi = (yield from self._tgi(inquiry, models)) if product is None else False
        if product is not None:
            inquiry.draft.product = product.name
        if not inquiry.enumerates:
            return
        inquiry.add_containers([Container((name,), "model") for name in dict.fromkeys(one.id[:512] for one in models)])
        if product is None:
            what = "TGI" if tgi else "this product"
            inquiry.draft.problem(
                f"{_MODELS.label}: {what} may show the list to everybody and require a key for prompts"
            )
            inquiry.draft.untested.append(_PROMPT)
            return
        yield from _prove(inquiry, product, len(models))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        """As for every store; a server that refuses without its name may be vLLM."""
        yield from super()._talk(draft, target, depth)
        if draft.access is Access.AUTH_REQUIRED and not draft.product and depth.allows(Depth.ENUMERATE):
            answer = yield from _METRICS.on(HttpSession(target), _METRICS.path, _CAP)
            if answer.status == 200 and b"\nvllm:" in answer.body:
                draft.product = "vllm"
                draft.untested.append(_BESIDE_V1)

    def _at_root(self, inquiry: Inquiry) -> Conversation[_Product | None]:
        answer = yield from inquiry.ask(_ROOT, cap=_CAP)
        page = answer.body.lower() if answer is not None else b""
        return next((product for product in _PRODUCTS if product.root and product.root in page), None)

    def _tgi(self, inquiry: Inquiry, models: list[_Model]) -> Conversation[bool]:
        """True if the server is TGI, whose only model owns itself; the draft gets its product and version then."""
        if not inquiry.enumerates or [one.id for one in models if one.owner == one.id] == []:
            return False
        answer = yield from inquiry.ask(_TGI, cap=_CAP)
        said = decode_json(answer.body, _TgiInfo) if answer is not None and answer.status == 200 else None
        if said is None or said.model_id not in {one.id for one in models}:
            return False
        inquiry.draft.product, inquiry.draft.version = "tgi", said.version[:40]
        return True


def _prove(inquiry: Inquiry, product: _Product, models: int) -> Conversation[None]:
    """Ask what else this product answers to everybody, and judge the access."""
    draft = inquiry.draft
    if product.list_needs_key:
        draft.prove(_MODELS.label, f"{count_text(models, 'model')}, without a key", Access.OPEN)
    refused = 0
    for request, shape in product.second:
        answer = yield from inquiry.ask(request, cap=MAX_BODY)
        if answer is not None and answer.status in (401, 403):
            draft.prove(request.label, f"status {answer.status}", Access.AUTH_REQUIRED)
            refused += 1
        elif answer is not None and (said := inquiry.take(request, shape, answer)) is not None and _is_own(said):
            draft.prove(request.label, f"answers as {product.name} does, without a key", Access.OPEN)
            draft.version = _version(said) or draft.version
            if isinstance(said, _LlamaProps) and said.is_sleeping:
                draft.problem(f"{_LLAMA_ADAPTERS.label}: not requested, because it would load a sleeping model")
                break
    if refused and not product.list_needs_key:
        draft.access = Access.AUTH_REQUIRED
    elif len({proof.asked for proof in draft.proofs if proof.supports is Access.OPEN}) > 1:
        draft.access = Access.OPEN if models else Access.OPEN_EMPTY
        draft.abilities.append(Ability.GENERATE)
    else:
        draft.access = Access.UNKNOWN
        draft.untested.append(_PROMPT)


def _is_own(said: object) -> bool:
    """False if an answer has the right shape, but the text of another product."""
    return not isinstance(said, _Openapi) or "llama.cpp" in said.info.title


def _version(said: object) -> str:
    version = said.version if isinstance(said, _Version) else said.build if isinstance(said, _LlamaProps) else ""
    return version[:40]


def _models(answer: Response) -> list[_Model] | None:
    """The list of models; ``None`` if the answer is another one."""
    found = decode_json(answer.body, _Models) if answer.status == 200 and not answer.truncated else None
    if found is None or found.object != "list":
        return None
    models = found.data or []
    return models if all(one.object == "model" for one in models) else None


def _owner(models: list[_Model]) -> _Product | None:
    """The product that all models name as their owner."""
    owners = {one.owner for one in models}
    return _BY_OWNER.get(owners.pop() or "") if len(owners) == 1 else None
