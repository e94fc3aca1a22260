"""Population by age and care demand per neighbourhood over 5 to 15 years.

Here belongs: splitting age groups into bands of five years, cohort change ratios, the municipal control, rates of care
by age, and the error bands that follow from projecting earlier editions. Rows in and out are those of
int_outlook__projections; between them are arrays with years, regions and ages on their axes.
Not here: reading figures, clocks, verdicts or words for readers (dbt_models/models/intermediate/forecasts).
"""
