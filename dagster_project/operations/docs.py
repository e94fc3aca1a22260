"""dbt's own documentation of the warehouse as one page that opens without a network."""

import json
from pathlib import Path

from dagster_project.errors import SetupError
from dagster_project.installation.opening import sole_run
from dagster_project.installation.workspace import Workspace
from dagster_project.marts.dictionary import explain_columns, read_rows
from dagster_project.warehouse.dbt import run_dbt

# dbt cuts a description off after two words until a reader clicks on its row; here it stands there whole.
WHOLE_DESCRIPTIONS = (
    "<style>.column-row td:nth-child(3)"
    " { white-space: normal !important; max-width: none !important; min-width: 24em; }</style>"
)


def write_docs(workspace: Workspace) -> Path:
    """Write the page that explains every feed, model and column of this installation's warehouse.

    Raises SetupError where no warehouse was built yet, or while a run is building it.
    """
    if workspace.warehouse.state() is None:
        raise SetupError(f"no warehouse to explain: {workspace.warehouse} is not built\n  do: maandvers run first")
    target = workspace.home / "dbt"
    page = workspace.home / "docs" / "index.html"
    with sole_run(workspace):
        run_dbt(
            ["docs", "generate", "--static"],
            warehouse=workspace.warehouse,
            municipality=workspace.settings.municipality_code,
            target=target,
            secret=workspace.secret,
        )
    # dbt writes its manifest into the page as it is; the words of the dictionary are not in it.
    manifest = (target / "manifest.json").read_text("utf-8")
    explained = json.loads(manifest)
    explain_columns(explained, read_rows(explained))
    page.parent.mkdir(exist_ok=True)
    written = target / "static_index.html"
    whole = written.read_text("utf-8").replace(manifest, json.dumps(explained))
    page.write_text(whole.replace("</head>", f"{WHOLE_DESCRIPTIONS}</head>", 1), "utf-8")
    written.unlink()
    return page
