"""A figure is followed back to what its suppliers sent and made again; what was changed on the way is told by name."""

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
from verify.test_verify import flip

from dagster_project.errors import ContractError, ExitCode
from dagster_project.lineage import prove as proving
from dagster_project.lineage import provenance, scratch
from dagster_project.lineage.prove import PROVING_FILES, prove
from dagster_project.lineage.question import Question, told
from dagster_project.lineage.replay import UnreadablePayloadError
from dagster_project.release.provenance import MODELS, PROVENANCE, Provenance, digests_of_models
from dagster_project.storage.checksums import write_checksums

from .random_figures import deliver_otherwise, random_figures

SEED = 20261123
# All 200 take some minutes; MAANDVERS_TEST_FIGURES=200 asks for them.
FIGURES = int(os.environ.get("MAANDVERS_TEST_FIGURES", "30"))
FLIPS = 20
POPULATION = Question.of("population_count", None, "GM9999", "2025")


@pytest.fixture
def proven(workspace, release):
    """A proof of what nobody touched; the first of all makes the scratch warehouse."""
    proof = prove(workspace, POPULATION, release.name)
    assert proof.is_proven, proof.findings
    return proof


@contextmanager
def kept_as_it_is(path):
    """Whatever a test does to a file or folder is undone."""
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


# What holds


def test_figures_drawn_from_all_marts_come_out_the_same(workspace, release):
    for question in random_figures(release, FIGURES, SEED):
        proof = prove(workspace, question, release.name)
        assert proof.is_proven, (question, proof.findings)
        found = proof.stands_on
        assert bool(found.cells or found.rows) != bool(found.why_none), (question, found)


def test_a_proof_tells_the_whole_chain(proven, story):
    assert proven.value == proven.recomputed == 45895
    assert proven.key == {"region_code": "GM9999", "indicator_code": "population_count", "period": "2025"}
    names = [step.name for step in proven.models]
    assert names[0] == "fct_indicator_values"
    assert names[-2:] == ["stg_cbs__key_figures", "key_figures"]
    # Models that fill other indicators are no part of it.
    assert "int_reports__figures" not in names
    digests = digests_of_models()
    assert all(step.sha256 == digests[step.file] for step in proven.models)
    (delivery,) = proven.deliveries
    assert (delivery.feed, delivery.edition) == ("cbs.key_figures", "2025")
    assert delivery.received_at.date() == story.first.day
    assert all(len(file.sha256) == 64 and file.url.startswith("http://") for file in delivery.payload)


def test_a_ratio_of_two_feeds_stands_on_both(workspace, release):
    ratio = Question.of("reports_received_per_1000", None, "GM9999", "2025-12")
    proof = prove(workspace, ratio, release.name)
    assert proof.is_proven, proof.findings
    assert {step.feed for step in proof.deliveries} == {"cbs.key_figures", "signalen.reports"}


def test_a_definition_stands_on_no_delivery(workspace, release):
    proof = prove(workspace, Question("dim_indicator", "label_en", "indicator_code = 'population_count'"), release.name)
    assert proof.is_proven, proof.findings
    assert "int_indicators__dictionary" in {step.name for step in proof.models}


def test_the_command_tells_it_to_people_and_programs(installation, proven):
    asked = ("prove", "population_count", "--region", "GM9999", "--period", "2025", "--release", proven.release_id)
    told = installation.call(*asked)
    assert told.exit_code == ExitCode.RELEASED, told.errors
    assert told.output.startswith("fct_indicator_values.value = 45895.0")
    assert proven.deliveries[0].payload[0].sha256 in told.output
    as_json = installation.call(*asked, "--json")
    assert json.loads(as_json.output) == proven.model_dump(mode="json")


# Raw cells


def test_a_published_figure_stands_on_one_cell(proven, workspace):
    (cell,) = proven.stands_on.cells
    assert (cell.feed, cell.column, cell.text) == ("cbs.key_figures", "AantalInwoners_5", "45895")
    assert cell.key == {"region_code": "GM9999"}
    page = json.loads(gzip.decompress(payload(workspace, proven, cell.place.file).read_bytes()))
    record = page["value"][cell.place.row - 1]
    assert (record["WijkenEnBuurten"].strip(), str(record[cell.column])) == ("GM9999", cell.text)


def test_a_ratio_stands_on_a_cell_of_each_of_its_parts(workspace, release):
    ratio = Question.of("cars_per_1000", None, "BU99990001", "2025")
    proof = prove(workspace, ratio, release.name)
    assert {cell.column.rpartition("_")[0] for cell in proof.stands_on.cells} == {
        "AantalInwoners",
        "PersonenautoSTotaal",
    }


