"""The application: routes, access, errors, templates and static files."""

import logging
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from threading import Thread

from anyio import to_thread
from litestar import Litestar, Request, Router
from litestar.datastructures import CacheControlHeader, State
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.static_files import create_static_files_router
from litestar.template.config import TemplateConfig
from litestar.types import ASGIApp

import tieback
from tieback.pipeline.accounts.links import first_admin_link
from tieback.pipeline.accounts.oidc import load_provider
from tieback.pipeline.accounts.service import AccountService
from tieback.pipeline.jobs.queue import JobRunner
from tieback.pipeline.views.health import write_check
from tieback.pipeline.views.opening import Workspace, open_for_pages
from tieback.pipeline.views.run_index import prepare_last_index
from tieback.web.access import IDENTIFY, ROLE, WORKSPACE, check_query, check_role, check_writable
from tieback.web.body import CheckedRequest
from tieback.web.context import NOBODY, ChangeLog, Context, Identify, user_in_scope
from tieback.web.hosts import own_names
from tieback.web.identity import ACCOUNTS, PROVIDER, SETTINGS, IdentityMiddleware, LedgerChangeLog, client_of
from tieback.web.pages import STATIC, environment
from tieback.web.problems import WARNINGS, answer_error
from tieback.web.protection import protected
from tieback.web.settings import WebSettings
from tieback.web.warnings import OperatorWarnings

RESOURCES: tuple[str, ...] = (
    "account",
    "apps",
    "audit",
    "backends",
    "cases",
    "declared",
    "exports",
    "findings",
    "grants",
    "health",
    "imports",
    "inventory",
    "letters",
    "overview",
    "posture",
    "recipients",
    "reference",
    "rules",
    "runs",
    "settings",
    "sign_in",
    "stores",
    "tokens",
    "uploads",
    "users",
    "vendors",
)
"""Modules of ``web.resources``; each has ``ROUTES``."""
MAX_BODY = 1 << 20
"""Bytes of a request's body, except for uploads."""


def build_server(
    settings: WebSettings,
    *,
    identify: Identify = user_in_scope,
    changes: ChangeLog | None = None,
    accounts: Callable[[Workspace], AccountService] = AccountService.of,
    first_link: Callable[[str], None] | None = None,
    run_jobs: bool = False,
) -> ASGIApp:
    """The application behind its checks of names, sites and proxies (``web.protection``); see ``build_app``.

    Raises:
        UsageError: the public URL or a proxy is invalid.
    """
    own = own_names(settings.public_url)
    app = build_app(
        settings,
        identify=identify,
        changes=changes,
        accounts=accounts,
        first_link=first_link,
        run_jobs=run_jobs,
    )
    return protected(app, own, settings.trusted_proxies)


def build_app(
    settings: WebSettings,
    *,
    identify: Identify = user_in_scope,
    changes: ChangeLog | None = None,
    accounts: Callable[[Workspace], AccountService] = AccountService.of,
    first_link: Callable[[str], None] | None = None,
    run_jobs: bool = False,
) -> Litestar:
    """The application over a workspace, which is open as long as the application runs.

    Args:
        settings: how the server was started.
        identify: finds the user of a request; tests replace it.
        changes: records what users change; tests replace it.
        accounts: opens the accounts of the workspace; tests replace it.
        first_link: called at the start with the path of the link for the first administrator, if there is none.
        run_jobs: run the queue of jobs while the application runs.

    Raises:
        InputError: the file with the settings of the sign-in provider is not valid.
        UsageError: an address in it is not allowed.
    """
    provider = load_provider(settings.sign_in, os.environ) if settings.sign_in is not None else None

    @asynccontextmanager
    async def life(app: Litestar) -> AsyncIterator[None]:
        workspace = open_for_pages(settings.workspace)
        app.state[WORKSPACE] = workspace
        app.state["tieback_writes"] = write_check(workspace)
        app.state[ACCOUNTS] = opened = accounts(workspace)
        if first_link is not None and (link := first_admin_link(opened)) is not None:
            first_link(link)
        # A run would change the workspace.
        run_here = run_jobs and not workspace.read_only
        runner = JobRunner(settings.workspace, settings.grants) if run_here else None
        if runner is not None:
            runner.start()
            Thread(target=prepare_last_index, args=(settings.workspace,), daemon=True).start()
        try:
            yield
        finally:
            if runner is not None:
                await to_thread.run_sync(runner.stop)
            workspace.close()

    def context(request: Request) -> Context:  # type: ignore[type-arg]
        user = identify(request)
        workspace: Workspace = request.app.state[WORKSPACE]
        opened: AccountService = request.app.state[ACCOUNTS]
        return Context(
            workspace=workspace,
            writes=request.app.state["tieback_writes"],
            settings=settings,
            user=user or NOBODY,
            changes=changes or LedgerChangeLog(opened),
            accounts=opened,
            client=client_of(request),
            provider=provider.settings if provider is not None else None,
        )

    return Litestar(
        route_handlers=[*routes(), _static_files()],
        dependencies={"context": Provide(context, sync_to_thread=False)},
        guards=[check_role, check_writable, check_query],
        request_class=CheckedRequest,
        middleware=[IdentityMiddleware(settings)],
        exception_handlers={Exception: answer_error},
        lifespan=[life],
        state=State(
            {
                IDENTIFY: identify,
                SETTINGS: settings,
                PROVIDER: provider,
                "tieback_log": logging.getLogger("tieback.web"),
                WARNINGS: OperatorWarnings(),
            }
        ),
        template_config=TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment())),
        openapi_config=_openapi(),
        request_max_body_size=MAX_BODY,
        logging_config=None,
    )


def routes() -> list[HTTPRouteHandler]:
    """The routes of all resources."""
    return [one for name in RESOURCES for one in import_module(f"tieback.web.resources.{name}").ROUTES]


def _openapi() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="tieback",
        version=tieback.__version__,
        description="Read a workspace, work on its cases, and start runs under grants that are on the server's disk.",
        components=Components(
            security_schemes={
                "token": SecurityScheme(type="http", scheme="bearer", description="A token: tbk_…"),
                "session": SecurityScheme(type="apiKey", name="tieback", security_scheme_in="cookie"),
            }
        ),
        security=[{"token": []}, {"session": []}],
        render_plugins=[JsonRenderPlugin()],
        # The framework's own pages load scripts from elsewhere. This address has no role, so it is closed.
        openapi_router=Router("/closed/openapi", route_handlers=[], include_in_schema=False),
    )


def _static_files() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        opt={ROLE: None},
        include_in_schema=False,
        cache_control=CacheControlHeader(max_age=3600),
    )
