"""Units, containers, lock and page, each as its own program reads it."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
import yaml
from debian import install

from dagster_project.errors import SetupError
from dagster_project.installation.opening import LOCK, sole_run
from dagster_project.installation.settings import PROJECT, Settings
from dagster_project.installation.workspace import Workspace

DEPLOY = PROJECT / "orchestration" / "deploy"
CURRENT = "/opt/maandvers/current"
SERVICES = sorted(path.name for path in (DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
OURS = sorted(name for name, service in COMPOSE["services"].items() if service["image"].startswith("maandvers:"))
# Of ten, where a service without any setting has 9.6.
MOST_EXPOSURE = 2.5

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")


@pytest.fixture
def units(tmp_path):
    """The units, for this copy of the project."""
    return laid_out(tmp_path / "units", DEPLOY / "systemd")


def laid_out(folder, source):
    shutil.copytree(source, folder, dirs_exist_ok=True)
    for path in (path for path in folder.rglob("*") if path.is_file()):
        path.write_text(path.read_text("utf-8").replace(CURRENT, str(PROJECT)), "utf-8")
    return folder


def analyze(units, *arguments):
    environment = os.environ | {"SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run(
        ["systemd-analyze", *arguments], env=environment, cwd=units, capture_output=True, text=True, check=False
    )


def complaints(units):
    """Everything that systemd says of the units; that this machine lacks restic is no fault of theirs."""
    found = analyze(units, "verify", "--man=no", *SERVICES, "maandvers-backup.timer")
    return [line for line in found.stderr.splitlines() if "/usr/bin/restic is not executable" not in line]


@needs_systemd
def test_systemd_accepts_every_unit(units):
    assert complaints(units) == []


@needs_systemd
@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("maandvers-board.service", "RestartSec=2", "RestartSeconds=2"),
        ("maandvers-board.service", "bin/maandvers serve", "bin/mandvers serve"),
        ("maandvers-board-public.service", "PartOf=maandvers-board.service", "PartOff=maandvers-board.service"),
        ("maandvers-backup.timer", "02:45 Europe/Amsterdam", "02:45 Amsterdam"),
        ("maandvers-.service.d/common.conf", "NoNewPrivileges=yes", "NoNewPrivileges=jawel"),
    ],
)
def test_a_mistake_in_a_unit_is_found(units, file, right, wrong):
    path = units / file
    assert right in path.read_text("utf-8")
    path.write_text(path.read_text("utf-8").replace(right, wrong), "utf-8")
    assert complaints(units)


def exposure(units, service):
    found = analyze(units, "security", "--offline=true", "--no-pager", service).stdout
    return float(re.findall(r"exposure level for \S+: ([\d.]+)", found)[0])


@needs_systemd
@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_few_rights(units, service):
    assert exposure(units, service) <= MOST_EXPOSURE
    shutil.rmtree(units / "maandvers-.service.d")
    assert exposure(units, service) > MOST_EXPOSURE


@needs_systemd
def test_the_unit_of_a_provider_is_accepted_and_has_few_rights(units):
    laid_out(units, PROJECT / "orchestration" / "provider" / "systemd")
    assert complaints(units) == []
    assert exposure(units, "maandvers-dagster-code.service") <= MOST_EXPOSURE
    (drop_in,) = (units / "maandvers-dagster-code.service.d").iterdir()
    drop_in.write_text(drop_in.read_text("utf-8") + "CapabilityBoundingSet=~\nKillMode=none of these\n")
    assert exposure(units, "maandvers-dagster-code.service") > MOST_EXPOSURE
    assert any(drop_in.name in line for line in complaints(units))


def test_a_back_up_and_a_run_keep_each_other_out(tmp_path):
    """The unit takes the lock of a run by the name of its file."""
    command = (DEPLOY / "systemd" / "maandvers-backup.service").read_text("utf-8")
    (lock,) = re.findall(r"flock --timeout \d+ (\S+)", command)
    assert lock == f"/var/lib/maandvers/{LOCK}"
    workspace = Workspace(Settings(home=tmp_path))
    file = tmp_path / LOCK
    with sole_run(workspace):
        assert subprocess.run(["flock", "--timeout", "0.2", file, "true"], check=False).returncode == 1
    with subprocess.Popen(["flock", file, "cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holding:
        holding.stdin.write(b"x")
        holding.stdin.flush()
        assert holding.stdout.read1() == b"x"
        with pytest.raises(SetupError, match="another run is at work"), sole_run(workspace):
            pass
        holding.stdin.close()
    with sole_run(workspace):
        pass


def test_a_container_of_ours_changes_nothing_but_its_volumes_and_has_no_right():
    assert OURS == ["backup", "board", "board-public", "code", "daemon", "webserver"]
    image = (DEPLOY / "Dockerfile").read_text("utf-8")
    assert "USER maandvers" in image
    for service in COMPOSE["services"].values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "root" not in service.get("user", "")
        if service.get("profiles") != ["backup"]:
            assert service["restart"] == "unless-stopped"
            assert service["healthcheck"]["test"][0] == "CMD"
    for board in ("board", "board-public"):
        assert all(volume.endswith(":ro") for volume in COMPOSE["services"][board]["volumes"])


def compose(folder, *arguments, **environment):
    """Debian's Compose on a copy of the folder."""
    project = folder / "orchestration" / "deploy"
    shutil.copytree(DEPLOY, project, dirs_exist_ok=True)
    for name in ("secrets.env", "backup.env", "maandvers.toml"):
        (project / name).touch()
    called = ["docker-compose", "--file", str(project / "compose.yaml"), *arguments]
    return subprocess.run(called, env=os.environ | environment, capture_output=True, text=True, check=False)


