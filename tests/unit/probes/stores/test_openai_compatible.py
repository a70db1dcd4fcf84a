"""Servers with the API of OpenAI: which product it is, what proves that it needs no key, and what proves nothing."""

from typing import Any

import pytest

from tieback.assess.leaves import records_total
from tieback.model.probe import Ability, Access, Outcome
from tieback.model.public_key import PublicKey
from tieback.probes.stores.openai_compatible import OpenaiCompatibleProbe

NAME = "openai_compatible"
MODELS, ROOT, INFO = "GET /v1/models", "GET /", "GET /model/info"
GENERATE = (Ability.GENERATE,)


def models(owner: str | None, *names: str) -> str:
    owned = "" if owner is None else f',"owned_by":"{owner}"'
    data = ",".join(f'{{"id":"{name}","object":"model"{owned}}}' for name in names or ("m",))
    return f'{{"object":"list","data":[{data}]}}'


FASTAPI = '{"detail":"Not Found"}'
LITELLM = {
    MODELS: models("openai", "gpt-4o-corp", "claude-internal"),
    ROOT: "<title>LiteLLM API - Swagger UI</title>",
    INFO: '{"data":[{"model_name":"gpt-4o-corp","litellm_params":{"model":"openai/gpt-4o"}}]}',
}
SGLANG = {
    MODELS: models("sglang"),
    "GET /get_model_info": '{"model_path":"q","tokenizer_path":"q","is_generation":true}',
}
LOCALAI = {MODELS: models(None), ROOT: "<title>LocalAI</title>", "GET /system": '{"backends":["llama-cpp"]}'}
STUDIO = {
    MODELS: models("organization_owner"),
    "GET /api/v0/models": '{"object":"list","data":[{"id":"m","object":"model","type":"llm","state":"loaded"}]}',
}
LLAMA = {
    MODELS: models("llamacpp"),
    "GET /props": '{"default_generation_settings":{"n_ctx":4096},"total_slots":1,"build_info":"b4567-abc"}',
    "GET /lora-adapters": "[]",
}
PYTHON = {
    MODELS: models("me"),
    "GET /openapi.json": '{"openapi":"3.1.0","info":{"title":"llama.cpp Python API"},"paths":{}}',
}
TGI = {
    MODELS: models("org/llm", "org/llm"),
    ROOT: "",
    "GET /info": '{"model_id":"org/llm","version":"3.0.1","router":"x"}',
}
UNKNOWN = {MODELS: models("acme"), ROOT: "<html>shop</html>"}


@pytest.mark.parametrize(
    ("change", "product", "version"),
    [
        ({}, "vllm", "0.6.3"),
        (LITELLM, "litellm", ""),
        (SGLANG, "sglang", ""),
        (LOCALAI, "localai", ""),
        (STUDIO, "lm-studio", ""),
        (LLAMA, "llama-cpp", "b4567-abc"),
        (PYTHON, "llama-cpp-python", ""),
    ],
)
def test_a_product_with_two_proofs_is_open(web: Any, change: dict[str, str], product: str, version: str) -> None:
    report = web.ask(NAME, change).result
    assert (report.product, report.version) == (product, version)
    assert (report.access, report.abilities, report.untested) == (Access.OPEN, GENERATE, ())
    assert {one.kind for one in report.containers} == {"model"}
    assert records_total(report.containers).value == 0


@pytest.mark.parametrize(
    ("change", "product", "access"),
    [
        # Everybody may see the list; a prompt may still need a key.
        (TGI, "tgi", Access.UNKNOWN),
        (UNKNOWN, "openai-compatible", Access.UNKNOWN),
        ({**UNKNOWN, MODELS: '{"object":"list","data":[]}'}, "openai-compatible", Access.UNKNOWN),
        # A proxy that shows only the list, and one that answers everything.
        ({**LITELLM, INFO: 401}, "litellm", Access.UNKNOWN),
        ({**LITELLM, INFO: 404}, "litellm", Access.UNKNOWN),
        ({**LITELLM, INFO: "<html>ok</html>"}, "litellm", Access.UNKNOWN),
        ({"GET /version": models("vllm")}, "vllm", Access.UNKNOWN),
        ({**LLAMA, "GET /lora-adapters": 404}, "llama-cpp", Access.UNKNOWN),
        ({**PYTHON, "GET /openapi.json": '{"info":{"title":"shop"}}'}, "llama-cpp-python", Access.UNKNOWN),
    ],
)
def test_one_proof_decides_nothing(web: Any, change: dict[str, str | int], product: str, access: Access) -> None:
    report = web.ask(NAME, change).result
    assert (report.product, report.access, report.abilities, report.undecided) == (product, access, (), True)
    assert report.untested == ("a prompt without a key: it would run a model at the owner's cost",)


