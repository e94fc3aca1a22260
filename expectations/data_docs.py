"""Data Docs of Great Expectations on our own pages, in Dutch, that open without a network.

Its default pages fetch scripts and styles from ten addresses, and their index stays empty without them.
"""

import shutil
from collections.abc import Collection
from pathlib import Path

from expectations.judge import open_context
from expectations.standing import PAGES, PROJECT, RESULTS, forget, suites_with_results

TEMPLATES = Path(__file__).with_name("pages")


def build_data_docs(context_dir: Path, suites: Collection[str]) -> Path:
    """Write the pages on the results of suites beside them; returns the first page. Other results are removed."""
    for suite in suites_with_results(context_dir).difference(suites):
        forget(suite, context_dir)
    open_context(context_dir).build_data_docs()
    project, out = context_dir / PROJECT, context_dir / PAGES
    site = project / "data_docs"
    # Great Expectations only logs a page that it could not make, and leaves such an index empty.
    results = sorted(path.stem for path in (project / RESULTS).rglob("*.json"))
    pages = sorted(path.stem for path in (site / "validations").rglob("*.html"))
    if pages != results or not (site / "index.html").stat().st_size:
        raise RuntimeError(f"Data Docs are incomplete: pages {pages} for results {results}; see the log above.")
    # Fonts and pictures of its default pages, which ours do not use.
    shutil.rmtree(site / "static", ignore_errors=True)
    shutil.rmtree(out, ignore_errors=True)
    site.rename(out)
    return out / "index.html"
