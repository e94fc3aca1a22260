"""A figure is traced to its suppliers' payloads and computed again; changes on the way are reported by name."""

import gzip
import json
import os
import random
import shutil
import tempfile
import zipfile
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock, Timeout
from main_line.first_run import FIRST
from verify.test_verify import flip

from dagster_project.errors import ContractError, ExitCode
from dagster_project.lineage import prove as proving
from dagster_project.lineage import recompute
from dagster_project.lineage.prove import PROVING_FILES, prove
from dagster_project.lineage.question import Question
from dagster_project.lineage.replay import UnreadablePayloadError
from dagster_project.release import provenance
from dagster_project.release.provenance import MODELS, PROVENANCE, Provenance, digests_of_models
from dagster_project.storage.checksums import write_checksums

from .random_figures import random_figures

SEED = 20261123
# All 200 take some minutes; MAANDVERS_TEST_FIGURES=200 asks for them.
FIGURES = int(os.environ.get("MAANDVERS_TEST_FIGURES", "6"))
FLIPS = 8
POPULATION = Question.of("population_count", None, "GM9999", "2025")


@pytest.fixture
def proven(workspace, release):
    """A proof of unchanged files; the first one builds the scratch warehouse."""
    proof = prove(workspace, POPULATION, release.name)
    assert proof.is_proven, proof.findings
    return proof


