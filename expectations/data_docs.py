"""Data Docs of Great Expectations on our own pages, in Dutch, that open without a network.

Its default pages fetch scripts and styles from ten addresses, and their index stays empty without them.
"""

import shutil
from pathlib import Path

from expectations.judge import open_context

PAGES = Path(__file__).with_name("pages")


def build_data_docs(context_dir: Path, out: Path) -> Path:
    """Write the pages on the results in ``context_dir`` to the folder ``out``; returns the first page."""
    open_context(context_dir).build_data_docs()
    project = context_dir / "gx"
    site = project / "data_docs"
    # Great Expectations only logs a page that it could not make, and leaves such an index empty.
    results = sorted(path.stem for path in (project / "validations").rglob("*.json"))
    pages = sorted(path.stem for path in (site / "validations").rglob("*.html"))
    if pages != results or not (site / "index.html").stat().st_size:
        raise RuntimeError(f"Data Docs are incomplete: pages {pages} for results {results}; see the log above.")
    # Fonts and pictures of its default pages, which ours do not use.
    shutil.rmtree(site / "static", ignore_errors=True)
    beside = out.with_name(f"{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    shutil.copytree(site, beside)
    shutil.rmtree(out, ignore_errors=True)
    beside.rename(out)
    return out / "index.html"
