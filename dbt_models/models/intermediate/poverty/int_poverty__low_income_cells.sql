with low_income as (select * from {{ ref('stg_cbs__low_income') }}),

downloads as (select * from {{ ref('stg_statline__low_income') }}),

regions as (select * from {{ ref('int_regions__vintages') }}),

served as (
    select
        region_code,
        region_level,
        edition_year,
        figures_year,
        status,
        household_code,
        income_limit_code,
        duration_code,
        measure_code,
        measure_unit,
        value,
        value_attribute,
        'cbs.low_income' as feed,
        delivery_id
    from low_income
),

-- A download tells a region by its name, and by its kind where a province has the same.
named as (
    select
        regions.region_code,
        regions.region_level,
        downloads.*
    from downloads
    inner join regions
        on
            regexp_replace(downloads.region_name, ' \(gemeente\)$', '') = regions.region_name
            and regions.region_level in ('country', 'municipality')
            and regions.is_newest_vintage
),

measures as (
    select '1050010_1' as measure_code, 'x 1 000' as measure_unit
    union all
    select '1050001_1', 'x 1 000'
    union all
    select '1016445_1', 'x 1 000'
    union all
    select '1050010_2', '%'
    union all
    select '1050001_2', '%'
    union all
    select '1016445_2', '%'
),

-- In the codes of the table that CBS serves.
downloaded as (
    select
        named.region_code,
        named.region_level,
        null::integer as edition_year,
        named.period_year as figures_year,
        named.status,
        case named.household_kind when 'Particuliere huishoudens' then '1050010' end as household_code,
        case named.income_limit
            when 'Inkomen tot lage-inkomensgrens' then '1050290'
            when 'Inkomen tot 110% sociaal minimum' then 'A043007'
            when 'Inkomen tot 120% sociaal minimum' then 'A043008'
        end as income_limit_code,
        case named.duration
            when 'Ten minste 1 jaar' then 'A028721'
            when 'Vier jaar of langer' then 'A028724'
            when 'Ten minste 4 jaar' then 'A028724'
        end as duration_code,
        measures.measure_code,
        measures.measure_unit,
        case measures.measure_code
            when '1050010_1' then named.household_thousand
            when '1050001_1' then named.person_thousand
            when '1016445_1' then named.child_thousand
            when '1050010_2' then named.household_pct
            when '1050001_2' then named.person_pct
            when '1016445_2' then named.child_pct
        end as value,
        null::string as value_attribute,
        'statline.low_income' as feed,
        named.delivery_id
    from named
    cross join measures
)

-- A download stands in for a region and year that CBS's service does not give: no row of a mart mixes the two.
select * from served
union all
select downloaded.*
from downloaded
left join (select distinct region_code, figures_year from served) as known
    on downloaded.region_code = known.region_code and downloaded.figures_year = known.figures_year
where known.region_code is null
