"""Population by age and care demand per neighbourhood over 5 to 15 years.

Here belongs: splitting age groups into bands of five years, cohort change ratios, the municipal control, rates of care by
age, and the error bands that follow from projecting earlier editions. Arrays in and out; regions are positions on an axis.
Not here: reading figures, naming regions, or words for readers (dbt_models/models/intermediate/forecasts).
"""
