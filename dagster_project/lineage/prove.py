"""Proof of a figure: the path from its value to the suppliers' payloads, and whether these give the same value."""

import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from dagster_project.errors import MaandversError, SetupError
from dagster_project.extract.answer import PayloadFile
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import MANIFEST, Manifest
from dagster_project.lineage.question import (
    Dependencies,
    Question,
    Row,
    find_dependencies,
    is_same,
    read_row,
    row_with_key,
)
from dagster_project.lineage.recompute import Scratch, find_scratch, make_scratch, sole_proof
from dagster_project.lineage.source_rows import DeliveredCell, RawRows, find_cells, find_rows
from dagster_project.release.provenance import (
    MODELS,
    PROVENANCE,
    Provenance,
    delivery_folder,
    digest_of_code,
    digests_in_release,
    digests_of_models,
    feed_of,
    publication_folder,
    recorded_checksums,
)
from dagster_project.release.reader import DATABASE, DATAPACKAGE, LATEST, NOTE, open_release
from dagster_project.storage.checksums import CHECKSUMS, changed_files, digest_of
from dagster_project.storage.finding import Finding

# Files of a release that a proof reads.
PROVING_FILES = (DATABASE, DATAPACKAGE, NOTE, MODELS, PROVENANCE)
# Figures that earlier releases published.
HISTORY = "raw_maandvers.published_figures"
REMEDY = "put it back from your back-up; without one, the figure cannot be proven"
OTHER_RELEASE = "do not use this release; prove another, or run for a new one"
WRONG = "do not use this figure; run again for a new release, and prove it there"


class ModelStep(BaseModel):
    """A model, seed or raw table on the path, with the file that defined it when the release was made."""

    name: str
    kind: str
    file: str
    sha256: str
    reads: list[str]


class DeliveryStep(BaseModel):
    """A delivery that the figure depends on."""

    feed: str
    edition: str
    delivery_id: str
    received_at: datetime
    released_at: datetime | None
    payload: list[PayloadFile]


class Proof(BaseModel):
    """Result of ``maandvers prove``; only findings if the release itself was changed."""

    release_id: str
    mart: str
    column: str
    is_proven: bool = False
    # Reasons why it is not proven, and remarks.
    findings: list[Finding]
    notes: list[str] = []
    municipality_code: str = ""
    is_fictional: bool = False
    as_of: date | None = None
    code_version: str = ""
    key: dict[str, Any] = {}
    value: Any = None
    recomputed: Any = None
    models: list[ModelStep] = []
    deliveries: list[DeliveryStep] = []
    cells: list[DeliveredCell] = []
    rows: list[RawRows] = []


def prove(workspace: Workspace, question: Question, release_id: str | None = None) -> Proof:
    """Follow a figure of a release back to its payloads, and compute it from these again.

    Raises SetupError when the question names no figure or no release.
    """
    release = _release(workspace, release_id)
    proof = Proof(release_id=release.name, mart=question.mart, column=question.column, findings=[])
    proof.findings += _changed_release(workspace, release)
    # With other models or another list of deliveries, the proof would be of another release.
    if all(Path(finding.file).name == DATABASE for finding in proof.findings):
        provenance = Provenance.of(release)
        if row := _read(proof, release, question, provenance):
            with sole_proof(workspace):
                if scratch := _scratch(proof, workspace, release, provenance):
                    _follow(proof, workspace, scratch, question, row, provenance)
    proof.is_proven = not proof.findings
    return proof


def _read(proof: Proof, release: Path, question: Question, provenance: Provenance) -> Row | None:
    """Read the row to prove; None if changes in the release leave none."""
    if forged := [*_changed_models(release, provenance)]:
        proof.findings += forged
        return None
    try:
        with closing(open_release(release.parent, release.name)) as opened:
            row = read_row(opened, question)
    except (SetupError, duckdb.Error):
        # A damaged file causes other errors than its own.
        if proof.findings:
            return None
        raise
    info = opened.info
    proof.municipality_code, proof.is_fictional, proof.as_of = info.municipality_code, info.is_fictional, info.as_of
    proof.code_version, proof.key, proof.value = provenance.code_version, row.key, row.values[question.column]
    return row


