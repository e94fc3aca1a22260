"""Data Docs that open without a network: what Great Expectations found, on our own pages, in Dutch.

Its own pages fetch scripts and styles from ten addresses, and their index stays empty without them.
"""

import shutil
from pathlib import Path

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
    if pages != results or not (site / "index.html").exists():
        raise RuntimeError(f"Data Docs are incomplete: pages {pages} for results {results}; see the log above.")
    # Fonts and pictures of its own pages, which ours do not use.
    shutil.rmtree(site / "static", ignore_errors=True)
    beside = out.with_name(f"{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(site, beside)
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)
    return out / "index.html"
