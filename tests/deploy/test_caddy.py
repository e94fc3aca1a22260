"""The Caddyfile in Debian's Caddy, before a login and a board that says which groups it was given."""

import json
import os
import shutil
import socket
import ssl
import subprocess

import httpx
import pytest
from debian import install
from postgres_server import free_port
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from dagster_project.installation.settings import PROJECT
from dagster_project.sample.servers.serving import serve
from dashboard.admission import groups_of, may_monitor
from dashboard.board_settings import BoardSettings

from .machine import wait_until

pytestmark = pytest.mark.long

DEPLOY = PROJECT / "orchestration" / "deploy"
BEHIND = BoardSettings(groups_header="X-Forwarded-Groups", trusted_proxies=("127.0.0.1",))
GROUPS = {"anna": "social,hr", "bram": ""}
FORGED = dict.fromkeys(("X-Forwarded-Groups", "X-Auth-Request-Groups", "X-Forwarded-User"), "directie")


async def auth(request: Request) -> Response:
    """The answer of oauth2-proxy: 202 with the groups of a reader who logged in, else 401."""
    groups = GROUPS.get(request.cookies.get("reader", ""))
    if groups is None:
        return Response(status_code=401)
    named = {"X-Auth-Request-User": request.cookies["reader"]}
    return Response(status_code=202, headers=named | ({"X-Auth-Request-Groups": groups} if groups else {}))


async def board(request: Request) -> Response:
    """The board's own judgement of a request."""
    peer, headers = request.client.host, request.headers
    groups, monitors = groups_of(BEHIND, peer, headers), may_monitor(BEHIND, peer, headers)
    return JSONResponse({"groups": sorted(groups), "monitors": monitors, "reader": headers.get("x-forwarded-user")})


@pytest.fixture(scope="module")
def login():
    app = Starlette(routes=[Route("/oauth2/auth", auth), Route("/{path:path}", lambda _: Response("log in"))])
    with serve(app) as url:
        yield url.removeprefix("http://")


@pytest.fixture(scope="module")
def sites(login, tmp_path_factory):
    """A client of Caddy for readers who log in, and one for the open web."""
    install("caddy", "openssl")
    if not shutil.which("caddy"):
        raise FileNotFoundError("the test of the Caddyfile needs Caddy\n  do: apt-get install caddy")
    folder, port, public = tmp_path_factory.mktemp("caddy"), free_port(), free_port()
    for name in ("Caddyfile", "public.caddy"):
        shutil.copy(DEPLOY / name, folder)
    certificate, key = folder / "board.pem", folder / "board.key"
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*make, "/CN=localhost", *names], check=True, capture_output=True)
    with serve(Starlette(routes=[Route("/{path:path}", board)])) as behind:
        environment = os.environ | {
            "BOARD_NAME": f"localhost:{port}",
            "BOARD_TLS": f"{certificate} {key}",
            "BOARD_ADDRESS": behind.removeprefix("http://"),
            "LOGIN_ADDRESS": login,
            "PUBLIC_NAME": f"localhost:{public}",
            "PUBLIC_TLS": f"{certificate} {key}",
            "PUBLIC_ADDRESS": behind.removeprefix("http://"),
            "HOME": str(folder),
        }
        adapt = ["caddy", "adapt", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
        adapted = json.loads(subprocess.run(adapt, env=environment, check=True, capture_output=True).stdout)
        # Not on the usual ports of this machine.
        adapted["admin"] = {"disabled": True}
        for server in adapted["apps"]["http"]["servers"].values():
            server["automatic_https"] = {"disable_redirects": True}
        (folder / "caddy.json").write_text(json.dumps(adapted))
        command = ["caddy", "run", "--config", str(folder / "caddy.json")]
        with (folder / "log").open("w") as log, subprocess.Popen(command, env=environment, stderr=log) as caddy:
            try:
                wait_until(lambda: answers(port), "Caddy listens")
                trust = ssl.create_default_context(cafile=str(certificate))
                with (
                    httpx.Client(base_url=f"https://localhost:{port}", verify=trust) as client,
                    httpx.Client(base_url=f"https://localhost:{public}", verify=trust) as everybody,
                ):
                    yield client, everybody
            finally:
                caddy.terminate()


@pytest.fixture
def readers(sites):
    return sites[0]


@pytest.fixture
def everybody(sites):
    return sites[1]


def answers(port):
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("path", ["/", "/k/lonely_pct", "/gezond"])
def test_a_reader_who_did_not_log_in_is_sent_to_the_login(readers, path):
    answer = readers.get(path, headers=FORGED)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/oauth2/sign_in?rd=https://localhost")


def test_the_login_itself_is_reached_without_one(readers):
    assert readers.get("/oauth2/sign_in").text == "log in"


@pytest.mark.parametrize("headers", [{}, FORGED])
@pytest.mark.parametrize(("reader", "groups"), [("anna", ["hr", "social"]), ("bram", [])])
def test_a_reader_has_the_groups_of_the_login_and_no_other(readers, headers, reader, groups):
    answer = readers.get("/t/uitkeringen", headers=headers | {"Cookie": f"reader={reader}"}).json()
    # For a reader without groups Caddy passes its own placeholder, which no rule names.
    named = [group for group in answer["groups"] if not group.startswith("{http.")]
    assert (named, answer["monitors"], answer["reader"]) == (groups, False, reader)


def test_metrics_are_not_for_readers(readers):
    assert readers.get("/metrics", headers={"Cookie": "reader=anna"}).status_code == 404


@pytest.mark.parametrize("headers", [{}, FORGED])
def test_the_public_board_asks_no_login_and_is_told_no_groups(everybody, headers):
    assert everybody.get("/k/lonely_pct", headers=headers).json() == {"groups": [], "monitors": False, "reader": None}
    assert everybody.get("/metrics").status_code == 404


def test_without_the_file_of_the_public_board_there_is_no_such_site(tmp_path):
    shutil.copy(DEPLOY / "Caddyfile", tmp_path)
    environment = os.environ | {"BOARD_NAME": "board.example", "LOGIN_ADDRESS": "login.example:4180"}
    adapt = ["caddy", "adapt", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    adapted = json.loads(subprocess.run(adapt, env=environment, check=True, capture_output=True).stdout)
    hosts = [route["match"][0]["host"] for server in adapted["apps"]["http"]["servers"].values()
             for route in server["routes"]]  # fmt: skip
    assert hosts == [["board.example"]]
