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

{# The dictionary rows that feeds fill: what a wide relation is unpivoted to. #}
{% macro delivered_indicators(feeds) -%}
    select
        indicator_code,
        source_feed,
        reference_moment,
        unit
    from {{ ref('int_indicators__dictionary') }}
    where source_feed in ('{{ feeds | join("', '") }}') and numerator is null
{%- endmacro %}

{# The columns of figures from a wide relation that is joined to `delivered_indicators` under the name `delivered`. #}
{% macro unpivoted_figures(relation, indicators, changed={}, by_contract=[]) -%}
    {{ figure_columns(relation, dict({
        'indicator_code': 'delivered.indicator_code',
        'edition_year': 'null::integer',
        'value': '(' ~ indicator_case(indicators, relation, by_contract) ~ ')::double',
        'lower_bound': 'null::double',
        'upper_bound': 'null::double',
        'status': 'null::varchar',
        'missing_reason': 'null::varchar',
        'feed': 'delivered.source_feed',
    }, **changed)) }}
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

{# The period of a figure of a calendar year, and of a month between the dates of a relation, as `changed` columns. #}
{% macro in_year(year) -%}
    {{ return({
        'period_type': "'year'",
        'period': year ~ '::varchar',
        'period_start_date': 'make_date(' ~ year ~ ', 1, 1)',
        'period_end_date': 'make_date(' ~ year ~ ', 12, 31)',
        'is_complete_period': 'true',
    }) }}
{%- endmacro %}

{% macro in_month(relation) -%}
    {{ return({
        'period_type': "'month'",
        'period': 'year(' ~ relation ~ ".month_start_date)::varchar || '-' || lpad(month(" ~ relation
            ~ ".month_start_date)::varchar, 2, '0')",
        'period_start_date': relation ~ '.month_start_date',
        'period_end_date': relation ~ '.month_end_date',
        'is_complete_period': relation ~ '.is_complete_month',
    }) }}
{%- endmacro %}