@contextmanager
def restored(path):
    """Undo the changes of a test to a file or folder."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        (shutil.copytree if path.is_dir() else shutil.copy)(path, copy)
        try:
            yield path
        finally:
            if path.is_dir():
                shutil.rmtree(path)
            shutil.move(copy, path)


def problems(proof):
    assert not proof.is_proven
    return {finding.file: finding.problem for finding in proof.findings}


def payload(workspace, proof, name):
    (delivery,) = proof.deliveries
    return workspace.landing / "cbs/key_figures/deliveries" / delivery.delivery_id / "payload" / name


@pytest.mark.long
def test_a_changed_payload_is_left_out_and_all_else_is_proven(workspace, release):
    definition = Question("dim_indicator", "label_en", "indicator_code = 'population_count'")
    ratio = Question.of("reports_received_per_1000", None, "GM9999", "2025-12")
    (delivery,) = json.loads((release / "release.json").read_bytes())["deliveries"]["signalen.reports"].values()
    (page,) = workspace.landing.glob(f"signalen/reports/deliveries/{delivery}/payload/signals*")
    proofs = workspace.home / "proofs"
    shutil.rmtree(proofs, ignore_errors=True)
    with restored(page):
        flip(page, 8 * 100)
        for question in (POPULATION, definition):
            assert prove(workspace, question, release.name).is_proven
        found = problems(prove(workspace, ratio, release.name))
        assert found == {str(page.relative_to(workspace.home)): "has changed since it was written"}
        (count, *_) = (one for one in random_figures(release, 40, SEED) if one.mart == "mart_reports")
        assert str(page.relative_to(workspace.home)) in problems(prove(workspace, count, release.name))
    assert prove(workspace, ratio, release.name).is_proven
    # The second took the place of the first.
    assert [path.name for path in proofs.iterdir() if path.is_dir()] == [release.name]


# Proven figures


@pytest.mark.search
def test_figures_drawn_from_all_marts_are_proven(workspace, release):
    for question in random_figures(release, FIGURES, SEED):
        proof = prove(workspace, question, release.name)
        assert proof.is_proven, (question, proof.findings)
        assert proof.rows or not proof.deliveries or question.mart.startswith("dim_"), question


def test_a_proof_has_the_whole_path(proven):
    assert proven.value == proven.recomputed == 45895
    assert proven.key == {"region_code": "GM9999", "indicator_code": "population_count", "period": "2025"}
    names = [step.name for step in proven.models]
    assert names[0] == "fct_indicator_values"
    assert names[-2:] == ["stg_cbs__key_figures", "key_figures"]
    # Models of other indicators are not on the path.
    assert "int_reports__figures" not in names
    digests = digests_of_models()
    assert all(step.sha256 == digests[step.file] for step in proven.models)
    (delivery,) = proven.deliveries
    assert (delivery.feed, delivery.edition) == ("cbs.key_figures", "2025")
    assert delivery.received_at.date() == FIRST
    assert all(len(file.sha256) == 64 and file.url.startswith("http://") for file in delivery.payload)


def test_a_ratio_of_two_feeds_depends_on_both(workspace, release):
    ratio = Question.of("reports_received_per_1000", None, "GM9999", "2025-12")
    proof = prove(workspace, ratio, release.name)
    assert proof.is_proven, proof.findings
    assert {step.feed for step in proof.deliveries} == {"cbs.key_figures", "signalen.reports"}


def test_a_definition_is_proven_from_its_seed(workspace, release):
    proof = prove(workspace, Question("dim_indicator", "label_en", "indicator_code = 'population_count'"), release.name)
    assert proof.is_proven, proof.findings
    assert "int_indicators__dictionary" in {step.name for step in proof.models}


def test_the_command_reports_to_people_and_programs(installation, proven):
    asked = ("prove", "population_count", "--region", "GM9999", "--period", "2025", "--release", proven.release_id)
    called = installation.invoke(*asked)
    assert called.exit_code == ExitCode.RELEASED, called.errors
    assert called.output.startswith("fct_indicator_values.value = 45895.0")
    assert proven.deliveries[0].payload[0].sha256 in called.output
    as_json = installation.invoke(*asked, "--json")
    assert json.loads(as_json.output) == proven.model_dump(mode="json")


# Raw rows and cells


def test_a_published_figure_names_its_row_and_the_cell_that_was_delivered(proven, workspace):
    (rows,) = proven.rows
    (delivery,) = proven.deliveries
    assert (rows.feed, rows.table, rows.row_count) == ("cbs.key_figures", "key_figures", 1)
    assert rows.condition == f"delivery_id = '{delivery.delivery_id}' AND region_code = 'GM9999'"
    (cell,) = proven.cells
    assert (cell.feed, cell.column, cell.key) == ("cbs.key_figures", "AantalInwoners_5", {"region_code": "GM9999"})
    pages = payload(workspace, proven, "TypedDataSet-0001.json.gz").parent.glob("TypedDataSet-*.json.gz")
    records = [one for page in pages for one in json.loads(gzip.decompress(page.read_bytes()))["value"]]
    (record,) = (one for one in records if one["WijkenEnBuurten"].strip() == "GM9999")
    assert record[cell.column] == cell.value == proven.value


def test_a_ratio_names_a_cell_of_each_of_its_parts(workspace, release):
    ratio = Question.of("cars_per_1000", None, "BU99990001", "2025")
    cells = prove(workspace, ratio, release.name).cells
    assert {cell.column.rpartition("_")[0] for cell in cells} == {"AantalInwoners", "PersonenautoSTotaal"}


def test_a_part_of_a_ratio_names_its_own_cell_alone(workspace, release):
    row = "indicator_code = 'cars_per_1000' and region_code = 'BU99990001' and period = '2025'"
    for column, supplier_name in (("numerator", "PersonenautoSTotaal"), ("denominator", "AantalInwoners")):
        (cell,) = prove(workspace, Question("fct_indicator_values", column, row), release.name).cells
        assert cell.column.rpartition("_")[0] == supplier_name


def test_a_definition_and_a_rank_name_no_cell(workspace, release):
    definition = Question("dim_indicator", "decimals", "indicator_code = 'population_count'")
    rank = Question(
        "mart_neighbourhood_profile",
        "first_rank",
        "indicator_code = 'cars_per_1000' and neighbourhood_code = 'BU99990001'",
    )
    assert prove(workspace, definition, release.name).rows == []
    for question in (definition, rank):
        assert prove(workspace, question, release.name).cells == []


def test_a_figure_of_a_mart_without_periods_names_the_cell_of_its_edition(workspace, release):
    newest = Question("mart_neighbourhood_key_figures", "population_count", "neighbourhood_code = 'BU99990001'")
    proof = prove(workspace, newest, release.name)
    (cell,) = proof.cells
    assert (cell.column.rpartition("_")[0], cell.key) == ("AantalInwoners", {"region_code": "BU99990001"})
    assert cell.value == proof.value


def test_a_counted_figure_names_the_rows_of_its_delivery_and_no_cell(workspace, release):
    received = Question.of("reports_received_count", None, "GM9999", "2025-12")
    proof = prove(workspace, received, release.name)
    (signals,) = (rows for rows in proof.rows if rows.table == "signals")
    assert (signals.feed, proof.cells) == ("signalen.reports", [])
    assert signals.row_count >= proof.value > 0


# Changed files


def test_a_changed_byte_in_a_payload_is_named(workspace, release, proven):
    with restored(payload(workspace, proven, "TypedDataSet-0001.json.gz")) as page:
        flip(page, 8 * 100)
        found = problems(prove(workspace, POPULATION, release.name))
        assert found == {str(page.relative_to(workspace.home)): "has changed since it was written"}


def test_a_payload_forged_with_its_checksums_is_named(workspace, release, proven):
    page = payload(workspace, proven, "TypedDataSet-0001.json.gz")
    delivery = page.parent.parent
    with restored(delivery):
        page.write_bytes(gzip.compress(gzip.decompress(page.read_bytes()).replace(b"45895", b"45995")))
        write_checksums(delivery)
        found = problems(prove(workspace, POPULATION, release.name))
        listed = f"{delivery.relative_to(workspace.home)}/SHA256SUMS"
        assert found == {listed: "is not the list of checksums in the event log"}


def test_a_changed_mart_is_named_with_both_values(workspace, release, proven):
    database = release / "maandvers.duckdb"
    with restored(database), restored(release / "SHA256SUMS"):
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"update snapshot.fct_indicator_values set value = 46000 where {POPULATION.condition}")
        found = problems(prove(workspace, POPULATION, release.name))
        file = str(database.relative_to(workspace.home))
        value = {f"{file}: fct_indicator_values.value": "is 46000.0, and 45895.0 when it is computed from the payload"}
        assert found == {file: "has changed since it was written", **value}
        # Forged checksums do not change the payloads.
        write_checksums(release)
        assert problems(prove(workspace, POPULATION, release.name)) == value


def test_a_row_that_no_payload_gives_is_named(workspace, release, proven):
    database = release / "maandvers.duckdb"
    with restored(database):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "insert into snapshot.fct_indicator_values select * replace ('2031' as period)"
                f" from snapshot.fct_indicator_values where {POPULATION.condition}"
            )
        later = Question.of("population_count", None, "GM9999", "2031")
        assert "is in a row that the payload does not give" in problems(prove(workspace, later, release.name)).values()


def test_a_model_that_changed_since_is_named_and_the_release_proven_with_its_own(
    workspace, release, proven, tmp_path, monkeypatch
):
    assert proven.notes == []
    shutil.copytree(provenance.DBT_PROJECT, tmp_path / "dbt_models", ignore=shutil.ignore_patterns("target"))
    monkeypatch.setattr(provenance, "DBT_PROJECT", tmp_path / "dbt_models")
    model = "dbt_models/models/intermediate/indicators/1_figures/int_indicators__key_figures.sql"
    (tmp_path / model).write_text(
        (tmp_path / model).read_text().replace("population_0_14_count +", "2 * population_0_14_count +")
    )
    proof = prove(workspace, POPULATION, release.name)
    assert proof.is_proven
    assert proof.notes == [
        f"{model} has changed since this release; proven with the one that the release was made with"
    ]


@pytest.mark.parametrize("name", sorted({*PROVING_FILES} - {"maandvers.duckdb"}))
def test_a_changed_byte_in_a_file_that_proves_a_release_is_named(workspace, release, proven, name):
    with restored(release / name) as file:
        flip(file, 8 * 50)
        found = problems(prove(workspace, POPULATION, release.name))
        assert found == {str(file.relative_to(workspace.home)): "has changed since it was written"}


def test_a_flipped_bit_in_any_file_behind_a_figure_is_found(workspace, release, proven):
    chance = random.Random(SEED)
    delivery = payload(workspace, proven, "TypedDataSet-0001.json.gz").parent.parent
    files = [release / name for name in PROVING_FILES] + [path for path in delivery.rglob("*") if path.is_file()]
    for _ in range(FLIPS):
        path = chance.choice(sorted(files))
        bit = chance.randrange(path.stat().st_size * 8)
        flip(path, bit)
        try:
            assert problems(prove(workspace, POPULATION, release.name)), (path, bit)
        finally:
            flip(path, bit)
    assert prove(workspace, POPULATION, release.name).is_proven


def test_models_forged_with_all_checksums_are_named(workspace, release, proven, tmp_path):
    model = "dbt_models/models/intermediate/indicators/1_figures/int_indicators__key_figures.sql"
    with restored(release / MODELS) as models, restored(release / "SHA256SUMS"):
        provenance.unpack_models(release, tmp_path)
        (tmp_path / model).write_text(f"{(tmp_path / model).read_text()} where false")
        with zipfile.ZipFile(models, "w") as archive:
            for path in tmp_path.rglob("*.*"):
                archive.write(path, path.relative_to(tmp_path))
        write_checksums(release)
        found = problems(prove(workspace, POPULATION, release.name))
        file = str(models.relative_to(workspace.home))
        assert found == {f"{file}: {model}": "is not the one that the release was made with"}
        models.write_bytes(b"no zip")
        write_checksums(release)
        found = problems(prove(workspace, POPULATION, release.name))
        assert found == {file: "cannot be read: File is not a zip file"}


# The scratch warehouse


def test_a_changed_scratch_warehouse_is_not_used(workspace, release, proven):
    with restored(workspace.home / "proofs" / release.name / "warehouse.duckdb") as scratch:
        with duckdb.connect(str(scratch)) as connection:
            connection.execute("update intermediate.int_indicators__final set value = 1")
        assert recompute.find_scratch(workspace, release) is None
    assert recompute.find_scratch(workspace, release)


def test_a_proof_keeps_others_from_the_scratch_warehouse_that_it_reads(workspace, release, proven, monkeypatch):
    follow, waited = proving._follow, []

    def watched(*given):
        with pytest.raises(Timeout):
            FileLock(workspace.home / "proofs" / ".lock").acquire(timeout=0)
        waited.append(True)
        follow(*given)

    monkeypatch.setattr(proving, "_follow", watched)
    assert prove(workspace, POPULATION, release.name).is_proven
    assert waited == [True]
    with FileLock(workspace.home / "proofs" / ".lock").acquire(timeout=0):
        pass


@pytest.mark.parametrize(
    "error",
    [
        ContractError("_cbs__sources.yml", "cbs.key_figures", "delivery.colour", "is no key", "remove it"),
        UnreadablePayloadError("cbs.key_figures 2025: the payload cannot be read again: no column"),
    ],
)
def test_a_payload_that_other_code_cannot_read_is_reported(workspace, release, proven, monkeypatch, error):
    def refuse(_):
        raise error

    with restored(workspace.home / "proofs") as proofs:
        shutil.rmtree(proofs)
        monkeypatch.setattr(recompute, "load_feeds", refuse)
        proof = prove(workspace, POPULATION, release.name)
        assert problems(proof) == {"proofs": f"cannot be made: {error}"}
        assert proof.notes == []
        monkeypatch.setattr(proving, "digest_of_code", lambda: "other")
        (note,) = prove(workspace, POPULATION, release.name).notes
        assert note.startswith("the code that reads payloads has changed since this release")


def test_a_scratch_warehouse_of_other_code_is_rebuilt(workspace, release, proven, monkeypatch):
    assert recompute.find_scratch(workspace, release)
    monkeypatch.setattr(recompute, "digest_of_code", lambda: "other")
    assert recompute.find_scratch(workspace, release) is None


# Provenance of a release


def test_models_that_are_new_gone_or_different_are_changed():
    made_with = Provenance(
        code_version="1",
        code="1",
        models={"a.sql": "1", "b.sql": "2"},
        folders=[],
        published_on=date(2026, 1, 31),
        publications=[],
        verdicts=[],
    )
    assert made_with.changed_models({"a.sql": "1", "b.sql": "2"}) == []
    assert made_with.changed_models({"a.sql": "9", "c.sql": "3"}) == ["a.sql", "b.sql", "c.sql"]


def test_a_release_packs_the_same_models_into_the_same_bytes(release):
    assert (release / MODELS).read_bytes() == provenance.packed_models()
    assert Provenance.of(release).models == digests_of_models()
    assert (release / PROVENANCE).exists()
