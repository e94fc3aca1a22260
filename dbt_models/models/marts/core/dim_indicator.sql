{{ config(materialized='table') }}

with indicators as (select * from {{ ref('int_indicators__dictionary') }}),

themes as (select * from {{ ref('themes') }}),

kpis as (select * from {{ ref('kpis') }})

select
    {{ declared_columns('indicators', {
        'theme_label_nl': 'themes.label_nl',
        'theme_label_en': 'themes.label_en',
        'theme_order': 'themes.theme_order',
        'kpi_order': 'kpis.kpi_order',
    }) }}
from indicators
left join themes on indicators.theme_code = themes.theme_code
left join kpis on indicators.indicator_code = kpis.indicator_code
