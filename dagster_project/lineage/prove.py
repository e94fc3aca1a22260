"""Proving a figure: the chain from its value to what suppliers sent, and whether that gives the same value again."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
from pydantic import BaseModel

from dagster_project.errors import MaandversError, SetupError
from dagster_project.extract.answer import PayloadFile
from dagster_project.installation.workspace import Workspace
from dagster_project.landing.store import MANIFEST, Manifest
from dagster_project.lineage.cells import Found, find_cells
from dagster_project.lineage.question import Ground, Question, Row, ground_of, is_same, read_row, row_with_key
from dagster_project.lineage.recompute import Scratch, find_scratch, make_scratch, sole_proof
from dagster_project.operations.verify import Finding
from dagster_project.release.build import DATABASE, LATEST, ReleaseNote
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
)
from dagster_project.storage.checksums import CHECKSUMS, changed_files, digest_of

# What of a release is read for a proof.
PROVING_FILES = (DATABASE, "datapackage.json", "release.json", MODELS, PROVENANCE)
# What earlier releases published.
LEDGER = "raw_maandvers.published_figures"
REMEDY = "put it back from your back-up; without one, the figure cannot be proven"
OTHER_RELEASE = "do not use this release; prove another, or run for a new one"
WRONG = "do not use this figure; run again for a new release, and prove it there"


class ModelStep(BaseModel):
    """A model, seed or raw table on the way, with the file that defines it as the release was made with it."""

    name: str
    kind: str
    file: str
    sha256: str
    reads: list[str]


class DeliveryStep(BaseModel):
    """A delivery that the figure stands on."""

    feed: str
    edition: str
    delivery_id: str
    received_at: datetime
    released_at: datetime | None
    payload: list[PayloadFile]


class Proof(BaseModel):
    """What ``maandvers prove`` tells; where the release itself was changed, no more than that."""

    release_id: str
    mart: str
    column: str
    is_proven: bool = False
    # Why it is not proven, and what is worth knowing besides.
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
    stands_on: Found = Found()


def prove(workspace: Workspace, question: Question, release_id: str | None = None) -> Proof:
    """Follow a figure of a release back to what it was made of, and make it again.

    Raises SetupError when the question names no figure or no release.
    """
    release = _release(workspace, release_id)
    proof = Proof(release_id=release.name, mart=question.mart, column=question.column, findings=[])
    proof.findings += _changed_release(workspace, release)
    # The models and the list of deliveries have to be those of the release, or it would be another that is proven.
    if all(Path(finding.file).name == DATABASE for finding in proof.findings):
        provenance = Provenance.of(release)
        if row := _read(proof, release, question, provenance):
            with sole_proof(workspace):
                if scratch := _scratch(proof, workspace, release, provenance):
                    _follow(proof, workspace, scratch, question, row, provenance)
    proof.is_proven = not proof.findings
    return proof


def _read(proof: Proof, release: Path, question: Question, provenance: Provenance) -> Row | None:
    """The row that is meant; None where what was changed in the release leaves none to be proven."""
    if forged := [*_changed_models(release, provenance)]:
        proof.findings += forged
        return None
    try:
        row = read_row(release, question)
    except (SetupError, duckdb.Error):
        # What a damaged file says need not make sense.
        if proof.findings:
            return None
        raise
    note = ReleaseNote.model_validate_json((release / "release.json").read_bytes())
    proof.municipality_code, proof.is_fictional, proof.as_of = note.municipality_code, note.is_fictional, note.as_of
    proof.code_version, proof.key, proof.value = provenance.code_version, row.key, row.values[question.column]
    return row


def _scratch(proof: Proof, workspace: Workspace, release: Path, provenance: Provenance) -> Scratch | None:
    """The scratch warehouse, without what was changed since the release; None where none can be made."""
    scratch = find_scratch(workspace, release)
    if scratch and all(_is_changed(workspace, provenance, folder) for folder in scratch.seal.left_out):
        return scratch
    left_out = [folder for folder in provenance.folders if _is_changed(workspace, provenance, folder)]
    try:
        return make_scratch(workspace, release, left_out)
    except MaandversError as error:
        proof.findings.append(Finding(file="proofs", problem=f"cannot be made: {error}", do=WRONG))
        proof.notes += _changed_code(provenance)
        return None


def _follow(
    proof: Proof, workspace: Workspace, scratch: Scratch, question: Question, row: Row, provenance: Provenance
) -> None:
    """Fill in the chain and the value that it gives."""
    with duckdb.connect(str(scratch.warehouse), read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        ground = ground_of(connection, scratch.lineage, scratch.feeds.values(), question, row)
        proof.models = [*_models(scratch, question.mart, ground, provenance)]
        uses_ledger = LEDGER in {
            scratch.lineage.nodes[node_id].table for node_id in scratch.lineage.above(question.mart)
        }
        folders = [
            folder
            for feed, shown in sorted(scratch.deliveries.items())
            for folder in (delivery_folder(feed, one) for one in shown if ground.includes(feed, one))
        ]
        published = [publication_folder(one) for one in provenance.publications] if uses_ledger else []
        again = row_with_key(connection, f"marts.{question.mart}", row.key)
        changed = [*_changed_folders(workspace, provenance, [*folders, *published])]
        other = [*_another_value(proof, again)]
        if scratch.seal.left_out and (changed or other):
            # The value lacks what was left out, so it says nothing of the figure.
            missing = [] if changed else _left_out_above(scratch, question.mart)
            changed += _changed_folders(workspace, provenance, missing)
            other = [] if changed else other
        if not changed:
            proof.deliveries = [_step(workspace.home / folder) for folder in folders]
            proof.stands_on = find_cells(connection, scratch, workspace.home, question, row, ground)
    other += _differing_tables(scratch, proof.deliveries)
    proof.findings += [*changed, *other]
    proof.notes += _changed_since(scratch, question.mart, provenance)
    if other:
        proof.notes += _changed_code(provenance)
    if uses_ledger:
        proof.notes.append(
            "what was published before this release comes from the ledger (published/), and not from a payload"
        )


def _left_out_above(scratch: Scratch, mart: str) -> list[str]:
    """What was left out of the scratch warehouse, of all that a mart is made from."""
    above = {scratch.lineage.nodes[node_id].table for node_id in scratch.lineage.above(mart)}
    found = []
    for folder in scratch.seal.left_out:
        feed = scratch.feeds.get(feed_of(folder) or "")
        tables = {f"raw_{feed.supplier}.{table.name}" for table in feed.tables} if feed else {LEDGER}
        if tables & above:
            found.append(folder)
    return found


def _release(workspace: Workspace, release_id: str | None) -> Path:
    release = (workspace.releases / (release_id or LATEST)).resolve()
    if not (release / PROVENANCE).exists():
        there = sorted(path.parent.name for path in workspace.releases.glob(f"[0-9]*/{PROVENANCE}"))
        raise SetupError(
            f"there is no release {release_id or LATEST} that kept by what it can be proven\n"
            f"  do: choose from {', '.join(there) or 'none: run for one'}"
        )
    return release


def _changed_release(workspace: Workspace, release: Path) -> Iterator[Finding]:
    """What of a release a proof reads, and is not as it was written."""
    for path, problem in changed_files(release, PROVING_FILES):
        file = str(path.relative_to(workspace.home))
        yield Finding(file=file, problem=problem, do=OTHER_RELEASE)


def _models(scratch: Scratch, mart: str, ground: Ground, provenance: Provenance) -> Iterator[ModelStep]:
    """The models from a mart to the feeds of a figure; all that it reads, where it stands on no feed at all."""
    lineage = scratch.lineage
    tables = [
        f"raw_{feed.partition('.')[0]}.{table.name}"
        for feed in ground.deliveries
        for table in scratch.feeds[feed].tables
    ]
    for node_id in lineage.between(mart, tables, ground.indicators) if tables else lineage.above(mart):
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


def _changed_folders(workspace: Workspace, provenance: Provenance, folders: Iterable[str]) -> Iterator[Finding]:
    """Every file of these deliveries and publications that is not what the release was made from."""
    for folder in folders:
        path = workspace.home / folder
        for file, problem in changed_files(path):
            yield Finding(file=str(file.relative_to(workspace.home)), problem=problem, do=REMEDY)
        listed = path / CHECKSUMS
        if not listed.exists() or digest_of(listed) != provenance.folders[folder]:
            problem = "is not the list of checksums that the release was made with"
            yield Finding(file=str(listed.relative_to(workspace.home)), problem=problem, do=REMEDY)


def _is_changed(workspace: Workspace, provenance: Provenance, folder: str) -> bool:
    return any(_changed_folders(workspace, provenance, [folder]))


def _differing_tables(scratch: Scratch, deliveries: Iterable[DeliveryStep]) -> Iterator[Finding]:
    for step in deliveries:
        if found := scratch.seal.differences.get(step.delivery_id):
            yield Finding(
                file=delivery_folder(step.feed, step.delivery_id),
                problem=f"does not hold what its payload gives: {found}",
                do=REMEDY,
            )


def _changed_models(release: Path, provenance: Provenance) -> Iterator[Finding]:
    """Models that the release holds, and was not made with."""
    try:
        held = digests_in_release(release)
    except zipfile.BadZipFile as error:
        yield Finding(file=f"releases/{release.name}/{MODELS}", problem=f"cannot be read: {error}", do=OTHER_RELEASE)
        return
    for name in provenance.changed_models(held):
        file = f"releases/{release.name}/{MODELS}: {name}"
        yield Finding(file=file, problem="is not the one that the release was made with", do=OTHER_RELEASE)


def _changed_since(scratch: Scratch, mart: str, provenance: Provenance) -> Iterator[str]:
    """What somebody changed in the project after the release, of all that the mart is made with."""
    own = {scratch.lineage.nodes[node_id].file for node_id in scratch.lineage.above(mart)}
    for name in provenance.changed_models(digests_of_models()):
        if name in own:
            yield f"{name} has changed since this release; proven with the one that the release was made with"


def _changed_code(provenance: Provenance) -> Iterator[str]:
    """That another reading may come from other code, where it can."""
    if provenance.code and provenance.code != digest_of_code():
        yield (
            "the code that reads payloads has changed since this release: it may read them otherwise, so prove it with"
            f" the code of then (version {provenance.code_version})"
        )


def _another_value(proof: Proof, again: dict[str, Any] | None) -> Iterator[Finding]:
    name = f"releases/{proof.release_id}/{DATABASE}: {proof.mart}.{proof.column}"
    if again is None:
        yield Finding(file=name, problem="stands in a row that the payload does not give", do=WRONG)
        return
    proof.recomputed = again[proof.column]
    if not is_same(proof.value, proof.recomputed):
        problem = f"is {proof.value!r}, and {proof.recomputed!r} when it is computed from the payload"
        yield Finding(file=name, problem=problem, do=WRONG)
