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
    ((unix_micros({{ to_moment }}) - unix_micros({{ from_moment }})) / 86400000000.0)
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
    unnest(generate_series({{ first_month }}, {{ last_month }}, interval '1' month))
{%- endmacro %}

{% macro spark__months_from_to(first_month, last_month) -%}
    explode(sequence({{ first_month }}, {{ last_month }}, interval '1' month))
{%- endmacro %}

{% macro days_from_to(first_day, last_day) -%}
    {{ adapter.dispatch('days_from_to')(first_day, last_day) }}
{%- endmacro %}

{% macro default__days_from_to(first_day, last_day) -%}
    unnest(generate_series({{ first_day }}, {{ last_day }}, interval '1' day))
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
