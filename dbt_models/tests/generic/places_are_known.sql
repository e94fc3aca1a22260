{# Rows of a feed whose neighbourhood is unknown for a reason; a model that is not placed yet names its raw table and date. #}
{% test places_are_known(model, feed, reason, raw_table=none, on_date=none) %}

{%- set remedies = {
    'no place': 'ask {owner} for the places of these rows',
    'unknown code': 'ask {owner} for codes of CBS of the newest year',
    'unknown postcode': 'add the postcodes to seeds/postcode_neighbourhoods.csv, from the table of CBS',
    'outside the outlines': 'nothing, if they lie outside the municipality; otherwise ask {owner} to correct them',
    'no outlines of that date': 'use pdok.borders, and keep its outlines of the years of these rows',
} -%}
{{ config(severity='warn', meta={'feed': feed, 'do': remedies[reason]}) }}

with delivered_rows as (select * from {{ model }}),

placed_rows as (
    {% if raw_table %}{{ placed_in_neighbourhoods(raw_table[0], raw_table[1], 'delivered_rows', on_date) }}
    {% else %}select * from delivered_rows{% endif %}
)

select *
from placed_rows
where place_unknown_reason = '{{ reason }}'

{% endtest %}
