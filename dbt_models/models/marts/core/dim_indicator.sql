{{ config(materialized='table') }}

with indicators as (select * from {{ ref('int_indicators__dictionary') }}),

themes as (select * from {{ ref('themes') }})

select
    {{ declared_columns('indicators', {
        'theme_label_nl': 'themes.label_nl',
        'theme_label_en': 'themes.label_en',
        'theme_order': 'themes.theme_order',
    }) }}
from indicators
left join themes on indicators.theme_code = themes.theme_code