def test_a_part_of_a_ratio_stands_on_its_own_cell_alone(workspace, release):
    row = "indicator_code = 'cars_per_1000' and region_code = 'BU99990001' and period = '2025'"
    for column, supplier_name in (("numerator", "PersonenautoSTotaal"), ("denominator", "AantalInwoners")):
        (cell,) = prove(workspace, Question("fct_indicator_values", column, row), release.name).stands_on.cells
        assert cell.column.rpartition("_")[0] == supplier_name


def test_a_definition_and_a_place_in_a_list_stand_on_no_cell_of_their_own(workspace, release):
    definition = Question("dim_indicator", "decimals", "indicator_code = 'population_count'")
    rank = Question(
        "mart_neighbourhood_profile",
        "first_rank",
        "indicator_code = 'cars_per_1000' and neighbourhood_code = 'BU99990001'",
    )
    for question in (definition, rank):
        found = prove(workspace, question, release.name).stands_on
        assert (found.cells, found.rows) == ([], [])
        assert found.why_none


def test_a_figure_of_a_mart_without_periods_stands_on_the_cell_of_its_edition(workspace, release):
    newest = Question("mart_neighbourhood_key_figures", "population_count", "neighbourhood_code = 'BU99990001'")
    (cell,) = prove(workspace, newest, release.name).stands_on.cells
    assert (cell.column.rpartition("_")[0], cell.key) == ("AantalInwoners", {"region_code": "BU99990001"})


def test_a_figure_of_reports_stands_on_reports_that_count_together(workspace, release):
    received = Question.of("reports_received_count", None, "GM9999", "2025-12")
    proof = prove(workspace, received, release.name)
    (rows,) = proof.stands_on.rows
    assert (rows.feed, rows.table) == ("signalen.reports", "signals")
    assert rows.row_count >= proof.value > 0
    assert all(place.file for place in rows.first)


# What was changed


def test_a_changed_byte_in_a_payload_is_named(workspace, release, proven):
    with kept_as_it_is(payload(workspace, proven, "TypedDataSet-0001.json.gz")) as page:
        flip(page, 8 * 100)
        told = problems(prove(workspace, POPULATION, release.name))
        assert told == {str(page.relative_to(workspace.home)): "has changed since it was written"}


def test_a_payload_forged_with_its_checksums_is_named(workspace, release, proven):
    page = payload(workspace, proven, "TypedDataSet-0001.json.gz")
    delivery = page.parent.parent
    with kept_as_it_is(delivery):
        page.write_bytes(gzip.compress(gzip.decompress(page.read_bytes()).replace(b"45895", b"45995")))
        write_checksums(delivery)
        told = problems(prove(workspace, POPULATION, release.name))
        listed = f"{delivery.relative_to(workspace.home)}/SHA256SUMS"
        assert told == {listed: "is not the list of checksums that the release was made with"}


def test_a_changed_mart_is_named_with_both_values(workspace, release, proven):
    database = release / "maandvers.duckdb"
    with kept_as_it_is(database), kept_as_it_is(release / "SHA256SUMS"):
        with duckdb.connect(str(database)) as connection:
            connection.execute(f"update held.fct_indicator_values set value = 46000 where {POPULATION.condition}")
        told = problems(prove(workspace, POPULATION, release.name))
        file = str(database.relative_to(workspace.home))
        value = {f"{file}: fct_indicator_values.value": "is 46000.0, and 45895.0 when it is computed from the payload"}
        assert told == {file: "has changed since it was written", **value}
        # Whoever forges the checksums as well still cannot change what the suppliers sent.
        write_checksums(release)
        assert problems(prove(workspace, POPULATION, release.name)) == value


def test_a_row_that_no_payload_gives_is_named(workspace, release, proven):
    database = release / "maandvers.duckdb"
    with kept_as_it_is(database):
        with duckdb.connect(str(database)) as connection:
            connection.execute(
                "insert into held.fct_indicator_values select * replace ('2031' as period)"
                f" from held.fct_indicator_values where {POPULATION.condition}"
            )
        later = Question.of("population_count", None, "GM9999", "2031")
        assert (
            "stands in a row that the payload does not give" in problems(prove(workspace, later, release.name)).values()
        )


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
def test_a_changed_byte_in_what_a_release_keeps_to_be_proven_by_is_named(workspace, release, proven, name):
    with kept_as_it_is(release / name) as file:
        flip(file, 8 * 50)
        told = problems(prove(workspace, POPULATION, release.name))
        assert told == {str(file.relative_to(workspace.home)): "has changed since it was written"}


