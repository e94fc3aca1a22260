{#
    `dbt source freshness` by the limit of the audit: calendar months, which dbt cannot count, as its limits are days.
    A source is fresh until the end, in local time, of the last day on which its feed may be shown; so dbt is given the
    moment at which that day began, and allows one day. A feed that is withheld, or was never received, has no such day.
#}
{% macro loaded_at(source) -%}
    select max({{ a_day_before_the_end_of('fresh_until') }})
    from raw_maandvers.freshness
    where array_contains(raw_tables, '{{ source.schema }}.{{ source.identifier }}') and not is_withheld
{%- endmacro %}

{# Not the midnight before: two days in a year have another number of hours than dbt allows them. #}
{% macro a_day_before_the_end_of(date_column) -%}
    ((({{ date_column }} + 1)::timestamp at time zone 'Europe/Amsterdam') - interval 24 hour)
{%- endmacro %}
