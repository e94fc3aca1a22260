"""The secret of an installation, which decides how counts of persons are rounded and cases pseudonymised."""

import os
from pathlib import Path
from secrets import token_hex

from dagster_project.installation.settings import Settings

FILE = "secret"
# Fixed, so that every sample shows the same fictional figures.
OF_SAMPLE = "sample"


def secret_of(settings: Settings, home: Path) -> str:
    """Return the secret from the environment, or from the installation's own file, which is created at first use.

    Another secret changes every rounded count, so the file belongs in the backup of an installation, and nowhere else.
    """
    if settings.secret:
        return settings.secret.get_secret_value()
    file = home / FILE
    if not file.exists():
        home.mkdir(parents=True, exist_ok=True)
        new = file.with_name(f"{FILE}.{os.getpid()}")
        with open(new, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, 0o600)) as opened:
            opened.write(token_hex(32))
        try:
            # Fails if another process created the file first; that one is used.
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return file.read_text("utf-8")
