{{ config(materialized='table') }}

with indicators as (select * from {{ ref('int_indicators__dictionary') }}),

themes as (select * from {{ ref('themes') }})

select
    indicators.indicator_code,
    indicators.theme_code,
    themes.label_nl as theme_label_nl,
    themes.label_en as theme_label_en,
    themes.theme_order,
    indicators.label_nl,
    indicators.label_en,
    indicators.definition_nl,
    indicators.unit,
    indicators.unit_nl,
    indicators.decimals,
    indicators.direction,
    indicators.numerator,
    indicators.denominator,
    indicators.factor,
    indicators.aggregation,
    indicators.weight,
    indicators.reference_moment,
    indicators.source_feed,
    indicators.rounding,
    indicators.suppression_threshold,
    indicators.finest_level
from indicators
left join themes on indicators.theme_code = themes.theme_code
