"""Files of a release for people: a map, a start page and an explanation of every table."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dagster_project.release.files.map_layers import write_map
from dagster_project.release.freshness_report import FreshnessReport
from dagster_project.release.pages.guide_pages import write_guide
from dagster_project.release.reader import Catalogue


def write_files_for_people(release: Path, package: Mapping[str, Any], report: FreshnessReport) -> None:
    """Write them all; ``package`` describes the release, which has every other file by now."""
    catalogue = Catalogue.model_validate(package)
    suppliers = {feed.feed: feed.supplier for feed in report.feeds}
    write_map(release, catalogue.marts, report.as_of, suppliers)
    write_guide(release, catalogue, report)
