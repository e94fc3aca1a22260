{# The few expressions in which DuckDB and Spark differ. No figure is decided here: only how an engine writes it. #}

{# A moment as the wall clock shows it in the Netherlands. #}
{% macro local_time(moment) -%}
    {{ adapter.dispatch('local_time')(moment) }}
{%- endmacro %}

{% macro default__local_time(moment) -%}
    timezone('Europe/Amsterdam', {{ moment }})
{%- endmacro %}

{% macro spark__local_time(moment) -%}
    convert_timezone('Europe/Amsterdam', {{ moment }})
{%- endmacro %}

{# Days with their fraction between two moments. #}
{% macro days_between(from_moment, to_moment) -%}
    {{ adapter.dispatch('days_between')(from_moment, to_moment) }}
{%- endmacro %}

{% macro default__days_between(from_moment, to_moment) -%}
    ((epoch({{ to_moment }}) - epoch({{ from_moment }})) / 86400.0)
{%- endmacro %}

{% macro spark__days_between(from_moment, to_moment) -%}
    (({{ epoch_of_duckdb(to_moment) }} - {{ epoch_of_duckdb(from_moment) }}) / 86400e0)
{%- endmacro %}

{# Seconds as DuckDB's epoch() adds them up, from milliseconds and what remains: a fraction of so many has few digits left. #}
{% macro epoch_of_duckdb(moment) -%}
    (unix_millis({{ moment }}::timestamp) / 1e3 + unix_micros({{ moment }}::timestamp) % 1000 / 1e6)
{%- endmacro %}

{# Monday 1 to Sunday 7. #}
{% macro weekday_number(moment) -%}
    {{ adapter.dispatch('weekday_number')(moment) }}
{%- endmacro %}

{% macro default__weekday_number(moment) -%}
    isodow({{ moment }})
{%- endmacro %}

{% macro spark__weekday_number(moment) -%}
    (weekday({{ moment }}) + 1)
{%- endmacro %}

{# A percentile, interpolated between neighbouring values; empty values play no part. #}
{% macro percentile(expression, fraction) -%}
    {{ adapter.dispatch('percentile')(expression, fraction) }}
{%- endmacro %}

{% macro default__percentile(expression, fraction) -%}
    quantile_cont({{ expression }}, {{ fraction }})
{%- endmacro %}

{% macro spark__percentile(expression, fraction) -%}
    percentile({{ expression }}, {{ fraction }})
{%- endmacro %}

{# One row per month from the first to the last, both named by their first day. #}
{% macro months_from_to(first_month, last_month) -%}
    {{ adapter.dispatch('months_from_to')(first_month, last_month) }}
{%- endmacro %}

{% macro default__months_from_to(first_month, last_month) -%}
    unnest(generate_series({{ first_month }}, {{ last_month }}, interval '1' month))::date
{%- endmacro %}

{% macro spark__months_from_to(first_month, last_month) -%}
    explode(sequence({{ first_month }}, {{ last_month }}, interval '1' month))
{%- endmacro %}

{% macro days_from_to(first_day, last_day) -%}
    {{ adapter.dispatch('days_from_to')(first_day, last_day) }}
{%- endmacro %}

{% macro default__days_from_to(first_day, last_day) -%}
    unnest(generate_series({{ first_day }}, {{ last_day }}, interval '1' day))::date
{%- endmacro %}

{% macro spark__days_from_to(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}, interval '1' day))
{%- endmacro %}

{# Whole days from one date to another. #}
{% macro days_apart(from_date, to_date) -%}
    {{ adapter.dispatch('days_apart')(from_date, to_date) }}
{%- endmacro %}

{% macro default__days_apart(from_date, to_date) -%}
    date_diff('day', {{ from_date }}, {{ to_date }})
{%- endmacro %}

{% macro spark__days_apart(from_date, to_date) -%}
    datediff({{ to_date }}, {{ from_date }})
{%- endmacro %}

{# The sum of fractions. Floating point adds up differently in another order, and rows have none: that of employees follows
   from their keys, which every installation makes with a secret of its own. Decimals add up alike in any order. #}
{% macro exact_sum(expression) -%}
    sum(cast({{ expression }} as decimal(38, 12)))::double
{%- endmacro %}

{# One row per number from the first to the last. #}
{% macro numbers_from_to(first, last) -%}
    {{ adapter.dispatch('numbers_from_to')(first, last) }}
{%- endmacro %}

{% macro default__numbers_from_to(first, last) -%}
    unnest(generate_series({{ first }}, {{ last }}))
{%- endmacro %}

{% macro spark__numbers_from_to(first, last) -%}
    explode(sequence({{ first }}, {{ last }}))
{%- endmacro %}

{# One row per item of a list. #}
{% macro items_of(list) -%}
    {{ adapter.dispatch('items_of')(list) }}
{%- endmacro %}

{% macro default__items_of(list) -%}
    unnest({{ list }})
{%- endmacro %}

{% macro spark__items_of(list) -%}
    explode({{ list }})
{%- endmacro %}

{# An item of a list by its place, of which the first is 1. #}
{% macro item_of(list, place) -%}
    {{ adapter.dispatch('item_of')(list, place) }}
{%- endmacro %}

{% macro default__item_of(list, place) -%}
    {{ list }}[{{ place }}]
{%- endmacro %}

{% macro spark__item_of(list, place) -%}
    element_at({{ list }}, {{ place }})
{%- endmacro %}

{% macro length_of_list(list) -%}
    {{ adapter.dispatch('length_of_list')(list) }}
{%- endmacro %}

{% macro default__length_of_list(list) -%}
    len({{ list }})
{%- endmacro %}

{% macro spark__length_of_list(list) -%}
    size({{ list }})
{%- endmacro %}

{# Texts of a group in one, in an order. #}
{% macro joined_texts(expression, separator, order_by) -%}
    {{ adapter.dispatch('joined_texts')(expression, separator, order_by) }}
{%- endmacro %}

{% macro default__joined_texts(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{% macro spark__joined_texts(expression, separator, order_by) -%}
    listagg({{ expression }}, '{{ separator }}') within group (order by {{ order_by }})
{%- endmacro %}

{# The last value of a window that is not empty; the window follows. #}
{% macro last_known(expression) -%}
    {{ adapter.dispatch('last_known')(expression) }}
{%- endmacro %}

{% macro default__last_known(expression) -%}
    last_value({{ expression }} ignore nulls)
{%- endmacro %}

{% macro spark__last_known(expression) -%}
    last_value({{ expression }}) ignore nulls
{%- endmacro %}

{# Whether a pattern is found in a text. #}
{% macro is_match(text, pattern) -%}
    {{ adapter.dispatch('is_match')(text, pattern) }}
{%- endmacro %}

{% macro default__is_match(text, pattern) -%}
    regexp_matches({{ text }}, '{{ pattern }}')
{%- endmacro %}

{% macro spark__is_match(text, pattern) -%}
    regexp_like({{ text }}, '{{ pattern }}')
{%- endmacro %}

{# Rounded to a number of digits that differs per row. #}
{% macro rounded_to(value, digits) -%}
    {{ adapter.dispatch('rounded_to')(value, digits) }}
{%- endmacro %}

{% macro default__rounded_to(value, digits) -%}
    round({{ value }}, {{ digits }})
{%- endmacro %}

{# As DuckDB computes it: by a power of ten with a positive exponent, since a negative one is no exact number. #}
{% macro spark__rounded_to(value, digits) -%}
    case
        when {{ digits }} < 0
            then round(({{ value }}) / power(10, -({{ digits }}))) * power(10, -({{ digits }}))
        else round(({{ value }}) * power(10, {{ digits }})) / power(10, {{ digits }})
    end
{%- endmacro %}

{# The nearest whole number, of two that are as near the even one. #}
{% macro nearest_whole(expression) -%}
    {{ adapter.dispatch('nearest_whole')(expression) }}
{%- endmacro %}

{% macro default__nearest_whole(expression) -%}
    {{ expression }}::bigint
{%- endmacro %}

{# Spark's cast cuts a fraction off. #}
{% macro spark__nearest_whole(expression) -%}
    rint({{ expression }})::bigint
{%- endmacro %}