@pytest.mark.long
def test_compose_accepts_the_file_and_asks_for_what_is_missing(tmp_path):
    install("docker-compose")
    if not shutil.which("docker-compose"):
        raise FileNotFoundError("the test of compose.yaml needs Compose\n  do: apt-get install docker-compose")
    needed = re.findall(r"\$\{(\w+):\?", (DEPLOY / "compose.yaml").read_text("utf-8"))
    given = dict.fromkeys(needed, "x")
    accepted = compose(tmp_path, "config", **given)
    assert accepted.returncode == 0, accepted.stderr
    assert yaml.safe_load(accepted.stdout)["services"].keys() >= {*OURS, "caddy", "postgres"} - {
        "backup",
        "board-public",
    }
    for name in given:
        refused = compose(tmp_path, "config", **{one: "x" for one in given if one != name})
        assert refused.returncode != 0, name
    file = DEPLOY / "compose.yaml"
    (tmp_path / "wrong.yaml").write_text(file.read_text("utf-8").replace("read_only:", "readonly:"), "utf-8")
    wrong = compose(tmp_path, "--file", str(tmp_path / "wrong.yaml"), "config", **given)
    assert wrong.returncode != 0
    assert "readonly" in wrong.stderr


# Addresses differ in a container, and the board has the proxy to believe in its environment there.
ADDRESSES = {"--socket", "--grpc-socket", "--host", "--port", "--grpc-host", "--grpc-port"}
OF_CONTAINERS = {"PATH", "HOME", "XDG_CACHE_HOME", "DAGSTER_POSTGRES_URL"}
BACKUP = "backup"


def without_addresses(words):
    """A command without its folder and the options that say where it listens or connects."""
    found, is_address = [], False
    for word in words:
        if not is_address and word not in ADDRESSES:
            found.append(word.rpartition("/")[2] if not found else word)
        is_address = word in ADDRESSES
    return found


def units_start(folder):
    """By service, the commands and the settings of its unit."""
    found = {}
    for name in SERVICES:
        unit = (folder / name).read_text("utf-8")
        prefixes = {path: path.parent.name.removesuffix(".service.d") for path in folder.glob("*.d/*.conf")}
        drop_ins = [path.read_text("utf-8") for path, prefix in prefixes.items() if name.startswith(prefix)]
        commands = [without_addresses(line.split()) for line in re.findall(r"^ExecStart=(.*)", unit, re.MULTILINE)]
        pairs = re.findall(r"^Environment=(\w+)=(.*)", "\n".join([unit, *drop_ins]), re.MULTILINE)
        service = name.removesuffix(".service").removeprefix("maandvers-").removeprefix("dagster-")
        # Restic stands at an address of Debian's; its cache is where systemd made it.
        found[service] = (
            [[word.replace("/usr/bin/", "") for word in command] for command in commands],
            {key: value for key, value in pairs if key not in OF_CONTAINERS | {"RESTIC_CACHE_DIR"}},
        )
    return found