def test_a_bit_flipped_in_what_a_figure_stands_on_is_always_found(workspace, release, proven):
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
    with kept_as_it_is(release / MODELS) as models, kept_as_it_is(release / "SHA256SUMS"):
        provenance.unpack_models(release, tmp_path)
        (tmp_path / model).write_text(f"{(tmp_path / model).read_text()} where false")
        with zipfile.ZipFile(models, "w") as archive:
            for path in tmp_path.rglob("*.*"):
                archive.write(path, path.relative_to(tmp_path))
        write_checksums(release)
        told = problems(prove(workspace, POPULATION, release.name))
        file = str(models.relative_to(workspace.home))
        assert told == {f"{file}: {model}": "is not the one that the release was made with"}
        models.write_bytes(b"no zip")
        write_checksums(release)
        told = problems(prove(workspace, POPULATION, release.name))
        assert told == {file: "cannot be read: File is not a zip file"}


# The scratch warehouse


def test_a_scratch_warehouse_that_was_changed_is_made_anew(workspace, release, proven):
    scratch = workspace.home / "proofs" / release.name / "warehouse.duckdb"
    made_at = scratch.stat().st_mtime
    with duckdb.connect(str(scratch)) as connection:
        connection.execute("update intermediate.int_indicators__final set value = 1")
    assert prove(workspace, POPULATION, release.name).is_proven
    assert scratch.stat().st_mtime > made_at
    assert [path.name for path in scratch.parent.parent.iterdir() if path.is_dir()] == [release.name]


def test_nothing_is_made_from_a_payload_that_was_changed_and_all_else_is_proven(workspace, release, proven):
    definition = Question("dim_indicator", "label_en", "indicator_code = 'population_count'")
    ratio = Question.of("reports_received_per_1000", None, "GM9999", "2025-12")
    deliveries = {step.feed: step.delivery_id for step in prove(workspace, ratio, release.name).deliveries}
    (page,) = workspace.landing.glob(f"signalen/reports/deliveries/{deliveries['signalen.reports']}/payload/signals*")
    with kept_as_it_is(workspace.home / "proofs") as proofs:
        shutil.rmtree(proofs)
        with kept_as_it_is(page):
            flip(page, 8 * 100)
            for question in (POPULATION, definition):
                assert prove(workspace, question, release.name).is_proven
            told = problems(prove(workspace, ratio, release.name))
            assert told == {str(page.relative_to(workspace.home)): "has changed since it was written"}
            (count, *_) = (one for one in random_figures(release, 40, SEED) if one.mart == "mart_reports")
            assert str(page.relative_to(workspace.home)) in problems(prove(workspace, count, release.name))
        assert prove(workspace, ratio, release.name).is_proven


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
def test_what_the_code_of_today_cannot_read_is_told_and_that_it_is_other_code(
    workspace, release, proven, monkeypatch, error
):
    def refuse(_):
        raise error

    with kept_as_it_is(workspace.home / "proofs") as proofs:
        shutil.rmtree(proofs)
        monkeypatch.setattr(scratch, "load_feeds", refuse)
        proof = prove(workspace, POPULATION, release.name)
        assert problems(proof) == {"proofs": f"cannot be made: {error}"}
        assert proof.notes == []
        monkeypatch.setattr(proving, "digest_of_code", lambda: "other")
        (note,) = prove(workspace, POPULATION, release.name).notes
        assert note.startswith("the code that reads payloads has changed since this release")


def test_what_other_code_made_is_made_anew(workspace, release, proven, monkeypatch):
    assert scratch.find_scratch(workspace, release)
    monkeypatch.setattr(scratch, "digest_of_code", lambda: "other")
    assert scratch.find_scratch(workspace, release) is None


def test_every_cell_that_is_named_changes_its_figure(workspace, release, proven):
    questions = random_figures(release, 2 * FIGURES, SEED + 1)
    with_cells = [proof for one in questions if (proof := prove(workspace, one, release.name)).stands_on.cells]
    assert len(with_cells) >= FIGURES / 6
    with (
        kept_as_it_is(workspace.home / "proofs") as proofs,
        kept_as_it_is(workspace.landing),
        kept_as_it_is(release),
    ):
        shutil.rmtree(proofs)
        deliver_otherwise(workspace.home, release, [proof.stands_on.cells[0] for proof in with_cells])
        for proof in with_cells:
            question = Question(proof.mart, proof.column, told(proof.key, list(proof.key)))
            again = prove(workspace, question, release.name)
            assert again.recomputed != proof.value, (question, proof.stands_on.cells[0])
            assert any(".parquet: in row" in problem for problem in problems(again).values())


# What a release keeps


def test_models_that_are_new_gone_or_others_are_changed():
    made_with = Provenance(
        code_version="1",
        models={"a.sql": "1", "b.sql": "2"},
        folders={},
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
