"""The installations of a provider: a folder with a folder per municipality, and one for what they share."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from pwd import getpwuid
from tempfile import TemporaryFile
from typing import NamedTuple

from dagster_project.errors import SetupError
from dagster_project.installation.settings import MUNICIPALITY_CODE, TOML

# The environment variable with the provider's folder.
FOLDER = "MAANDVERS_MUNICIPALITIES"
SHARED = "shared"
NO_MUNICIPALITY = "GM0000"
SECRETS_FILE = "secrets.env"
LOG_FILE = "run.log"
# All that an installation learns of the provider's environment: no secret of the provider or of another municipality.
PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE")
PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
# The installation's own account reads its secrets and writes its log; no process of the provider does. A line of the
# secrets is taken as systemd takes it, so that a password may have any sign. Whatever they say, municipality and home
# stay those of the folder.
ENTER = f"""
exec 2>{LOG_FILE}
code="$MAANDVERS_MUNICIPALITY_CODE" home="$MAANDVERS_HOME"
if [ -e {SECRETS_FILE} ]; then
    while IFS= read -r line || [ -n "$line" ]; do
        value="${{line#*=}}"
        case "$value" in
            \\"*\\" | \\'*\\') value="${{value#?}}" value="${{value%?}}" ;;
        esac
        case "$line" in [A-Za-z_]*=*) export "${{line%%=*}}=$value" ;; esac
    done <{SECRETS_FILE}
fi
export MAANDVERS_MUNICIPALITY_CODE="$code" MAANDVERS_HOME="$home"
exec "$@"
"""
COMMAND = Path(sys.executable).with_name("maandvers")


class Ended(NamedTuple):
    """A command that ended: its exit code, output, and what kept it from starting."""

    exit_code: int
    output: str
    errors: str


@dataclass(frozen=True)
class MunicipalityFolder:
    """One installation: ``maandvers.toml``, ``secrets.env`` and, below it, its home."""

    folder: Path

    @property
    def code(self) -> str:
        """Code of the municipality, which is the name of the folder."""
        return self.folder.name

    def home(self) -> Path:
        """Home below the folder. Raises SetupError for settings of another municipality, or a home elsewhere.

        Settings that were copied from another municipality would mix the two.
        """
        file = self.folder / TOML
        try:
            settings = tomllib.loads(file.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise SetupError(f"{file} cannot be read: {error}\n  do: correct it") from error
        came = settings.get("municipality_code", self.code)
        if self.code != SHARED and came != self.code:
            raise SetupError(f"{file}: municipality_code is {came}, in the folder of {self.code}\n  do: correct it")
        home = (self.folder / str(settings.get("home", "data/live"))).resolve()
        if not home.is_relative_to(self.folder.resolve()):
            raise SetupError(f"{file}: home is {home}\n  do: choose a folder inside {self.folder}")
        return home

    def call(self, *arguments: str, timeout: float) -> Ended:
        """Run a command of Maandvers here, with the settings, secrets and account of this installation alone.

        It ends with this process. Raises SetupError for settings of another municipality.
        """
        environment = {name: value for name in _passed_on() if (value := os.environ.get(name)) is not None}
        own = {
            "HOME": str(self.folder),
            "MAANDVERS_HOME": str(self.home()),
            "MAANDVERS_MUNICIPALITY_CODE": NO_MUNICIPALITY if self.code == SHARED else self.code,
        }
        if self.code == SHARED:
            served = [one.code for one in municipality_folders(self.folder.parent)]
            own["MAANDVERS_SERVES"] = json.dumps(served)
        enter = [*self._as_owner(), "sh", "-eu", "-c", ENTER, "sh", str(COMMAND), *arguments]
        # Files, not pipes: what it started would keep a pipe open after it was killed.
        with TemporaryFile("w+") as output, TemporaryFile("w+") as errors:
            process = subprocess.Popen(
                enter,
                cwd=self.folder,
                env=environment | own,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                umask=0o077,
                start_new_session=True,
            )
            try:
                exit_code = process.wait(timeout)
            finally:
                _end_all(process)
            output.seek(0)
            errors.seek(0)
            return Ended(exit_code, output.read(), errors.read())

    def _as_owner(self) -> Sequence[str]:
        """Take the account that owns the folder, and end when the run of Dagster does."""
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise SetupError("the program setpriv is missing\n  do: apt-get install util-linux")
        # It inherits no right of the provider: by that of taking an account it could take any other.
        plain = [setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--inh-caps=-all"]
        owner = self.folder.stat()
        if (owner.st_uid, owner.st_gid) == (os.geteuid(), os.getegid()):
            return plain
        # The groups of a known account: by one of them it reads what is shared.
        groups = "--init-groups" if _is_known(owner.st_uid) else "--clear-groups"
        return [*plain, f"--reuid={owner.st_uid}", f"--regid={owner.st_gid}", groups]


def _end_all(process: subprocess.Popen[bytes]) -> None:
    """End a process and all that it started and left behind."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _is_known(account: int) -> bool:
    try:
        return bool(getpwuid(account))
    except KeyError:
        return False


def _passed_on() -> list[str]:
    return [*PASSED_ON, *PROXIES, *(name.lower() for name in PROXIES)]


def provider_folder() -> Path:
    """The provider's folder. Raises SetupError where none is named."""
    name = os.environ.get(FOLDER)
    if not name:
        raise SetupError(f"no folder of municipalities is named\n  do: set {FOLDER}")
    return Path(name).resolve()


def municipality_folders(folder: Path) -> list[MunicipalityFolder]:
    """The installations of municipalities; what is wrong in one shows when it runs, and concerns no other."""
    found = (path for path in folder.iterdir() if re.fullmatch(MUNICIPALITY_CODE, path.name) and (path / TOML).exists())
    return [MunicipalityFolder(path) for path in sorted(found)]
