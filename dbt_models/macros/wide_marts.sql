{#
    Marts with figures side by side, written from their own YAML. Jinja only writes structure here: a column of type double
    or bigint is the indicator of that name, <group>_fresh_until is the clock of the feed <supplier>.<group>, and every
    other column is taken from the region or the period. Read the result in target/compiled/.
#}

{# One row per region and period. #}
{% macro theme_mart() -%}
{%- set declared = yaml_of_the_mart() -%}
{%- set columns = declared.columns.values() | list -%}
{#- Per indicator of another rhythm: the columns that show its current figure beside every period. -#}
{%- set beside = declared.config.meta.beside or {} -%}
{%- set taken = {} -%}
{%- for indicator, shown in beside.items() -%}
    {%- for name, field in shown.items() %}{% do taken.update({name: indicator ~ '.' ~ field}) %}{% endfor -%}
{%- endfor -%}
{%- set indicators = columns | selectattr('data_type', 'in', ['double', 'bigint']) | map(attribute='name') | reject('in', taken) | list -%}
{%- set clocks = columns | selectattr('config.meta.feeds', 'defined') | list -%}
{%- set names = ['region_name', 'district_code', 'municipality_code'] -%}
{%- set periods = ['region_code', 'region_level', 'period_type', 'period', 'period_start_date', 'period_end_date'] -%}

with figures as (
    select * from {{ ref('int_indicators__final') }}
    where indicator_code in ({{ quoted(indicators + beside | list) }})
),

regions as (select * from {{ ref('int_regions__vintages') }}),

freshness as (select * from {{ ref('stg_maandvers__freshness') }}),

-- Clocks move with every run and figures do not, so they meet only here.
clocked as (
    select
        figures.*,
        own.checked_at,
        own.fresh_until,
        divisor.checked_at as denominator_checked_at,
        divisor.fresh_until as denominator_fresh_until
    from figures
    left join freshness as own on figures.feed = own.feed
    left join freshness as divisor on figures.denominator_feed = divisor.feed
),

wide as (
    select
        {{ periods | join(',\n        ') }},
        -- Figures of one period may come from tables with other borders; a region is one row all the same.
        max(region_vintage) as region_vintage,
        bool_and(is_complete_period) as is_complete_period
        {%- for name in indicators %},
        {{ figure_of(name) }} as {{ name }}
        {%- endfor %}
        {%- for clock in clocks if clock.name not in taken %}
        {%- for kind in ['checked_at', 'released_at', 'fresh_until'] %},
        {{ group_clock(kind, clock.name | replace('fresh_until', ''), clock.config.meta.feeds) }}
        {%- endfor %}
        {%- set vintage = clock.name | replace('fresh_until', 'region_vintage') %}
        {%- if vintage in declared.columns and vintage != 'region_vintage' %},
        max(case when feed in ({{ quoted(clock.config.meta.feeds) }}) then region_vintage end) as {{ vintage }}
        {%- endif %}
        {%- endfor %}
    from clocked
    {%- if beside %}
    where indicator_code not in ({{ quoted(beside) }})
    {%- endif %}
    group by {{ periods | join(', ') }}
),

final as (
    select
        {%- for column in columns %}
        {% if column.name in taken -%}
        {{ taken[column.name] }} as {{ column.name }}
        {%- elif column.name in names -%}
        regions.{{ column.name }}
        {%- elif column.name in ['checked_at', 'released_at', 'fresh_until'] and clocks | length > 1 -%}
        least(
            {%- for clock in clocks %}
            {%- set name = clock.name | replace('fresh_until', column.name) %}
            {{ taken.get(name, 'wide.' ~ name) }}{{ ',' if not loop.last }}
            {%- endfor %}
        ) as {{ column.name }}
        {%- else -%}
        wide.{{ column.name }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from wide
    left join regions on wide.region_code = regions.region_code and wide.region_vintage = regions.region_vintage
    {%- for indicator in beside %}
    left join clocked as {{ indicator }}
        on
            wide.region_code = {{ indicator }}.region_code
            and {{ indicator }}.indicator_code = '{{ indicator }}'
            and {{ indicator }}.is_current
    {%- endfor %}
)

select * from final
{%- endmacro %}

{# The oldest clock of the figures from a group's feed, or divided by figures from it. Further feeds in its list weigh the
   figures; a mart without groups has one clock for all that a row uses. #}
{% macro group_clock(kind, group, feeds) -%}
    {%- set own = [] -%}
    {%- for feed in feeds if group in ('', feed.split('.')[1] ~ '_') %}{% do own.append(feed) %}{% endfor -%}
    {%- set oldest = kind if feeds == own and group else 'least(' ~ kind ~ ', denominator_' ~ kind ~ ')' -%}
    min(
            case
                when feed in ({{ quoted(own) }}) then {{ oldest }}
                {%- if group %}
                when denominator_feed in ({{ quoted(own) }}) then denominator_{{ kind }}
                {%- endif %}
            end
        ) as {{ group }}{{ kind }}
{%- endmacro %}

{% macro figure_of(indicator) -%}
    max(case when indicator_code = '{{ indicator }}' then value end)
{%- endmacro %}

{% macro quoted(names) -%}
    '{{ names | join("', '") }}'
{%- endmacro %}

{# The columns that a mart's YAML declares: each from a relation under its own name, or as `changed` says. #}
{% macro declared_columns(relation, changed={}) -%}
    {%- for name in yaml_of_the_mart().columns -%}
        {{ changed[name] ~ ' as ' ~ name if name in changed else relation ~ '.' ~ name }}
        {{- ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# Every column with a figure of every mart that is no indicator of the dictionary's, as rows: mart, column, what the YAML gives as its unit,
   and the feeds of its clocks. As in the dictionary, a column with clocks of its own is another figure than the indicator of its name. #}
{% macro declared_measures() -%}
    {%- set rows = [] -%}
    {%- for node in (graph.nodes.values() if execute else []) if node.resource_type == 'model' and node.fqn[1] == 'marts' -%}
        {%- set by_indicator = 'of_indicator' if 'indicator_code' in node.columns or 'measure_code' in node.columns else '' -%}
        {%- for column in node.columns.values() if column.data_type in ['double', 'bigint'] and node.name != 'dim_indicator' -%}
            {%- set feeds = [] -%}
            {%- for clock in column.config.meta.clocks or ['row'] -%}
                {%- set limit = node.columns['fresh_until' if clock == 'row' else clock ~ '_fresh_until'] -%}
                {%- for feed in (limit.config.meta.feeds or [] if limit else []) if feed not in feeds %}{% do feeds.append(feed) %}{% endfor -%}
            {%- endfor -%}
            {%- set is_other = 'true' if column.config.meta.clocks else 'false' -%}
            {%- do rows.append("('" ~ node.name ~ "', '" ~ column.name ~ "', " ~ is_other ~ ", '" ~ (column.config.meta.unit or '')
                ~ "', '" ~ by_indicator ~ "', '" ~ feeds | join(', ') ~ "', '" ~ column.description | replace("'", "''") ~ "')") -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ rows | sort | join(',\n') or "('', '', false, '', '', '', '')" }}
{%- endmacro %}
