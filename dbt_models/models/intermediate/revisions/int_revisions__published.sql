{# Read by the nowcasts as well. #}
{{ config(access='protected') }}

with published as (select * from {{ ref('stg_maandvers__published_figures') }}),

shown as (select * from {{ ref('int_revisions__shown') }})

-- A figure on other borders, or by another definition, is another figure.
select
    shown.region_code,
    shown.indicator_code,
    shown.period,
    published.value,
    published.status,
    published.is_complete_period,
    published.published_on,
    published.release_number
from published
inner join shown
    on
        published.region_code = shown.region_code
        and published.indicator_code = shown.indicator_code
        and published.period = shown.period
        and published.definition = shown.definition
where
    published.region_vintage = shown.region_vintage
    or published.region_vintage >= shown.borders_since
    or shown.borders_since is null
