{# Rows of a feed whose neighbourhood is unknown for a reason; see the macro placed_in_neighbourhoods. #}
{% test places_are_known(model, feed, reason) %}

{%- set remedies = {
    'no place': 'ask {owner} for the places of these rows',
    'unknown code': 'ask {owner} for codes of CBS of the newest year',
    'unknown postcode': 'add the postcodes to seeds/postcode_neighbourhoods.csv, from the table of CBS',
    'outside the outlines': 'nothing, if they lie outside the municipality; otherwise ask {owner} to correct them',
    'no outlines of that date': 'use pdok.borders, and keep its outlines of the years of these rows',
} -%}
{{ config(severity='warn', meta={'feed': feed, 'do': remedies[reason]}) }}

select *
from {{ model }}
where place_unknown_reason = '{{ reason }}'

{% endtest %}
