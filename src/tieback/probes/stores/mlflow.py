"""MLflow tracking server: number of experiments and registered models. No run, parameter or artifact is read.

Sends, in this order: ``GET /`` (identify: the title of the page, or the text of its refusals), ``GET /version``
(identify: public by design); ``GET /api/2.0/mlflow/experiments/search`` or, before MLflow 1.28, ``experiments/list``,
and ``GET /api/2.0/mlflow/registered-models/search`` (enumerate: the second proof).

Since MLflow 3.5 the server refuses host names that it does not know (status 403). Only an app or its configuration
names the right one, so such a refusal is not a login. Verified against the answers of MLflow 3.17.2.
"""

import re

import msgspec

from tieback.model.figure import Figure, exact, lower_bound
from tieback.model.grant import Depth
from tieback.model.probe import Access
from tieback.probes.interface import ProbeMeta
from tieback.probes.web import Identification, Inquiry, WebStoreProbe, some_names
from tieback.probes.wire.http import Response
from tieback.probes.wire.page import page_title
from tieback.probes.wire.requests import Request, get_request
from tieback.scope.conversation import Conversation

_PAGE = 1000
"""Maximum number of entries of a list that are requested: the server's own limit for models."""
_ROOT = get_request("/", "product, which the page or its refusal names; changes nothing", depth=Depth.IDENTIFY)
_VERSION = get_request("/version", "version; public by design, so not a proof of access", depth=Depth.IDENTIFY)
_EXPERIMENTS = get_request(
    f"/api/2.0/mlflow/experiments/search?max_results={_PAGE}", "names and number of experiments; no run is read"
)
_OLD_EXPERIMENTS = get_request(
    "/api/2.0/mlflow/experiments/list", "names and number of experiments of MLflow before 1.28; no run is read"
)
_MODELS = get_request(
    f"/api/2.0/mlflow/registered-models/search?max_results={_PAGE}",
    "number of registered models: the second proof; no model is read",
)
# https://github.com/mlflow/mlflow/blob/master/mlflow/server/security_utils.py
_HOST_REFUSED = b"Invalid Host header - possible DNS rebinding attack detected"
_LOGIN = b"mlflow.org/docs/latest/auth"
_DEFAULT = "Default"
"""The experiment that every server has."""


class _Experiment(msgspec.Struct):
    experiment_id: str
    name: str


class _Experiments(msgspec.Struct):
    experiments: list[_Experiment]
    next_page_token: str = ""


class _Model(msgspec.Struct):
    name: str


class _Models(msgspec.Struct, forbid_unknown_fields=True):
    """An answer without models is ``{}``; fields of another list are then no proof."""

    registered_models: list[_Model] = []
    next_page_token: str = ""


class MlflowProbe(WebStoreProbe):
    """Probe of an MLflow tracking server: whether it lists experiments and models without a login."""

    meta = ProbeMeta(
        name="mlflow",
        products=("mlflow",),
        ports=(5000,),
        services=("mlflow",),
        cpe=("cpe:2.3:a:lfprojects:mlflow",),
        cwe="CWE-306",
        sends=(_ROOT.send, _VERSION.send, _EXPERIMENTS.send, _OLD_EXPERIMENTS.send, _MODELS.send),
        references=(
            "https://mlflow.org/docs/latest/api_reference/rest-api.html",
            "https://mlflow.org/docs/latest/self-hosting/security/network/",
        ),
        pivot=False,
        web=True,
    )
    ask = _ROOT
    closed_when_refused = False

    def identify(self, answer: Response) -> Identification | None:
        """Recognised by the title of its page, or by the texts of its two refusals."""
        realm = answer.headers.get("www-authenticate", "")
        named = (
            (answer.status == 200 and page_title(answer) == "MLflow")
            or (answer.status == 401 and (_LOGIN in answer.body or 'realm="mlflow"' in realm))
            or _refuses_host(answer)
        )
        return Identification("mlflow") if named else None

    def inquire(self, inquiry: Inquiry, answer: Response) -> Conversation[None]:
        """Count experiments and models."""
        draft = inquiry.draft
        if answer.status != 401:
            draft.version = yield from _version(inquiry)
        if _refuses_host(answer):
            draft.problem("the server refuses this host name (status 403); it answers only to names that it knows")
            draft.untested.append("the host name that the server accepts")
            return
        if inquiry.is_refused(_ROOT, answer) or not inquiry.enumerates:
            return
        request, found = yield from _experiments(inquiry)
        if found is None:
            return
        names = [one.name for one in found.experiments]
        draft.prove(request.label, f"lists experiments without a login: {some_names(names)}", Access.OPEN)
        inquiry.add_count("experiment", _figure(len(names), found.next_page_token))
        models = yield from inquiry.confirm(_MODELS, _Models)
        if models is not None:
            inquiry.add_count("model", _figure(len(models.registered_models), models.next_page_token))
        draft.fingerprint(f"{one.experiment_id}:{one.name}" for one in found.experiments)
        inquiry.judge()
        if names == [_DEFAULT] and not (models is not None and models.registered_models):
            draft.access = Access.OPEN_EMPTY
            draft.problem(f"only the experiment {_DEFAULT} exists; whether it has runs was not read")


def _refuses_host(answer: Response) -> bool:
    return answer.status == 403 and answer.body.strip() == _HOST_REFUSED


def _version(inquiry: Inquiry) -> Conversation[str]:
    answer = yield from inquiry.ask(_VERSION, cap=1024)
    text = answer.body if answer is not None and answer.status == 200 else b""
    return text.decode("ascii", "replace") if re.fullmatch(rb"\d{1,4}\.[0-9A-Za-z.+-]{1,30}", text) else ""


def _experiments(inquiry: Inquiry) -> Conversation[tuple[Request, _Experiments | None]]:
    """The request that was answered, and the list of experiments; ``None``: the draft's access has the reason."""
    request, answer = _EXPERIMENTS, (yield from inquiry.ask(_EXPERIMENTS))
    if answer is not None and answer.status == 404:
        request, answer = _OLD_EXPERIMENTS, (yield from inquiry.ask(_OLD_EXPERIMENTS))
    if answer is None or inquiry.is_refused(request, answer):
        return request, None
    return request, inquiry.take(request, _Experiments, answer)


def _figure(count: int, more: str) -> Figure:
    return (lower_bound if more else exact)(count, "the list")