@pytest.mark.parametrize(
    ("change", "product"),
    [
        ({MODELS: 401}, ""),
        ({**LLAMA, "GET /props": 401, "GET /lora-adapters": 401}, "llama-cpp"),
    ],
)
def test_a_required_key_is_closed(web: Any, change: dict[str, str | int], product: str) -> None:
    report = web.ask(NAME, change).result
    assert (report.product, report.access, report.abilities, report.undecided) == (
        product, Access.AUTH_REQUIRED, (), False,
    )  # fmt: skip


def test_the_key_of_vllm_does_not_protect_every_path(web: Any) -> None:
    page = type(web.pages(NAME).page[MODELS])('{"error":"Unauthorized"}', 401)
    metrics = '# HELP vllm:num_requests_running Number\nvllm:num_requests_running{model_name="m"} 0\n'
    report = web.ask(NAME, {MODELS: page, "GET /metrics": metrics}).result
    assert (report.product, report.access, report.undecided) == ("vllm", Access.AUTH_REQUIRED, True)
    assert "/invocations" in report.untested[0]
    assert not web.ask(NAME, {MODELS: page, "GET /metrics": "process_cpu_seconds_total 1\n"}).result.untested


def test_a_sleeping_model_is_not_woken(web: Any) -> None:
    sleeping = LLAMA["GET /props"].replace("{", '{"is_sleeping":true,', 1)
    played = web.ask(NAME, {**LLAMA, "GET /props": sleeping})
    assert (played.result.access, played.result.undecided) == (Access.UNKNOWN, True)
    assert not any(b"lora-adapters" in one for one in played.sent)


@pytest.mark.parametrize(
    ("body", "product"),
    [
        ('{"error":{"message":"Authentication Error, x","type":"auth_error","param":"None","code":"401"}}', "litellm"),
        ('{"error":{"message":"You provided no key","type":"invalid_request_error","param":null,"code":null}}',
         "openai-compatible"),
    ],
)  # fmt: skip
def test_a_refusal_in_the_words_of_the_api_names_it(web: Any, body: str, product: str) -> None:
    page = type(web.pages(NAME).page[MODELS])(body, 401)
    played = web.ask(NAME, {MODELS: page}, port=7)
    assert (played.result.product, played.result.access) == (product, Access.AUTH_REQUIRED)
    assert len(played.sent) == 1


@pytest.mark.parametrize(
    "answer",
    [
        "", "<html>ok</html>", "{}", "[]", '{"data":[{"id":"m"}]}',
        '{"object":"list","data":[{"id":"cus_1","object":"customer"}]}',
        '{"object":"list","data":[{"id":"llama3","object":"model","owned_by":"library"}]}', 401, 403, 404, 500,
    ],
)  # fmt: skip
def test_another_server_is_another(web: Any, answer: str | int) -> None:
    assert web.ask(NAME, {MODELS: answer}, port=7).result.outcome is Outcome.PROTOCOL_MISMATCH


def test_a_server_that_answers_everything_alike_is_never_open(web: Any) -> None:
    for body in (models("vllm"), models("acme"), models("llamacpp"), models(None)):
        pages = dict.fromkeys(
            (ROOT, MODELS, INFO, "GET /version", "GET /props", "GET /lora-adapters", "GET /info"), body
        )
        assert web.ask(NAME, pages).result.access in {Access.UNKNOWN, Access.AUTH_REQUIRED}


@pytest.mark.parametrize("status", [404, 405])
def test_fastapi_without_a_root_page_is_tried_on_any_port(web: Any, status: int) -> None:
    page = type(web.pages(NAME).page[ROOT])(FASTAPI, status)
    report = web.ask_with("web", NAME, {ROOT: page}, port=7).result
    assert report.probe == (NAME if status == 404 else "web")


def test_no_key_of_the_app_is_sent(web: Any) -> None:
    keys = [PublicKey("openai", "sk-proj-abcdef0123456789"), PublicKey("anon", "sk-ant-0123456789")]
    for one in web.ask(NAME, keys=keys).sent:
        assert b"sk-" not in one
        assert b"authorization" not in one.lower()


def test_no_send_generates_or_reads_secrets() -> None:
    patterns = b" ".join(send.pattern for send in OpenaiCompatibleProbe.meta.sends)
    assert b"POST" not in patterns
    for word in (b"completions", b"generate", b"embeddings", b"responses", b"server_info", b"slots", b"key/"):
        assert word not in patterns
