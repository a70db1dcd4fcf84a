"""Convex functions: cases of the documentation, of its helpers, and what is not decided."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import Case, answer
from tieback.model.errors import InputError
from tieback.posture.rules.convex import Convex
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Convex()
AUTH = "https://docs.convex.dev/auth/functions-auth"
FUNCTIONS = "https://docs.convex.dev/functions"
INTERNAL = "https://docs.convex.dev/functions/internal-functions"
PRACTICES = "https://docs.convex.dev/understanding/best-practices/"
HTTP = "https://docs.convex.dev/functions/http-actions"
ACTIONS = "https://docs.convex.dev/functions/actions"
HELPERS = "https://stack.convex.dev/custom-functions"
CONVEX_AUTH = "https://labs.convex.dev/auth/authz"
OWN = "a rule of this reader: what the tokens do not show is not decided"
HEAD = 'import { query, mutation, action, internalQuery } from "./_generated/server";\n'
ALL = 'return await ctx.db.query("messages").collect();'


def function(body: str, builder: str = "query", more: str = "") -> str:
    """A module with one function ``f``."""
    return f"{HEAD}{more}export const f = {builder}({{ args: {{}}, handler: async (ctx, args) => {{ {body} }} }});\n"


LOGIN = "const identity = await ctx.auth.getUserIdentity();"
INSERT = 'await ctx.db.insert("messages", {});'
LIB = """import { QueryCtx } from "./_generated/server";
export async function requireUser(ctx: QueryCtx): Promise<{ id: string }> {
  const identity = await ctx.auth.getUserIdentity();
  if (!identity) throw new Error("no");
  return identity;
}
export const currentUser = async (ctx: QueryCtx) => {
  const identity = await ctx.auth.getUserIdentity();
  return identity;
};
export const requireAdmin = async (ctx) => {
  const identity = await ctx.auth.getUserIdentity();
  if (identity === null) throw new Error("no");
  if (identity.role !== "admin") throw new Error("no");
};
export function load(ctx) { return ctx.db.query("messages").collect(); }
"""
BUILDERS = """import { customQuery, customMutation, customCtx } from "convex-helpers/server/customFunctions";
import { query, mutation } from "./_generated/server";
import { requireUser } from "./lib";
export const userQuery = customQuery(query, customCtx(async (ctx) => { await requireUser(ctx); return {}; }));
export const userMutation = customMutation(mutation, {
  args: {},
  input: async (ctx, args) => { const user = await requireUser(ctx); return { ctx: { user }, args }; },
});
export const openQuery = customQuery(query, { args: {}, input: async (ctx, args) => ({ ctx: {}, args }) });
"""


def project(body: str, builder: str = "query", imports: str = "", path: str = "convex/m.ts") -> dict[str, str]:
    """A folder with helpers, builders and one function."""
    return {path: function(body, builder, imports), "convex/lib.ts": LIB, "convex/functions.ts": BUILDERS}


def helped(call: str) -> dict[str, str]:
    """A query that calls a helper first."""
    return project(f"{call} {ALL}", imports='import { requireUser, currentUser, requireAdmin, load } from "./lib";\n')


def built(builder: str, body: str = ALL) -> dict[str, str]:
    """A function of a custom builder."""
    imports = 'import { userQuery, userMutation, openQuery } from "./functions";\n'
    return project(body, builder, imports)


ROUTE = (
    'import { httpRouter } from "convex/server";\nimport { httpAction } from '
    '"./_generated/server";\nconst http = httpRouter();\nhttp.route({ path: "/post", method: '
    '"POST", handler: httpAction(async (ctx, request) => { %s }) });\nexport default http;\n'
)

TARGETS = (
    'import { internalMutation, internalQuery } from "./_generated/server";\n'
    f"export const f = internalMutation(async (ctx) => {{ {INSERT} }});\n"
    f"export const me = internalQuery(async (ctx) => {{ {LOGIN} if (!identity) throw new Error(); "
    "return identity; });\n"
    f"export const user = internalQuery(async (ctx) => {{ {LOGIN} if (!identity) return; return identity; }});\n"
)


def calling(body: str) -> dict[str, str]:
    """An action ``f`` that runs functions of ``m``."""
    return {"convex/f.ts": function(body, "action"), "convex/m.ts": TARGETS}


def route(body: str) -> dict[str, str]:
    """A route whose handler runs functions of ``m``."""
    return {"convex/http.ts": ROUTE % body, "convex/m.ts": TARGETS}


RUN = "await ctx.runMutation(internal.m.f, {});"

CASES = [
    Case(
        "an action whose query needs a login",
        calling(f"await ctx.runQuery(internal.m.me); {RUN}"),
        "anonymous",
        "f:f",
        "--",
        ACTIONS,
    ),
    Case(
        "an action that checks the login of a query",
        calling(f"const u = await ctx.runQuery(internal.m.user); if (!u) throw new Error(); {RUN}"),
        "anonymous",
        "f:f",
        "--",
        ACTIONS,
    ),
    Case(
        "an action that ignores the login of a query",
        calling(f"const u = await ctx.runQuery(internal.m.user); {RUN}"),
        "anonymous",
        "f:f",
        "r?w?",
        OWN,
    ),
    Case(
        "an action that runs what the files do not have",
        function("await ctx.runMutation(api.gone.f, {});", "action"),
        "anonymous",
        "f:f",
        "r?w?",
        OWN,
    ),
    Case(
        "a token instead of a login",
        function(f"const user = verifySession(args.sessionToken); {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "a request that is verified",
        route(f"const event = await verified(request); {RUN}"),
        "anonymous",
        "http:POST /post",
        "r?w?",
        HTTP,
    ),
    Case("no check", function(ALL), "anonymous", "f:f", "r-", PRACTICES),
    Case("no check, signed in", function(ALL), "any-user", "f:f", "r-", PRACTICES),
    Case(
        "a handler without an object",
        f'{HEAD}export const f = query(async ({{ db }}) => db.query("m").collect());',
        "anonymous",
        "f:f",
        "r-",
        FUNCTIONS,
    ),
    Case("a mutation without a check", function(INSERT, "mutation"), "anonymous", "f:f", "-w", PRACTICES),
    Case(
        "an argument is no login",
        function("await ctx.db.patch(args.id, { email: args.email });", "mutation"),
        "anonymous",
        "f:f",
        "-w",
        PRACTICES,
    ),
    Case(
        "throws without a login",
        function(f'{LOGIN} if (identity === null) {{ throw new Error("Unauthenticated"); }} {INSERT}', "mutation"),
        "anonymous",
        "f:f",
        "--",
        AUTH,
    ),
    Case(
        "any login is enough",
        function(f'{LOGIN} if (identity === null) {{ throw new Error("Unauthenticated"); }} {INSERT}', "mutation"),
        "any-user",
        "f:f",
        "-w",
        AUTH,
    ),
    Case(
        "a check that asserts nothing",
        function(f"{LOGIN} const {{ tokenIdentifier }} = identity!; {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        AUTH,
    ),
    Case("a negation", function(f"{LOGIN} if (!identity) throw new Error(); {ALL}"), "anonymous", "f:f", "--", AUTH),
    Case(
        "a check in a condition",
        function(f"if (!(await ctx.auth.getUserIdentity())) throw new Error(); {ALL}"),
        "anonymous",
        "f:f",
        "--",
        AUTH,
    ),
    Case("returns nothing", function(f"{LOGIN} if (!identity) {{ return []; }} {ALL}"), "anonymous", "f:f", "--", AUTH),
    Case(
        "returns something else",
        function(f"{LOGIN} if (!identity) {{ return openMessages; }} {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "own data or all",
        function(
            f'{LOGIN} if (!identity) return []; return ctx.db.query("m").withIndex("u", (q) => q.eq("u", '
            f"identity.subject)).collect();"
        ),
        "any-user",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "an administrator or nobody",
        function(f'{LOGIN} if (!identity || identity.role !== "admin") throw new Error(); {ALL}'),
        "anonymous",
        "f:f",
        "--",
        AUTH,
    ),
    Case(
        "only with an argument",
        function(f"{LOGIN} if (!identity && args.strict) throw new Error(); {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "a check behind the write",
        function(f"{INSERT} {LOGIN} if (!identity) throw new Error();", "mutation"),
        "anonymous",
        "f:f",
        "-w?",
        OWN,
    ),
    Case(
        "a check in a branch",
        function(f"{LOGIN} if (args.a) {{ if (!identity) throw new Error(); }} {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "a check after else",
        function(f"{LOGIN} if (args.a) {{ log(); }} else if (!identity) throw new Error(); {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "a caught error",
        function(f"try {{ {LOGIN} if (!identity) throw new Error(); }} catch {{ }} {ALL}"),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case(
        "the context taken apart",
        f"{HEAD}export const f = query({{ handler: async ({{ db, auth }}) => {{ "
        f"const u = await auth.getUserIdentity(); if (u == null) throw new Error(); "
        'return db.query("m").collect(); } });',
        "anonymous",
        "f:f",
        "--",
        AUTH,
    ),
    Case(
        "Convex Auth",
        function(
            f"const userId = await getAuthUserId(ctx); if (userId === null) throw new Error(); {ALL}",
            more='import { getAuthUserId } from "@convex-dev/auth/server";\n',
        ),
        "anonymous",
        "f:f",
        "--",
        CONVEX_AUTH,
    ),
    Case("a helper that throws", helped("await requireUser(ctx);"), "anonymous", "m:f", "--", PRACTICES),
    Case("a helper that throws, signed in", helped("await requireUser(ctx);"), "any-user", "m:f", "r-", PRACTICES),
    Case("a helper that returns null", helped("const user = await currentUser(ctx);"), "anonymous", "m:f", "r?-", OWN),
    Case(
        "a checked helper",
        helped("const user = await currentUser(ctx); if (!user) throw new Error();"),
        "anonymous",
        "m:f",
        "--",
        AUTH,
    ),
    Case("a helper that looks for a role", helped("await requireAdmin(ctx);"), "any-user", "m:f", "r?-", OWN),
    Case(
        "a helper that is sometimes called", helped("args.a && await requireUser(ctx);"), "anonymous", "m:f", "r?-", OWN
    ),
    Case(
        "a helper whose error is caught",
        helped("await requireUser(ctx).catch(() => null);"),
        "anonymous",
        "m:f",
        "r?-",
        OWN,
    ),
    Case("a helper that loads", helped("return load(ctx);"), "anonymous", "m:f", "r-", PRACTICES),
    Case(
        "a helper of a package",
        function(f"await check(ctx); {ALL}", more='import { check } from "package";\n'),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case("a builder with a check", built("userQuery"), "anonymous", "m:f", "--", HELPERS),
    Case("a builder with a check, signed in", built("userQuery"), "any-user", "m:f", "r-", HELPERS),
    Case("a builder with a check, for mutations", built("userMutation", INSERT), "anonymous", "m:f", "--", HELPERS),
    Case("a builder without a check", built("openQuery"), "anonymous", "m:f", "r-", HELPERS),
    Case(
        "a builder of a package",
        function(ALL, "zQuery", 'import { zQuery } from "package";\n'),
        "anonymous",
        "f:f",
        "r?-",
        OWN,
    ),
    Case("an internal function", function(ALL, "internalQuery"), "any-user", "f:f", "--", INTERNAL),
    Case(
        "an action that changes data",
        calling(RUN),
        "anonymous",
        "f:f",
        "rw",
        ACTIONS,
    ),
    Case(
        "an action that calls a service",
        function('await fetch("https://api.test");', "action"),
        "anonymous",
        "f:f",
        "r?w?",
        ACTIONS,
    ),
    Case(
        "a secret",
        function(f"if (args.secret !== process.env.SECRET) throw new Error(); {INSERT}", "mutation"),
        "anonymous",
        "f:f",
        "-w?",
        OWN,
    ),
    Case("no data", function('return "pong";'), "anonymous", "f:f", "--", OWN),
    Case(
        "a route",
        route(f"{RUN} return new Response();"),
        "anonymous",
        "http:POST /post",
        "rw",
        HTTP,
    ),
    Case(
        "a route that looks at a header",
        route(f'const s = request.headers.get("x"); {RUN}'),
        "anonymous",
        "http:POST /post",
        "r?w?",
        HTTP,
    ),
    Case(
        "a function in a folder",
        project(ALL, path="convex/admin/users.ts"),
        "anonymous",
        "admin/users:f",
        "r-",
        FUNCTIONS,
    ),
    Case("a function that the files do not have", function(ALL), "anonymous", "f:other", "-?-?", FUNCTIONS),
]


@each("case", CASES, ids=[case.name for case in CASES])
def test_documented_cases(case: Case) -> None:
    assert answer(READER, case, "convex/f.ts") == case.expected


def test_only_functions_are_listed() -> None:
    texts = [RulesText(path, text) for path, text in built("userQuery").items()]
    assert list(READER.read_project(texts).paths()) == ["m:f"]


def test_the_answer_names_the_line_and_the_builder() -> None:
    read = READER.read(RulesText("convex/f.ts", function(ALL))).ask(Requester.ANONYMOUS, "f:f").read
    assert (read.line, read.rule, read.request) == (2, "f = query(…)", "query f:f without signing in")


def test_exports_of_other_files_keep_their_check() -> None:
    texts = {"convex/a.ts": 'export { f as g } from "./b";', "convex/b.ts": function(ALL)}
    policy = READER.read_project([RulesText(path, text) for path, text in texts.items()])
    assert {path: policy.ask(Requester.ANONYMOUS, path).read.allowed for path in policy.paths()} == {
        "a:g": True,
        "b:f": True,
    }


@given(st.text(alphabet="{}[]()=>:,.;'\"`!&|? \nctxauhdbifreturnawok", max_size=150))
def test_any_body_never_raises_another_error(body: str) -> None:
    try:
        policy = READER.read(RulesText("convex/f.ts", function(body)))
    except InputError:
        return
    for path in policy.paths():
        policy.ask(Requester.ANONYMOUS, path)


def test_functions_that_call_each_other_without_end_are_not_decided() -> None:
    loop = "export const a = (ctx) => b(ctx);\nexport const b = (ctx) => a(ctx);\n"
    texts = {"convex/f.ts": function(f"await a(ctx); {ALL}", more='import { a } from "./l";\n'), "convex/l.ts": loop}
    policy = READER.read_project([RulesText(path, text) for path, text in texts.items()])
    assert not policy.ask(Requester.ANONYMOUS, "f:f").read.certain
