{#
    The relation of figures: one row per region, indicator and period. Its columns are declared here once, and a model
    declares in `indicators` which indicators it makes: {feed: {indicator_code: expression over one relation}}. An
    expression is SQL, or {value: SQL, columns: [...]} where the contract's columns it is made from have other names.
    A feed in `by_contract` delivers an indicator in each column of its contract that is named after one.
    Structure is written here; no figure is decided.
#}

{% macro figure_column_names() -%}
    {{ return([
        'region_code', 'region_vintage', 'region_level', 'indicator_code', 'edition_year', 'period_type', 'period',
        'period_start_date', 'period_end_date', 'is_complete_period', 'value', 'lower_bound', 'upper_bound', 'status',
        'missing_reason', 'feed', 'delivery_id',
    ]) }}
{%- endmacro %}

{# The columns of figures read from a relation, each as it is or as `changed` says. #}
{% macro figure_columns(relation, changed={}) -%}
    {%- for name in figure_column_names() -%}
        {%- if name in changed -%}
            {{ changed[name] }} as {{ name }}
        {%- else -%}
            {{ relation }}.{{ name }}
        {%- endif -%}
        {{- ',\n        ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{#
    The last select of a model of figures: every row of a relation, once for each indicator that its feeds fill, of which
    the dictionary row is named `delivered`. `changed` says where a column comes from that is neither empty nor taken
    from the relation under its own name; `region_vintage` is set only where the supplier says of which year its borders
    are. Text after the call may join more, and choose with `where`. The
    model is protected instead of private to its theme: int_indicators__unioned reads it.
#}
{% macro figures_of(relation, indicators={}, changed={}, by_contract=[]) -%}
{{- config(access='protected', meta={'indicators': indicators, 'by_contract': by_contract}) -}}
{%- set value = changed.value or indicator_case(indicators, relation, by_contract) -%}
select
        {{ figure_columns(relation, dict({
            'region_vintage': 'null::integer',
            'indicator_code': 'delivered.indicator_code',
            'edition_year': 'null::integer',
            'lower_bound': 'null::double',
            'upper_bound': 'null::double',
            'status': 'null::string',
            'missing_reason': 'null::string',
            'feed': 'delivered.source_feed',
        }, **dict(changed, value='(' ~ value ~ ')::double'))) }}
from {{ relation }}
cross join ({{ indicators_of(indicators | list + by_contract) }}) as delivered
{%- endmacro %}

{# The dictionary rows that feeds fill. #}
{% macro indicators_of(feeds) -%}
    select
        indicator_code,
        source_feed,
        reference_moment,
        unit
    from {{ ref('int_indicators__dictionary') }}
    where source_feed in ({{ quoted(feeds) }}) and numerator is null
{%- endmacro %}

{# Of each indicator that a row of `delivered` names: its expression, or the column of the contract. #}
{% macro indicator_case(indicators, relation=none, by_contract=[]) -%}
    case delivered.indicator_code
        {%- for feed in by_contract %}{% for column in contract_columns(feed) %}
            when '{{ column.name }}' then {{ relation }}.{{ column.name }}
        {%- endfor %}{% endfor %}
        {%- for expressions in indicators.values() %}{% for code, made in expressions.items() %}
            when '{{ code }}' then {{ made.value if made is mapping else made }}
        {%- endfor %}{% endfor %}
        end
{%- endmacro %}

{# `changed` columns with the period of a figure: a calendar year; a month with its first and last day in columns; the
   month of a register's reference date, which is complete when the date is its last day. #}
{% macro in_year(year) -%}
    {{ return({
        'period_type': "'year'",
        'period': year ~ '::string',
        'period_start_date': 'make_date(' ~ year ~ ', 1, 1)',
        'period_end_date': 'make_date(' ~ year ~ ', 12, 31)',
        'is_complete_period': 'true',
    }) }}
{%- endmacro %}

{% macro in_month() -%}
    {{ return({
        'period_type': "'month'",
        'period': month_name('month_start_date'),
        'period_start_date': 'month_start_date',
        'period_end_date': 'month_end_date',
        'is_complete_period': 'is_complete_month',
    }) }}
{%- endmacro %}

{% macro in_month_of(reference_date) -%}
    {{ return({
        'period_type': "'month'",
        'period': month_name(reference_date),
        'period_start_date': "date_trunc('month', " ~ reference_date ~ ')::date',
        'period_end_date': 'last_day(' ~ reference_date ~ ')',
        'is_complete_period': reference_date ~ ' = last_day(' ~ reference_date ~ ')',
    }) }}
{%- endmacro %}

{# The month of a date as periods are named: 2026-10. #}
{% macro month_name(date_column) -%}
    year({{ date_column }})::string || '-' || lpad(month({{ date_column }})::string, 2, '0')
{%- endmacro %}
