"""Amplify Gen 2: cases of the documentation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.posture.rules.platform_cases import Case, answer
from tieback.model.errors import InputError
from tieback.posture.rules.amplify import Amplify
from tieback.posture.rules.interface import Requester
from tieback.posture.rules.source import RulesText

READER = Amplify()
DATA = "https://docs.amplify.aws/react/build-a-backend/data/customize-authz/"
FIRST = "https://github.com/aws-amplify/docs/blob/06f0f99e/src/pages/[platform]/build-a-backend/data/customize-authz/index.mdx"
STORAGE = "https://docs.amplify.aws/react/build-a-backend/storage/authorization/ (aws-amplify/docs 0fbb21af)"
CUSTOM = "https://docs.amplify.aws/react/build-a-backend/data/custom-business-logic/"
SIGN_UP = "https://docs.amplify.aws/react/build-a-backend/auth/modify-resources-with-cdk/"
HEAD = "import { a, defineData, defineStorage } from '@aws-amplify/backend';\n"


def schema(members: str, modifiers: str = "") -> str:
    """A resource file with models."""
    return (
        f"{HEAD}const schema = a.schema({{\n{members}\n}}){modifiers};\nexport const data = defineData({{ schema }});\n"
    )


def model(rules: str, fields: str = "content: a.string()") -> str:
    """A schema with one model and its rules."""
    return schema(f"Post: a.model({{ {fields} }}).authorization({rules})")


def storage(access: str) -> str:
    """A resource file of storage."""
    return f"{HEAD}export const storage = defineStorage({{ name: 'files', access: (allow) => ({{ {access} }}) }});\n"


POSTS = model("allow => [allow.publicApiKey().to(['read']), allow.owner()]")
GLOBAL = schema(
    "Todo: a.model({ content: a.string() }), Notes: a.model({ content: a.string() "
    "}).authorization(allow => [allow.publicApiKey().to(['read'])])",
    ".authorization(allow => [allow.publicApiKey()])",
)
FIELD = model(
    "allow => [allow.authenticated().to(['read']), allow.owner()]",
    "name: a.string(), ssn: a.string().authorization(allow => [allow.owner()])",
)
OVERRIDE = storage(
    "'foo/*': [allow.authenticated.to(['read', 'write', 'delete'])], 'foo/bar/*': "
    "[allow.guest.to(['read'])], 'foo/baz/*': [allow.authenticated.to(['read'])]"
)
OWNED = storage(
    "'foo/{entity_id}/*': [allow.entity('identity').to(['read', 'write', 'delete']), allow.guest.to(['read'])]"
)
IMPORTED = {
    "amplify/data/resource.ts": (
        f"{HEAD}import {{ Post }} from './models';\nimport {{ Gone }} from 'package';\nconst schema = "
        f"a.schema({{ Post, Gone, ...rest() }});"
    ),
    "amplify/data/models.ts": (
        "import { a } from '@aws-amplify/backend';\nexport const Post = a.model({ x: a.string() "
        "}).authorization(allow => allow.guest());"
    ),
}
ADMIN_ONLY = {
    "amplify/data/resource.ts": model("allow => [allow.authenticated()]"),
    "amplify/backend.ts": (
        "backend.auth.resources.cfnResources.cfnUserPool.adminCreateUserConfig = { allowAdminCreateUserOnly: true };"
    ),
}

CASES = [
    Case("everyone reads posts", POSTS, "anonymous", "Post", "r-", DATA),
    Case("owners create posts", POSTS, "any-user", "Post", "ro", DATA),
    Case("no rule: denied", schema("Post: a.model({ content: a.string() })"), "any-user", "Post", "--", DATA),
    Case("the rule of the schema", GLOBAL, "anonymous", "Todo", "rw", DATA),
    Case("the rule of a model replaces it", GLOBAL, "anonymous", "Notes", "r-", DATA),
    Case("signed-in users read a model", FIELD, "any-user", "Post", "ro", DATA),
    Case("a field with a rule of its own", FIELD, "any-user", "Post/ssn", "-o", DATA),
    Case("another field", FIELD, "any-user", "Post/name", "ro", DATA),
    Case("guests", model("allow => [allow.guest().to(['read'])]"), "anonymous", "Post", "r-", DATA),
    Case("what guests may, users may", model("allow => [allow.guest().to(['read'])]"), "any-user", "Post", "r-", DATA),
    Case("any signed-in user", model("allow => [allow.authenticated()]"), "any-user", "Post", "rw", DATA),
    Case(
        "any signed-in user, without login", model("allow => [allow.authenticated()]"), "anonymous", "Post", "--", DATA
    ),
    Case("a rule without a list", model("allow => allow.publicApiKey()"), "anonymous", "Post", "rw", DATA),
    Case("a group", model("allow => [allow.group('Admin')]"), "any-user", "Post", "--", DATA),
    Case("groups", model("allow => [allow.groups(['Admin', 'Editors']).to(['read'])]"), "any-user", "Post", "--", DATA),
    Case("a group of the record", model("allow => [allow.groupDefinedIn('group')]"), "any-user", "Post", "r?w?", DATA),
    Case("owners in a list", model("allow => [allow.ownersDefinedIn('authors')]"), "any-user", "Post", "-o", DATA),
    Case("a function decides", model("allow => [allow.custom()]"), "anonymous", "Post", "r?w?", DATA),
    Case("owners who only read", model("allow => [allow.owner().to(['read'])]"), "any-user", "Post", "--", DATA),
    Case("get only", model("allow => [allow.publicApiKey().to(['get'])]"), "anonymous", "Post", "r-", DATA),
    Case(
        "operations of a variable",
        model("allow => [allow.publicApiKey().to(operations)]"),
        "anonymous",
        "Post",
        "r?w?",
        DATA,
    ),
    Case("a block with return", model("(allow) => { return [allow.guest()]; }"), "anonymous", "Post", "rw", DATA),
    Case(
        "the first syntax: public",
        model("[a.allow.public().to(['read']), a.allow.owner()]"),
        "anonymous",
        "Post",
        "r-",
        FIRST,
    ),
    Case("the first syntax: private", model('[a.allow.private().to(["read"])]'), "any-user", "Post", "r-", FIRST),
    Case(
        "a query",
        schema("q: a.query().returns(a.string()).authorization(allow => [allow.publicApiKey()])"),
        "anonymous",
        "q",
        "r-",
        CUSTOM,
    ),
    Case(
        "a mutation",
        schema("m: a.mutation().returns(a.string()).authorization(allow => [allow.authenticated()])"),
        "any-user",
        "m",
        "-w",
        CUSTOM,
    ),
    Case("a mutation without a rule", schema("m: a.mutation().returns(a.string())"), "any-user", "m", "--", CUSTOM),
    Case("a model of another file", IMPORTED, "anonymous", "Post", "rw", DATA),
    Case("a model of a package", IMPORTED, "anonymous", "Gone", "r?w?", DATA),
    Case("models that the files do not show", IMPORTED, "anonymous", "Other", "r?w?", DATA),
    Case("only administrators create users", ADMIN_ONLY, "any-user", "Post", "--", SIGN_UP),
    Case(
        "guests read files",
        storage("'foo/*': [allow.guest.to(['read'])]"),
        "anonymous",
        "files/foo/a.png",
        "r-",
        STORAGE,
    ),
    Case(
        "users read files",
        storage("'foo/*': [allow.authenticated.to(['read'])]"),
        "anonymous",
        "files/foo/a.png",
        "--",
        STORAGE,
    ),
    Case(
        "groups read files",
        storage("'foo/*': [allow.groups(['auditor']).to(['read'])]"),
        "any-user",
        "files/foo/a",
        "--",
        STORAGE,
    ),
    Case(
        "a function reads files",
        storage("'foo/*': [allow.resource(f).to(['read', 'write'])]"),
        "any-user",
        "files/foo/a",
        "--",
        STORAGE,
    ),
    Case(
        "own files",
        storage("'foo/{entity_id}/*': [allow.entity('identity').to(['read', 'write', 'delete'])]"),
        "any-user",
        "files/foo/1/a",
        "-o",
        STORAGE,
    ),
    Case("files that anyone reads and owners write", OWNED, "anonymous", "files/foo/1/a", "r-", STORAGE),
    Case("a parent path", OVERRIDE, "any-user", "files/foo/x", "rw", STORAGE),
    Case("a path overrides its parent", OVERRIDE, "any-user", "files/foo/baz/x", "r-", STORAGE),
    Case("a path overrides its parent for guests", OVERRIDE, "anonymous", "files/foo/bar/x", "r-", STORAGE),
    Case(
        "storage without access",
        f"{HEAD}export const s = defineStorage({{ name: 'files' }});",
        "any-user",
        "files/a",
        "--",
        STORAGE,
    ),
    Case(
        "storage with hidden access",
        f"{HEAD}export const s = defineStorage({{ name: 'files', access: make() }});",
        "anonymous",
        "files/a",
        "r?w?",
        STORAGE,
    ),
]


@each("case", CASES, ids=[case.name for case in CASES])
def test_documented_cases(case: Case) -> None:
    assert answer(READER, case, "amplify/data/resource.ts") == case.expected


def test_the_answer_names_the_line_the_rule_and_the_operations() -> None:
    policy = READER.read(RulesText("resource.ts", model("allow => [allow.publicApiKey().to(['get'])]")))
    read = policy.ask(Requester.ANONYMOUS, "Post").read
    assert (read.line, read.rule, read.operations) == (3, "allow.publicApiKey().to(['get'])", ("get",))
    assert list(policy.paths()) == ["Post"]


def test_a_file_without_models_is_an_error() -> None:
    with pytest.raises(InputError, match="no models"):
        READER.read(RulesText("resource.ts", HEAD))


@given(st.text(alphabet="{}[]()=>:,.;'\"` \nallowatoguestmdel", max_size=150))
def test_any_source_never_raises_another_error(text: str) -> None:
    try:
        policy = READER.read(RulesText("resource.ts", schema(f"Post: a.model({{ }}).authorization({text})")))
    except InputError:
        return
    for path in policy.paths():
        policy.ask(Requester.ANY_USER, path)
