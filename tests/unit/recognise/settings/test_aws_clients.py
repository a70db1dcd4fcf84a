"""Clients of the AWS SDK for JavaScript: the host has the service of the class and the region of the script."""

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.aws_clients import MAX_CLIENTS, clients
from tieback.recognise.settings.script_objects import RULE

RULES = RuleFiles()
SEARCH = AppSearch(RULES)
SDK = 'e.exports={rules:{"*/*":{endpoint:"{service}.{region}.amazonaws.com"}}};'
POOL = "new t.AWS.CognitoIdentityCredentials({IdentityPoolId:e.pool,Logins:{a:e.b}});"
IDENTITY = "https://cognito-identity.eu-west-1.amazonaws.com"


def found(text: str, file: str = "assets/main.js") -> list[str]:
    """The values that this rule finds."""
    artifact = Artifact(file, (Buffer(file, BufferKind.TEXT, text.encode()),))
    finds = [one for one in SEARCH.finds([artifact]) if isinstance(one, Sighting)]
    return [one.endpoint.value for one in finds if one.evidence.how.endswith(RULE)]


@each(
    ("text", "values"),
    [
        (SDK + POOL + 'c.AWS_DEFAULT_REGION="eu-west-1"', [IDENTITY]),
        (SDK + POOL + "AWS.config.region = 'eu-west-1';", [IDENTITY]),
        (SDK + POOL + 'AWS.config.update({region:"eu-west-1"})', [IDENTITY]),
        (SDK + POOL + 'x={awsRegion:"eu-west-1"};y={region:"eu-west-1"}', [IDENTITY]),
        ('AWS.config.region="eu-west-1";x=new AWS.CognitoIdentityCredentials({IdentityPoolId:p})', [IDENTITY]),
        # The default of the SDK is not the region of the app.
        (SDK + POOL + 'this.config.region="us-east-1";x={signingRegion:"us-east-1"};c.REGION="eu-west-1"', [IDENTITY]),
        # The region of the call.
        (SDK + 'a.region="us-east-1";new r.Lambda({apiVersion:"x",region:"eu-west-1"})', ["https://lambda.eu-west-1.amazonaws.com"]),
        (SDK + 'new r.Polly({region:"cn-north-1"})', ["https://polly.cn-north-1.amazonaws.com.cn"]),
        (SDK + 'a.region="eu-west-1";(new r.aws.SQS).sendMessage(m)', ["https://sqs.eu-west-1.amazonaws.com"]),
        (SDK + 'a.region="eu-west-1";new r.LexRuntime()', ["https://runtime.lex.eu-west-1.amazonaws.com"]),
        (SDK + 'a.region="eu-west-1";new r.DynamoDB.DocumentClient()', ["dynamodb:eu-west-1"]),
        # Each server once.
        (SDK + POOL + POOL + 'c.REGION="eu-west-1"', [IDENTITY]),
    ],
)  # fmt: skip
def test_clients_with_a_region(text: str, values: list[str]) -> None:
    assert found(text) == values


@each(
    "text",
    [
        # No region, several, or the name of something else.
        SDK + POOL,
        SDK + POOL + 'this.config.region="us-east-1"',
        SDK + POOL + 'a.region="eu-west-1";b.region="us-east-1"',
        SDK + POOL + 'if("eu-west-1"===region)x();a.regions="eu-west-1"',
        SDK + POOL + 'a.region="fra1";b="eu-west-1"',
        # The SDK itself, another class, or a server of the app.
        SDK + 'a.region="eu-west-1";this.service=new r.DynamoDB(e)',
        SDK + 'a.region="eu-west-1";new r.S3();new r.MyLambda();new Lambda();r.Lambda()',
        SDK + 'new r.DynamoDB({region:"eu-west-1",endpoint:"http://localhost:8000"})',
        # An identity pool is a resource with its host.
        SDK + 'a.region="eu-west-1";new a.CognitoIdentityCredentials({IdentityPoolId:"eu-west-1:1b2c3d4e-5f60-7182"})',
        # No SDK, and an example in a comment.
        'a.region="eu-west-1";new math.Lambda()',
        SDK + 'a.region="eu-west-1";\n * @example\n *   var a = new AWS.Lambda();\n',
        SDK + 'a.region="eu-west-1";\n// new AWS.Lambda();\n',
    ],
)
def test_other_scripts_name_no_server(text: str) -> None:
    assert found(text) == []


def test_only_scripts_are_read() -> None:
    assert found(SDK + POOL + 'c.REGION="eu-west-1"', "assets/notes.txt") == []


def test_most_clients_of_a_script_and_linear_cost() -> None:
    def make(count: int) -> Buffer:
        text = SDK + 'a.region="eu-west-1";' + "new r.Lambda({a:{});" * count + "new " * count + "Region:" * count
        return Buffer("a.js", BufferKind.TEXT, text.encode())

    assert len(list(clients(make(MAX_CLIENTS + 5), RULES))) == 1
    assert_linear(make, lambda buffer: list(clients(buffer, RULES)), 5_000)