def _scratch(proof: Proof, workspace: Workspace, release: Path, provenance: Provenance) -> Scratch | None:
    """Find or build the scratch warehouse, without folders that changed since the release; None if it fails."""
    scratch = find_scratch(workspace, release)
    if scratch and all(_is_changed(workspace, folder) for folder in scratch.record.left_out):
        return scratch
    left_out = [folder for folder in provenance.folders if _is_changed(workspace, folder)]
    try:
        return make_scratch(workspace, release, left_out)
    except MaandversError as error:
        proof.findings.append(Finding(file="proofs", problem=f"cannot be made: {error}", do=WRONG))
        proof.notes += _changed_code(provenance)
        return None


def _follow(
    proof: Proof, workspace: Workspace, scratch: Scratch, question: Question, row: Row, provenance: Provenance
) -> None:
    """Fill in the path and the value at its end."""
    with scratch.warehouse.connect(read_only=True) as connection:
        dependencies = find_dependencies(connection, scratch.lineage, scratch.feeds.values(), question, row)
        proof.models = [*_models(scratch, question.mart, dependencies, provenance)]
        uses_history = HISTORY in scratch.lineage.ancestor_tables(question.mart)
        folders = [
            folder
            for feed, shown in sorted(scratch.record.deliveries.items())
            for folder in (delivery_folder(feed, one) for one in shown if dependencies.includes(feed, one))
        ]
        published = [publication_folder(one) for one in provenance.publications] if uses_history else []
        again = row_with_key(connection, f"marts.{question.mart}", row.key)
        changed = [*_changed_folders(workspace, [*folders, *published])]
        other = [*_another_value(proof, again)]
        if scratch.record.left_out and (changed or other):
            # The value lacks what was left out, so it says nothing of the figure.
            missing = [] if changed else _left_out_ancestors(scratch, question.mart)
            changed += _changed_folders(workspace, missing)
            other = [] if changed else other
        if not changed:
            proof.deliveries = [_step(workspace.home / folder) for folder in folders]
            given = (scratch.feeds, question, row, dependencies)
            proof.rows = [*find_rows(connection, scratch.lineage, *given)]
            proof.cells = [*find_cells(connection, scratch.folder, *given)]
    other += _differing_tables(scratch, proof.deliveries)
    proof.findings += [*changed, *other]
    proof.notes += _changed_since(scratch, question.mart, provenance)
    if other:
        proof.notes += _changed_code(provenance)
    if uses_history:
        proof.notes.append(
            "figures published before this release come from the publication history (published/), not from a payload"
        )


def _left_out_ancestors(scratch: Scratch, mart: str) -> list[str]:
    """List the folders left out of the scratch warehouse that a mart is computed from."""
    ancestors = scratch.lineage.ancestor_tables(mart)
    found = []
    for folder in scratch.record.left_out:
        feed = scratch.feeds.get(feed_of(folder) or "")
        tables = {f"raw_{feed.supplier}.{table.name}" for table in feed.tables} if feed else {HISTORY}
        if tables & ancestors:
            found.append(folder)
    return found


def _release(workspace: Workspace, release_id: str | None) -> Path:
    release = (workspace.releases / (release_id or LATEST)).resolve()
    if not (release / PROVENANCE).exists():
        there = sorted(path.parent.name for path in workspace.releases.glob(f"[0-9]*/{PROVENANCE}"))
        raise SetupError(
            f"there is no release {release_id or LATEST} with provenance\n"
            f"  do: choose from {', '.join(there) or 'none: run for one'}"
        )
    return release


def _changed_release(workspace: Workspace, release: Path) -> Iterator[Finding]:
    """Find files of a release that a proof reads and that changed since it was made."""
    for path, problem in changed_files(release, PROVING_FILES):
        file = str(path.relative_to(workspace.home))
        yield Finding(file=file, problem=problem, do=OTHER_RELEASE)


