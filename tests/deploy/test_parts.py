"""Units, containers, lock and page, each as its own program reads it."""

import os
import re
import shutil
import subprocess
import tomllib
from itertools import takewhile

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
    folder = tmp_path / "units"
    shutil.copytree(DEPLOY / "systemd", folder)
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


def test_containers_start_what_the_units_start():
    """The same programs; addresses differ in a container."""

    def program(words):
        """The program and its commands, which stand before its options."""
        return [word.rpartition("/")[2] for word in takewhile(lambda word: not word.startswith("--"), words)]

    of_units = {
        name.removesuffix(".service").removeprefix("maandvers-").removeprefix("dagster-"): program(
            re.findall(r"^ExecStart=(.*)", (DEPLOY / "systemd" / name).read_text("utf-8"), re.MULTILINE)[0].split()
        )
        for name in SERVICES
    }
    assert of_units == {name: program(COMPOSE["services"][name]["command"]) for name in OURS}


def test_the_page_installs_this_version_and_names_files_that_exist():
    page = (DEPLOY / "README.md").read_text("utf-8")
    version = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    assert f"version={version}\n" in page
    for link in re.findall(r"\]\(([^)#]+)", page):
        assert (DEPLOY / link).exists(), link
    for unit in re.findall(r"maandvers-[\w-]+(?:\.\w+)?", " ".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))):
        name = unit if unit.endswith(".timer") else f"{unit}.service"
        assert (DEPLOY / "systemd" / name).exists(), unit
