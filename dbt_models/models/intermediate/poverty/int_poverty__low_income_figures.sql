with low_income as (select * from {{ ref('int_poverty__low_income_cells') }}),

regions as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

-- A table of newer borders holds every year as well, so one of them tells a year.
cells as (
    select
        *,
        income_limit_code || '/' || duration_code || '/' || measure_code as cell
    from low_income
    -- Of all private households together.
    where household_code = '1050010' and region_level is not null
    qualify
        row_number() over (
            partition by region_code, figures_year, income_limit_code, duration_code, measure_code
            order by edition_year desc
        ) = 1
),

-- Income limit, years in a row below it, measure.
places as (
    select
        indicator_code,
        case indicator_code
            when 'low_income_household_count' then '1050290/A028721/1050010_1'
            when 'low_income_persons_count' then '1050290/A028721/1050001_1'
            when 'low_income_children_count' then '1050290/A028721/1016445_1'
            when 'low_income_household_of_municipality_pct' then '1050290/A028721/1050010_2'
            when 'low_income_persons_pct' then '1050290/A028721/1050001_2'
            when 'low_income_children_pct' then '1050290/A028721/1016445_2'
            when 'long_term_low_income_household_count' then '1050290/A028724/1050010_1'
            when 'long_term_low_income_persons_count' then '1050290/A028724/1050001_1'
            when 'long_term_low_income_children_count' then '1050290/A028724/1016445_1'
            when 'long_term_low_income_household_pct' then '1050290/A028724/1050010_2'
            when 'long_term_low_income_persons_pct' then '1050290/A028724/1050001_2'
            when 'long_term_low_income_children_pct' then '1050290/A028724/1016445_2'
            when 'social_minimum_110_household_count' then 'A043007/A028721/1050010_1'
            when 'social_minimum_110_household_pct' then 'A043007/A028721/1050010_2'
            when 'social_minimum_120_household_count' then 'A043008/A028721/1050010_1'
            when 'social_minimum_120_household_pct' then 'A043008/A028721/1050010_2'
        end as cell
    from dictionary
    where source_feed = 'cbs.low_income' and numerator is null
),

-- Counts come in thousands with one decimal, so each may be half a hundred off.
scaled as (
    select
        cells.*,
        places.indicator_code,
        case when cells.measure_unit = 'x 1 000' then 1000 else 1 end as scale,
        case when cells.measure_unit = 'x 1 000' then 50 end as margin
    from cells
    inner join places on cells.cell = places.cell
),

figures as (
    select
        scaled.region_code,
        coalesce(regions.region_vintage, scaled.edition_year) as region_vintage,
        scaled.region_level,
        scaled.indicator_code,
        scaled.edition_year,
        'year' as period_type,
        scaled.figures_year::varchar as period,
        make_date(scaled.figures_year, 1, 1) as period_start_date,
        make_date(scaled.figures_year, 12, 31) as period_end_date,
        true as is_complete_period,
        round(scaled.value * scaled.scale, 3)::double as value,
        (case
            when scaled.value * scaled.scale < scaled.margin then 0
            else scaled.value * scaled.scale - scaled.margin
        end)::double as lower_bound,
        (scaled.value * scaled.scale + scaled.margin)::double as upper_bound,
        scaled.status,
        case
            when scaled.value is not null or scaled.value_attribute is null then null
            when scaled.value_attribute = 'Impossible' then 'impossible'
            when scaled.value_attribute = 'Confidential' then 'secret'
            else 'unknown'
        end as missing_reason,
        scaled.feed,
        scaled.delivery_id
    from scaled
    left join regions on scaled.region_code = regions.region_code
)

select * from figures
