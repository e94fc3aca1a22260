"""The secret of an installation, which decides how counts of persons are rounded."""

import os
from pathlib import Path
from secrets import token_hex

from dagster_project.installation.settings import Settings

FILE = "secret"
# Whoever reads the fictional figures of the sample may know how they are rounded; every sample shows the same ones.
OF_SAMPLE = "sample"


def secret_of(settings: Settings, home: Path) -> str:
    """Return the secret of the environment, or that of the installation's own file, made when first asked for.

    With another secret every count is rounded differently: the file belongs in the backup of an installation, and
    nowhere else.
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
            # Fails where another process was first, and its secret counts.
            os.link(new, file)
        except FileExistsError:
            pass
        finally:
            new.unlink()
    return file.read_text("utf-8")