def _models(scratch: Scratch, mart: str, dependencies: Dependencies, provenance: Provenance) -> Iterator[ModelStep]:
    """List the models from a mart to the feeds of a figure, or all ancestors of the mart if it has no feed."""
    lineage = scratch.lineage
    tables = [
        f"raw_{feed.partition('.')[0]}.{table.name}"
        for feed in dependencies.deliveries
        for table in scratch.feeds[feed].tables
    ]
    for node_id in lineage.between(mart, tables, dependencies.indicators) if tables else lineage.ancestors(mart):
        node = lineage.nodes[node_id]
        reads = [lineage.nodes[other].name for other in node.reads]
        yield ModelStep(
            name=node.name, kind=node.kind, file=node.file, sha256=provenance.models.get(node.file, ""), reads=reads
        )


def _step(folder: Path) -> DeliveryStep:
    manifest = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    return DeliveryStep(
        feed=manifest.feed,
        edition=manifest.edition,
        delivery_id=manifest.delivery_id,
        received_at=manifest.received_at,
        released_at=manifest.released_at,
        payload=manifest.payload,
    )


def _changed_folders(workspace: Workspace, folders: Iterable[str]) -> Iterator[Finding]:
    """Every file of these deliveries and publications that is not what the release was made from."""
    recorded = recorded_checksums(workspace)
    for folder in folders:
        path = workspace.home / folder
        for file, problem in changed_files(path):
            yield Finding(file=str(file.relative_to(workspace.home)), problem=problem, do=REMEDY)
        listed = path / CHECKSUMS
        if not listed.exists() or digest_of(listed) != recorded.get(folder):
            problem = "is not the list of checksums in the event log"
            yield Finding(file=str(listed.relative_to(workspace.home)), problem=problem, do=REMEDY)


def _is_changed(workspace: Workspace, folder: str) -> bool:
    return any(_changed_folders(workspace, [folder]))


def _differing_tables(scratch: Scratch, deliveries: Iterable[DeliveryStep]) -> Iterator[Finding]:
    for step in deliveries:
        if found := scratch.record.differences.get(step.delivery_id):
            yield Finding(
                file=delivery_folder(step.feed, step.delivery_id),
                problem=f"differs from its payload: {found}",
                do=REMEDY,
            )


def _changed_models(release: Path, provenance: Provenance) -> Iterator[Finding]:
    """Find models in a release that it was not made with."""
    try:
        packed = digests_in_release(release)
    except zipfile.BadZipFile as error:
        yield Finding(file=f"releases/{release.name}/{MODELS}", problem=f"cannot be read: {error}", do=OTHER_RELEASE)
        return
    for name in provenance.changed_models(packed):
        file = f"releases/{release.name}/{MODELS}: {name}"
        yield Finding(file=file, problem="is not the one that the release was made with", do=OTHER_RELEASE)


def _changed_since(scratch: Scratch, mart: str, provenance: Provenance) -> Iterator[str]:
    """Name the mart's models that changed in the project after the release."""
    own = {scratch.lineage.nodes[node_id].file for node_id in scratch.lineage.ancestors(mart)}
    for name in provenance.changed_models(digests_of_models()):
        if name in own:
            yield f"{name} has changed since this release; proven with the one that the release was made with"


def _changed_code(provenance: Provenance) -> Iterator[str]:
    """That another reading may come from other code, where it can."""
    if provenance.code != digest_of_code():
        yield (
            "the code that reads payloads has changed since this release and may read them differently: prove it with"
            f" the code of that release (version {provenance.code_version})"
        )


def _another_value(proof: Proof, again: dict[str, Any] | None) -> Iterator[Finding]:
    name = f"releases/{proof.release_id}/{DATABASE}: {proof.mart}.{proof.column}"
    if again is None:
        yield Finding(file=name, problem="is in a row that the payload does not give", do=WRONG)
        return
    proof.recomputed = again[proof.column]
    if not is_same(proof.value, proof.recomputed):
        problem = f"is {proof.value!r}, and {proof.recomputed!r} when it is computed from the payload"
        yield Finding(file=name, problem=problem, do=WRONG)