def containers_start(compose):
    """By service, the commands and the settings of its container, of the image and of itself."""
    (text,) = re.findall(r"^ENV (.*?)\nWORKDIR", (DEPLOY / "Dockerfile").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    image = dict(re.findall(r"(\w+)=(\S+)", text))
    found = {}
    for name in OURS:
        service = compose["services"][name]
        command = service["command"]
        commands = [line.split() for line in command[-1].splitlines()] if name == BACKUP else [command]
        settings = {**image, **service.get("environment", {})}
        found[name] = (
            [without_addresses(words) for words in commands],
            {key: value for key, value in settings.items() if key not in OF_CONTAINERS and "BOARD__" not in key},
        )
    return found


def differences(units, compose):
    """Services of which unit and container start something else, or with other settings of the same name."""
    found = []
    for name, (commands, settings) in units_start(units).items():
        other_commands, other_settings = containers_start(compose)[name]
        # The image has settings of Dagster for every container.
        if commands != other_commands or not settings.items() <= other_settings.items():
            found.append(name)
    return found


def test_containers_start_what_the_units_start_with_the_same_settings():
    assert sorted(units_start(DEPLOY / "systemd")) == OURS
    assert differences(DEPLOY / "systemd", COMPOSE) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "found"),
    [
        ("maandvers-board.service", "maandvers serve", "maandvers serve --public", ["board"]),
        ("maandvers-backup.service", "--keep-daily 7", "--keep-daily 8", ["backup"]),
        ("maandvers-backup.service", "--timeout 3600", "--timeout 60", ["backup"]),
        (
            "maandvers-dagster-.service.d/dagster.conf",
            "DAGSTER_STORAGE=/var/lib/maandvers/dagster",
            "DAGSTER_STORAGE=/var/lib/dagster",
            ["code", "daemon", "webserver"],
        ),
    ],
)
def test_a_unit_that_drifts_from_its_container_is_found(tmp_path, file, right, wrong, found):
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
    text = (folder / file).read_text("utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong), "utf-8")
    assert sorted(differences(folder, COMPOSE)) == found


def locked(name):
    """The packages of a lock file with their versions; each has hashes."""
    text = (PROJECT / name).read_text("utf-8")
    entries = re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+) \\\n((?: +--hash=.*\n)+)", text, re.MULTILINE)
    assert len(entries) == text.count("==")
    return {name: version for name, version, _ in entries}


def imported(source):
    """The packages that a module imports."""
    nodes = list(ast.walk(ast.parse(source)))
    names = [one.name for node in nodes if isinstance(node, ast.Import) for one in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    return {name.partition(".")[0] for name in names}


def not_installed(sources, lock):
    """Packages that these modules import and a lock file does not install."""
    providers = packages_distributions()
    names = set().union(*map(imported, sources)) - set(sys.stdlib_module_names)
    return {
        name
        for name in names & providers.keys()
        if not {re.sub(r"[-_.]+", "-", one).lower() for one in providers[name]} & {*lock, "maandvers"}
    }


def test_a_server_has_what_was_tested_and_no_tool_of_tests():
    product, tested = locked("requirements.lock"), locked("requirements-test.lock")
    assert product.items() < tested.items()
    assert not {"pytest", "mypy", "ruff", "playwright", "aiosmtpd", "dbt-metricflow"} & product.keys()
    folders = ("dagster_project", "dashboard", "expectations", "orchestration", "dbt_models/models")
    sources = [path.read_text("utf-8") for folder in folders for path in (PROJECT / folder).rglob("*.py")]
    assert not_installed(sources, product) == set()
    assert not_installed([*sources, "from aiosmtpd.controller import Controller"], product) == {"aiosmtpd"}
    assert "--requirement requirements.lock" in (DEPLOY / "Dockerfile").read_text("utf-8")


def test_the_page_installs_this_version_and_names_files_that_exist():
    page = (DEPLOY / "README.md").read_text("utf-8")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"version={version}\n" in page
    for link in re.findall(r"\]\(([^)#]+)", page):
        assert (DEPLOY / link).exists(), link
    for unit in re.findall(r"maandvers-[\w-]+(?:\.\w+)?", " ".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))):
        name = unit if unit.endswith(".timer") else f"{unit}.service"
        assert (DEPLOY / "systemd" / name).exists(), unit
