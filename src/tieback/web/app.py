"""The application: routes, access, errors, templates and static files."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

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
from tieback.pipeline.views.opening import Workspace, open_for_pages
from tieback.web.access import IDENTIFY, ROLE, check_role
from tieback.web.context import NOBODY, ChangeLog, Context, Identify, NoChangeLog, user_in_scope
from tieback.web.hosts import own_names
from tieback.web.pages import STATIC, environment
from tieback.web.problems import answer_error
from tieback.web.protection import protected
from tieback.web.settings import WebSettings

RESOURCES: tuple[str, ...] = (
    "cases",
    "findings",
    "grants",
    "inventory",
    "letters",
    "reference",
    "stores",
    "uploads",
)
"""Modules of ``web.resources``; each has ``ROUTES``."""
MAX_BODY = 1 << 20
"""Bytes of a request's body, except for uploads."""


def build_server(
    settings: WebSettings, *, identify: Identify = user_in_scope, changes: ChangeLog | None = None
) -> ASGIApp:
    """The application behind its checks of names, sites and proxies (``web.protection``); see ``build_app``.

    Raises:
        UsageError: the public URL or a proxy is invalid.
    """
    own = own_names(settings.public_url)
    return protected(build_app(settings, identify=identify, changes=changes), own, settings.trusted_proxies)


def build_app(
    settings: WebSettings, *, identify: Identify = user_in_scope, changes: ChangeLog | None = None
) -> Litestar:
    """The application over a workspace, which is open as long as the application runs.

    Args:
        settings: how the server was started.
        identify: finds the user of a request; tests replace it.
        changes: records what users change; tests replace it.
    """
    log = changes or NoChangeLog()

    @asynccontextmanager
    async def life(app: Litestar) -> AsyncIterator[None]:
        workspace = open_for_pages(settings.workspace)
        app.state["tieback_workspace"] = workspace
        try:
            yield
        finally:
            workspace.close()

    def context(request: Request) -> Context:  # type: ignore[type-arg]
        user = identify(request)
        workspace: Workspace = request.app.state["tieback_workspace"]
        return Context(workspace=workspace, settings=settings, user=user or NOBODY, changes=log)

    return Litestar(
        route_handlers=[*routes(), _static_files()],
        dependencies={"context": Provide(context, sync_to_thread=False)},
        guards=[check_role],
        exception_handlers={Exception: answer_error},
        lifespan=[life],
        state=State({IDENTIFY: identify, "tieback_log": logging.getLogger("tieback.web")}),
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
