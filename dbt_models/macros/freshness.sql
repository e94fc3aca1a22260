{#
    `dbt source freshness` by the limit of the audit, which dbt cannot count itself: its limits are days, ours are months.
    A source is fresh until the end, in local time, of the last day on which its feed may be shown; dbt is told when that
    day began, and gives it one day. What is withheld, or was never received, has no such day.
#}
{% macro duckdb__collect_freshness(source, loaded_at_field, filter) %}
    {% call statement('collect_freshness', fetch_result=True, auto_begin=False) %}
        select
            max({{ a_day_before_the_end_of(loaded_at_field) }}) as max_loaded_at,
            {{ current_timestamp() }} as snapshotted_at
        from raw_maandvers.freshness
        where list_contains(raw_tables, '{{ source.schema }}.{{ source.identifier }}') and not is_withheld
    {% endcall %}
    {{ return(load_result('collect_freshness')) }}
{% endmacro %}

{# Not its midnight before: two days in a year have another number of hours than dbt gives them. #}
{% macro a_day_before_the_end_of(date_column) -%}
    ((({{ date_column }} + 1)::timestamp at time zone 'Europe/Amsterdam') - interval 24 hour)
{%- endmacro %}
