"""Data Docs that open without a network: what Great Expectations found, on our own pages, in Dutch.

Its own pages fetch scripts and styles from ten addresses, and their index stays empty without them.
"""

import json
import shutil
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from expectations.rules import SUITE_TEXTS, SUITE_TITLES

PAGES = Path(__file__).with_name("pages")


def build_data_docs(context_dir: Path, out: Path) -> Path:
    """Write the pages on what ``judge`` left in ``context_dir`` to the folder ``out``; returns the first page."""
    from expectations.judge import open_context

    context = open_context(context_dir)
    context.build_data_docs()
    project = context_dir / "gx"
    site = project / "data_docs"
    # Great Expectations only logs a page that it could not make.
    results = sorted(path.stem for path in (project / "validations").rglob("*.json"))
    pages = sorted(path.stem for path in (site / "validations").rglob("*.html"))
    if pages != results:
        raise RuntimeError(f"Data Docs are incomplete: pages {pages} for results {results}; see the log above.")
    _write_index(project / "validations", site / "index.html")
    # Fonts and pictures of its own pages, which ours do not use.
    shutil.rmtree(site / "static", ignore_errors=True)
    beside = out.with_name(f"{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(site, beside)
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)
    return out / "index.html"


def _write_index(validations: Path, file: Path) -> None:
    """Write the page with every suite and its outcome, in place of that of Great Expectations."""
    from great_expectations import __version__

    results = []
    for suite in SUITE_TITLES:
        for result in sorted((validations / suite).rglob("*.json")):
            told = json.loads(result.read_bytes())
            page = Path("validations") / result.relative_to(validations).with_suffix(".html")
            results.append(
                {
                    "suite": suite,
                    "page": page.as_posix(),
                    "passed": told["success"],
                    "as_of": date.fromisoformat(told["meta"]["run_id"]["run_name"]),
                }
            )
    pages = Environment(loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined)
    shown = {"results": results, "suite_titles": SUITE_TITLES, "suite_texts": SUITE_TEXTS, "ge_version": __version__}
    file.write_text(pages.get_template("audit_index.j2").render(shown), encoding="utf-8")
