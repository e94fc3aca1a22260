"""Our Great Expectations classes, one per rule; importing this imports Great Expectations, which takes seconds.

A process that reads a saved suite imports this module first: that registers the classes.
"""

from datetime import date
from typing import Literal

import pandas as pd
from great_expectations.core import ExpectationValidationResult
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration
from great_expectations.expectations.metrics.map_metric_provider import (
    MulticolumnMapMetricProvider,
    multicolumn_condition_partial,
)
from great_expectations.render import (
    LegacyDiagnosticRendererType,
    LegacyRendererType,
    RenderedBulletListContent,
    RenderedStringTemplateContent,
)
from great_expectations.render.renderer.renderer import renderer

from expectations.rules import RULES, Rule

# Enough to see what is wrong; the release carries all rows as JSON.
FAILURES_SHOWN = 100


class RowsKeepRule(MulticolumnMapMetricProvider):
    """Which rows keep the rule of that name on that date."""

    condition_metric_name = "multicolumn_values.keep_rule"
    condition_domain_keys = ("batch_id", "table", "column_list", "row_condition", "condition_parser", "ignore_row_if")
    condition_value_keys = ("rule", "as_of")

    @multicolumn_condition_partial(engine=PandasExecutionEngine)
    def keeps(cls, column_list: pd.DataFrame, rule: str, as_of: str, **_: object) -> pd.Series:
        """One truth per row."""
        rows = (dict(zip(column_list.columns, values, strict=True)) for values in column_list.itertuples(index=False))
        kept = [RULES[rule].verdict(row, date.fromisoformat(as_of)).passed for row in rows]
        return pd.Series(kept, index=column_list.index, dtype=bool)


class RowExpectation(MulticolumnMapExpectation):
    """Every row of a small frame keeps a rule of ours; Data Docs tell which rows do not, and why, in Dutch."""

    rule: str
    as_of: str
    # A row with an empty value is judged like any other (and fails); by default Great Expectations would skip it.
    ignore_row_if: Literal["never"] = "never"

    map_metric = "multicolumn_values.keep_rule"
    success_keys = ("mostly", "rule", "as_of")

    @classmethod
    @renderer(renderer_type=LegacyRendererType.PRESCRIPTIVE)
    def _prescriptive_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict | None = None,
    ) -> list[RenderedStringTemplateContent]:
        rule, as_of = rule_and_date(configuration or _given(result).expectation_config)
        return [_text(f"{rule.dutch} Peildatum {as_of:%d-%m-%Y}.")]

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.STATUS_ICON)
    def _diagnostic_status_icon_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict | None = None,
    ) -> RenderedStringTemplateContent:
        return _text("In orde", "ok") if _given(result).success else _text("Niet in orde", "failed")

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.OBSERVED_VALUE)
    def _diagnostic_observed_value_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict | None = None,
    ) -> str:
        found = _given(result).result
        rows = found.get("element_count")
        return f"{rows - found['unexpected_count']} van {rows} regels in orde" if rows else "niet gecontroleerd"

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_STATEMENT)
    def _diagnostic_unexpected_statement_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict | None = None,
    ) -> list:
        problem = exception_message(_given(result))
        return [_text(f"Kon niet worden gecontroleerd: {problem}", "failed")] if problem else []

    @classmethod
    @renderer(renderer_type=LegacyDiagnosticRendererType.UNEXPECTED_TABLE)
    def _diagnostic_unexpected_table_renderer(
        cls,
        configuration: ExpectationConfiguration | None = None,
        result: ExpectationValidationResult | None = None,
        runtime_configuration: dict | None = None,
    ) -> list | None:
        failed = _given(result).result.get("unexpected_list")
        if not failed:
            return None
        rule, as_of = rule_and_date(_given(result).expectation_config)
        sentences = [_text(rule.verdict(row, as_of).dutch) for row in failed[:FAILURES_SHOWN]]
        if len(failed) > FAILURES_SHOWN:
            sentences.append(_text(f"En nog {len(failed) - FAILURES_SHOWN} regels."))
        return [RenderedBulletListContent(bullet_list=sentences, content_block_type="bullet_list")]


class ExpectClockWithinMaximumAge(RowExpectation):
    """Every binding clock is at most its maximum age old in calendar units, and not in the future."""

    rule: Literal["clock_within_maximum_age"] = "clock_within_maximum_age"


class ExpectRowCountWithinBand(RowExpectation):
    """Every delivery has about as many rows as the one before it."""

    rule: Literal["row_count_within_band"] = "row_count_within_band"


class ExpectFillRateHighEnough(RowExpectation):
    """Every column is filled as far as its contract asks."""

    rule: Literal["fill_rate_high_enough"] = "fill_rate_high_enough"


class ExpectPartsToAddUp(RowExpectation):
    """Smaller regions add up to the larger one, but for the supplier's rounding."""

    rule: Literal["parts_to_add_up"] = "parts_to_add_up"


class ExpectMartToBeFilled(RowExpectation):
    """Every published mart has at least its minimum of rows."""

    rule: Literal["mart_to_be_filled"] = "mart_to_be_filled"


class ExpectNoViolations(RowExpectation):
    """No published mart has rows that must not exist."""

    rule: Literal["no_violations"] = "no_violations"


def rule_and_date(configuration: ExpectationConfiguration | None) -> tuple[Rule, date]:
    """The rule and the date behind a saved expectation, which does not keep what its class gives by default."""
    if configuration is None:
        raise ValueError("a result without its expectation")
    return RULES[configuration.type.removeprefix("expect_")], date.fromisoformat(configuration.kwargs["as_of"])


def exception_message(result: ExpectationValidationResult) -> str | None:
    """Why Great Expectations could not judge, if it could not.

    It reports an exception of a metric under the id of that metric, any other one level higher.
    """
    info = result.exception_info
    for exception in [info] if "raised_exception" in info else list(info.values()):
        if exception["raised_exception"]:
            return str(exception["exception_message"])
    return None


def _given(result: ExpectationValidationResult | None) -> ExpectationValidationResult:
    # Great Expectations declares results optional in its renderers; pages of results always have one.
    if result is None:
        raise ValueError("only results can be shown")
    return result


def _text(sentence: str, *classes: str) -> RenderedStringTemplateContent:
    # As a parameter, because Great Expectations escapes HTML in parameters only.
    return RenderedStringTemplateContent(
        content_block_type="string_template",
        string_template={"template": "$sentence", "params": {"sentence": sentence}, "styling": {"classes": classes}},
    )
