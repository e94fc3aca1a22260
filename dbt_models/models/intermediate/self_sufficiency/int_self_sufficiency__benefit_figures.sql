with delivered as (select * from {{ ref('stg_cbs__benefits') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

newest as (select * from {{ ref('int_regions__newest') }}),

dictionary as (select * from {{ ref('indicators') }}),

counted_indicators as (
    select indicator_code
    from dictionary
    where source_feed = 'cbs.benefits' and numerator is null
),

-- Of two tables that hold a quarter the newer one tells it.
benefits as (
    select *
    from delivered
    qualify row_number() over (partition by region_code, period order by edition_year desc) = 1
),

-- A count at the end of a quarter: quarters are put beside each other and never added up.
figures as (
    select
        benefits.region_code,
        coalesce(regions.region_vintage, newest.region_vintage, benefits.edition_year) as region_vintage,
        benefits.region_level,
        counted_indicators.indicator_code,
        benefits.edition_year,
        'quarter' as period_type,
        benefits.period,
        benefits.period_start_date,
        benefits.period_end_date,
        true as is_complete_period,
        (case counted_indicators.indicator_code
            when 'welfare_recipients_quarter_count' then benefits.welfare_recipients_count
            when 'disability_benefit_recipients_quarter_count' then benefits.disability_benefit_recipients_count
            when 'unemployment_benefit_recipients_quarter_count' then benefits.unemployment_benefit_recipients_count
            when 'state_pension_recipients_quarter_count' then benefits.state_pension_recipients_count
            when 'population_15_plus_count' then benefits.population_15_plus_count
            when 'population_15_to_pension_age_count' then benefits.population_15_to_pension_age_count
            when 'population_from_pension_age_count' then benefits.population_from_pension_age_count
        end)::double as value,
        null::double as lower_bound,
        null::double as upper_bound,
        case when benefits.is_provisional then 'provisional' else 'definitive' end as status,
        null::varchar as missing_reason,
        'cbs.benefits' as feed,
        benefits.delivery_id
    from benefits
    left join regions
        on benefits.region_code = regions.region_code and benefits.edition_year = regions.region_vintage
    left join newest on benefits.region_code = newest.region_code
    cross join counted_indicators
)

select * from figures
