"""Has Great Expectations judge small frames and tells, row by row, what it found."""

import os
import shutil
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.frames import TITLE, Frame, Judgement
from expectations.rules import NOT_CHECKED, RULES, SUITE_TITLES

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context import FileDataContext

os.environ["GX_ANALYTICS_ENABLED"] = "false"

SUITES = tuple(dict.fromkeys(rule.suite for rule in RULES.values()))


def judge(frames: Sequence[Frame], as_of: date, context_dir: Path, is_first: bool = True) -> list[Judgement]:
    """Judge every row of every frame on a date, and leave suites and results in ``context_dir``.

    Whatever could not be judged comes back as failed. The first call of a run removes what an earlier run left in
    the same folder; later ones add their suites to it.
    """
    # Great Expectations takes seconds to import, so only who judges pays for it.
    from great_expectations.core.run_identifier import RunIdentifier

    context = _new_context(context_dir) if is_first else open_context(context_dir)
    # The name of the run is its key on disk and the date that readers see.
    run = RunIdentifier(run_name=as_of.isoformat())
    judgements: list[Judgement] = []
    for frame in frames:
        if frame.suite not in SUITES:
            judgements.append(_suite_not_checked(frame.suite, "any", f"there is no suite {frame.suite!r}"))
            continue
        validation = _validate(context, frame, as_of, run)
        for result in validation.results:
            judgements += _judgements(frame, result, as_of)
    return judgements


def open_context(context_dir: Path) -> "FileDataContext":
    """The Great Expectations project that ``judge`` left in a folder."""
    import great_expectations

    # A saved suite can be read once its classes are known.
    import_module("expectations.row_expectations")
    return great_expectations.get_context(mode="file", project_root_dir=context_dir)


def _new_context(context_dir: Path) -> "FileDataContext":
    # Wholly made anew: nothing piles up, and what a killed run left half written harms nobody.
    project = context_dir / "gx"
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir(parents=True)
    shutil.copy(Path(__file__).with_name("great_expectations.yml"), project)
    return open_context(context_dir)


def _validate(
    context: "FileDataContext", frame: Frame, as_of: date, run: "RunIdentifier"
) -> "ExpectationSuiteValidationResult":
    import pandas as pd
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    # dtype object keeps an empty value empty and a whole number whole.
    data = pd.DataFrame(frame.rows, dtype=object)
    suite = ExpectationSuite(frame.suite)
    for rule in RULES.values():
        if rule.suite == frame.suite:
            endings = (TITLE, *rule.endings)
            columns = [*rule.columns, *(column for column in data.columns if column.endswith(endings))]
            suite.add_expectation_configuration(
                ExpectationConfiguration(
                    type=rule.expectation, kwargs={"column_list": columns, "as_of": as_of.isoformat()}
                )
            )
    asset = context.data_sources.add_pandas(frame.suite).add_dataframe_asset(frame.suite)
    definition = context.validation_definitions.add(
        ValidationDefinition(
            name=frame.suite, data=asset.add_batch_definition_whole_dataframe("frame"), suite=context.suites.add(suite)
        )
    )
    return definition.run(
        batch_parameters={"dataframe": data},
        result_format={"result_format": "COMPLETE", "return_unexpected_index_query": False},
        run_id=run,
    )


def _judgements(frame: Frame, result: "ExpectationValidationResult", as_of: date) -> list[Judgement]:
    from expectations.row_expectations import exception_message, rule_and_date

    rule, _ = rule_and_date(result.expectation_config)
    if not frame.rows:
        return [_suite_not_checked(frame.suite, rule.expectation, "the frame is empty")]
    found = result.result
    failed = set(found.get("unexpected_index_list") or [])
    problem = exception_message(result)
    if problem is None and found.get("element_count") != len(frame.rows):
        problem = f"Great Expectations saw {found.get('element_count')} of {len(frame.rows)} rows"
    if problem is None and len(failed) != found.get("unexpected_count"):
        problem = "Great Expectations does not say which rows failed"
    judgements = []
    for position, row in enumerate(frame.rows):
        verdict = rule.not_checked(row, problem) if problem else rule.verdict(row, as_of)
        judgements.append(
            Judgement(
                suite=frame.suite,
                expectation=rule.expectation,
                subject=str(row.get(rule.subject, frame.suite)),
                row={column: str(row[column]) for column in rule.identity if column in row},
                passed=verdict.passed and position not in failed,
                observed=verdict.observed,
                expected=verdict.expected,
                message=verdict.english,
                message_nl=verdict.dutch,
            )
        )
    return judgements


def _suite_not_checked(suite: str, expectation: str, problem: str) -> Judgement:
    return Judgement(
        suite=suite,
        expectation=expectation,
        subject=suite,
        row={},
        passed=False,
        observed="not known",
        expected="at least one row to judge",
        message=f"{suite}: {NOT_CHECKED}: {problem}.",
        message_nl=f"{SUITE_TITLES.get(suite, suite)}: kon niet worden gecontroleerd ({problem}).",
    )
