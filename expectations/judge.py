"""Validation of frames by Great Expectations, and its results row by row."""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from expectations.judgement import Frame, Judgement
from expectations.standing import PROJECT, RESULTS, STANDING, forget, record
from expectations.suites import SUITES, Suite, suite_not_checked

if TYPE_CHECKING:
    from great_expectations.core import ExpectationSuiteValidationResult, ExpectationValidationResult
    from great_expectations.core.run_identifier import RunIdentifier
    from great_expectations.data_context import FileDataContext

os.environ["GX_ANALYTICS_ENABLED"] = "false"

# A value expectation skips empty values, so every column that one reads has to be filled as well.
FILLED = "expect_column_values_to_not_be_null"
# Position of a row in its frame, by which Great Expectations names the rows that fail.
POSITION = "position"


def judge(frames: Sequence[Frame], as_of: date, context_dir: Path) -> list[Judgement]:
    """Judge every row of every frame on a date, and leave suites and results in ``context_dir``.

    Rows that could not be checked have failed. The results replace earlier ones of the same suites.
    """
    # Great Expectations takes seconds to import, so only a process that judges imports it.
    from great_expectations.core.run_identifier import RunIdentifier

    for frame in frames:
        forget(frame.suite, context_dir)
    context = _new_context(context_dir)
    # The name of the run is its key on disk and the date on the pages.
    run = RunIdentifier(run_name=as_of.isoformat())
    judgements: list[Judgement] = []
    for frame in frames:
        if frame.suite not in SUITES:
            judgements.append(suite_not_checked(frame.suite, f"there is no suite {frame.suite!r}"))
            continue
        findings = read_findings(_validate(context, frame, run))
        if not frame.rows:
            judgements.append(suite_not_checked(frame.suite, "the frame is empty"))
            continue
        found = list(judgements_on(frame, findings))
        if findings.is_complete_for(frame):
            record(frame, found, context_dir)
        judgements += found
    return judgements


def open_context(context_dir: Path) -> "FileDataContext":
    """Open the Great Expectations project that ``judge`` left in a folder."""
    import great_expectations

    return great_expectations.get_context(mode="file", project_root_dir=context_dir)


def _new_context(context_dir: Path) -> "FileDataContext":
    # All but the results is rebuilt: half-written files of a killed run do no harm.
    project = context_dir / PROJECT
    project.mkdir(parents=True, exist_ok=True)
    for path in project.iterdir():
        if path.name not in (RESULTS, STANDING):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    settings = Path(__file__).with_name("great_expectations.yml")
    shutil.copyfile(settings, project / settings.name)
    return open_context(context_dir)


def _validate(context: "FileDataContext", frame: Frame, run: "RunIdentifier") -> "ExpectationSuiteValidationResult":
    import pandas as pd
    from great_expectations import ExpectationSuite, ValidationDefinition
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    # dtype object keeps an empty value empty and a whole number whole.
    data = pd.DataFrame([{POSITION: n, **row} for n, row in enumerate(frame.rows)], dtype=object)
    suite = ExpectationSuite(frame.suite)
    for expected in _expectations(SUITES[frame.suite]):
        suite.add_expectation_configuration(ExpectationConfiguration(type=expected.pop("type"), kwargs=expected))
    asset = context.data_sources.add_pandas(frame.suite).add_dataframe_asset(frame.suite)
    definition = context.validation_definitions.add(
        ValidationDefinition(
            name=frame.suite, data=asset.add_batch_definition_whole_dataframe("frame"), suite=context.suites.add(suite)
        )
    )
    return definition.run(
        batch_parameters={"dataframe": data},
        # Every column of a failing row, for the sentence about it in Data Docs.
        result_format={
            "result_format": "COMPLETE",
            "return_unexpected_index_query": False,
            "unexpected_index_column_names": list(data.columns),
        },
        run_id=run,
    )


def _expectations(suite: Suite) -> Iterator[dict]:
    for column in dict.fromkeys(expected.column for expected in suite.expectations):
        yield {"type": FILLED, "column": column}
    for expected in suite.expectations:
        yield expected.model_dump()


@dataclass(frozen=True)
class Findings:
    """Results of one suite: the rows that failed or could not be checked, by position, with all of their columns."""

    rows: int
    failed: dict[int, dict]
    unchecked: dict[int, dict]
    # Why no row at all could be checked, if so.
    problem: str | None

    def is_complete_for(self, frame: Frame) -> bool:
        """Whether every row of the frame could be checked."""
        return self.problem is None and not self.unchecked and self.rows == len(frame.rows)


def read_findings(validation: "ExpectationSuiteValidationResult") -> Findings:
    """Collect the rows that any expectation of a suite found unexpected."""
    failed: dict[int, dict] = {}
    unchecked: dict[int, dict] = {}
    missing = {(expected["type"], expected["column"]) for expected in _expectations(SUITES[validation.suite_name])}
    problems: list[str] = []
    counts: set[int] = set()
    for result in validation.results:
        assert result.expectation_config is not None
        kind = result.expectation_config.type
        missing.discard((kind, result.expectation_config.kwargs["column"]))
        if problem := _problem(result):
            problems.append(problem)
            continue
        counts.add(result.result["element_count"])
        rows = {row[POSITION]: row for row in result.result["unexpected_index_list"]}
        (unchecked if kind == FILLED else failed).update(rows)
    if missing:
        problems.append(f"no result of {' and '.join(sorted(f'{kind} on {column}' for kind, column in missing))}")
    if len(counts) > 1:
        problems.append(f"its expectations evaluated different numbers of rows: {sorted(counts)}")
    failed = {position: row for position, row in failed.items() if position not in unchecked}
    return Findings(max(counts, default=0), failed, unchecked, problems[0] if problems else None)


def _problem(result: "ExpectationValidationResult") -> str | None:
    """Describe why Great Expectations could not evaluate an expectation, or None if it did.

    It reports an exception of a metric under the id of that metric, any other one level higher.
    """
    info = result.exception_info
    for exception in [info] if "raised_exception" in info else list(info.values()):
        if exception["raised_exception"]:
            return str(exception["exception_message"])
    named, counted = len(result.result.get("unexpected_index_list") or []), result.result.get("unexpected_count")
    if named != counted or bool(result.success) != (named == 0):
        return "Great Expectations does not name the rows that failed"
    return None


def judgements_on(frame: Frame, findings: Findings) -> Iterator[Judgement]:
    """Describe the outcome of a suite for each row of its frame."""
    suite, problem = SUITES[frame.suite], findings.problem
    if problem is None and findings.rows != len(frame.rows):
        problem = f"Great Expectations evaluated {findings.rows} of {len(frame.rows)} rows"
    for position, row in enumerate(frame.rows):
        failed = position in findings.failed
        if problem is not None or position in findings.unchecked:
            passed = False
            message, message_nl = suite.not_checked(row, "en", problem), suite.not_checked(row, "nl", problem)
        else:
            passed = not failed
            message, message_nl = suite.finding_on(row, "en", failed), suite.finding_on(row, "nl", failed)
        yield Judgement(
            suite=frame.suite,
            subject=str(row.get(suite.subject, frame.suite)),
            row={column: str(row[column]) for column in suite.identity if column in row},
            passed=passed,
            message=message,
            message_nl=message_nl,
        )
