{# Read by the nowcasts as well. #}
{{ config(access='protected') }}

with figures as (select * from {{ ref('int_indicators__final') }}),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

explained as (
    select
        indicator_code,
        numerator,
        denominator,
        concat_ws(
            '|',
            definition_nl,
            unit,
            numerator,
            denominator,
            factor,
            aggregation,
            weight,
            reference_moment,
            rounding,
            is_count_of_persons,
            source_feed
        ) as explanation
    from dictionary
),

-- A ratio is defined by what stands above and below its line as well.
definitions as (
    select
        explained.indicator_code,
        md5(concat_ws('|', explained.explanation, numerators.explanation, denominators.explanation)) as definition
    from explained
    left join explained as numerators on explained.numerator = numerators.indicator_code
    left join explained as denominators on explained.denominator = denominators.indicator_code
)

-- A missing figure was not published: a feed that is withheld takes nothing back.
select
    figures.region_code,
    figures.region_vintage,
    figures.region_level,
    figures.indicator_code,
    definitions.definition,
    figures.period_type,
    figures.period,
    figures.period_start_date,
    figures.period_end_date,
    figures.is_complete_period,
    figures.value,
    figures.status,
    figures.feed,
    figures.released_at,
    figures.denominator_feed,
    figures.denominator_released_at,
    -- Oldest borders that are still the same; null while they are unknown.
    regions.unchanged_since as borders_since
from figures
inner join definitions on figures.indicator_code = definitions.indicator_code
left join regions
    on figures.region_code = regions.region_code and figures.region_vintage = regions.region_vintage
where figures.value is not null
