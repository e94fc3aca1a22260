{{ config(materialized='table') }}

{# Every file in seeds/indicators: a theme each. #}
{% set themes = [
    'population',
    'households',
    'housing',
    'energy',
    'education_work',
    'income',
    'benefits',
    'care',
    'business',
    'mobility',
    'proximity',
    'land_use',
    'public_space',
    'safety',
    'health',
    'education',
    'early_childhood',
    'sport',
    'vacancy',
    'finance',
    'organisation',
    'poverty',
] %}

with written as (
    {% for theme in themes %}
    select
        '{{ theme }}' as theme_code,
        *
    from {{ ref(theme) }}
    {% if not loop.last %} union all {% endif %}
    {% endfor %}
),

units as (select * from {{ ref('units') }}),

-- Which feed an indicator is made from, and how far off its rounding is, follows from the contracts.
feeds as ({{ feeds_of_indicators() }}),

search_words as (
    select
        written.indicator_code,
        {{ joined_texts('search_words.search_word', ' ', 'search_words.search_word') }} as search_words_nl
    from written
    inner join {{ ref('search_words') }} as search_words
        on written.indicator_code like search_words.indicator_pattern
    group by written.indicator_code
),

persons as (select * from {{ ref('counts_of_persons') }} where contributors is null)

-- A ratio is of its numerator's feed.
select
    written.theme_code,
    written.indicator_code,
    written.label_nl,
    coalesce(written.short_label_nl, written.label_nl) as short_label_nl,
    written.label_en,
    written.definition_nl,
    written.unit,
    written.noun_nl,
    written.decimals,
    written.direction,
    written.numerator,
    written.denominator,
    written.factor,
    written.aggregation,
    written.weight,
    written.reference_moment,
    written.finest_level,
    units.unit_nl,
    feeds.source_feed,
    case when written.numerator is null then feeds.rounding end::integer as rounding,
    feeds.rounding_in,
    feeds.series_break_date,
    persons.indicator_code is not null as is_count_of_persons,
    search_words.search_words_nl
from written
left join units on written.unit = units.unit
left join feeds on coalesce(written.numerator, written.indicator_code) = feeds.indicator_code
left join persons on written.indicator_code = persons.indicator_code
left join search_words on written.indicator_code = search_words.indicator_code
