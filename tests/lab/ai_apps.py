"""Small programs for the servers of ``tests.lab.ai_servers``; each runs in the environment of its server."""

GRADIO = """
import os, sys
import gradio

def answer(question, ward):
    return f"{question} in {ward}"

demo = gradio.Interface(answer, ["text", "text"], "text", title="Ward assistant", api_name="ask_documents")
login = ("anna", os.environ["LOGIN"]) if os.environ.get("LOGIN") else None
demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), auth=login, share=False, quiet=True)
"""

MCP_VERSION = "4.2.0"
"""What the server calls its own version."""
MCP = f"""
import os, sys
from mcp.server import MCPServer
from mcp.server.auth.provider import AccessToken
from mcp.server.auth.settings import AuthSettings

class Tokens:
    async def verify_token(self, token):
        good = token == os.environ["LOGIN"]
        return AccessToken(token=token, client_id="test", scopes=["read"]) if good else None

port = int(sys.argv[1])
place = "http://127.0.0.1:" + str(port)
more = dict()
if os.environ.get("LOGIN"):
    more = dict(token_verifier=Tokens(), auth=AuthSettings(issuer_url=place, resource_server_url=place + "/mcp"))
server = MCPServer("ward-db", version="{MCP_VERSION}", **more)

@server.tool()
def run_sql(query: str) -> str:
    "Run SQL on the ward database."
    raise RuntimeError("a probe must call no tool")

@server.tool()
def list_tables() -> list[str]:
    "Names of the tables."
    raise RuntimeError("a probe must call no tool")

@server.tool()
def get_patient(number: int) -> str:
    "One patient."
    raise RuntimeError("a probe must call no tool")

@server.resource("ward://rules")
def rules() -> str:
    raise RuntimeError("a probe must read no resource")

server.run("streamable-http", host="127.0.0.1", port=port)
"""

STREAMLIT = """
import streamlit
streamlit.title("Ward board")
"""
