{# Declarations in YAML, read so that SQL need not repeat them. #}

{# From which edition to which a supplier publishes a column; only columns that began or stopped. #}
{% macro editions_of_columns(source_name, table_name) -%}
    {% set found = namespace(count=0) %}
    {% if execute %}
        {% for source in graph.get('sources', {}).values()
            if source.source_name == source_name and source.name == table_name %}
            {% for column in source.columns.values()
                if column.meta.first_edition or column.meta.last_edition %}
    {% if found.count %} union all {% endif %}
    select
        '{{ column.name }}' as column_name,
        {{ column.meta.first_edition or 'null' }}::integer as first_edition,
        {{ column.meta.last_edition or 'null' }}::integer as last_edition
                {% set found.count = found.count + 1 %}
            {% endfor %}
        {% endfor %}
    {% endif %}
    {% if not found.count %}
    select
        null::string as column_name,
        null::integer as first_edition,
        null::integer as last_edition
    where false
    {% endif %}
{%- endmacro %}

{# The columns with numbers in the table of a feed that bears its name; none while dbt parses. #}
{% macro contract_columns(feed) -%}
    {%- set supplier, table = feed.split('.') -%}
    {%- set found = [] -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() if source.source_name == 'raw_' ~ supplier and source.name == table -%}
            {%- for column in source.columns.values() if column.data_type in ('integer', 'bigint', 'double') -%}
                {%- do found.append(column) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{# The same by name; a column that a later edition has in parts is their sum there. #}
{% macro contract_column_names(feed) -%}
    {%- for column in contract_columns(feed) -%}
        {%- if column.meta.parts -%}
            coalesce({{ column.name }}, {{ column.meta.parts | join(' + ') }}) as {{ column.name }}
        {%- else -%}
            {{ column.name }}
        {%- endif -%}
        {{ ',\n    ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{# First day on which the supplier of a feed counts in another way, as SQL; null if none is known. #}
{% macro series_break(feed) -%}
    {%- set supplier, table = feed.split('.') -%}
    {%- for source in graph.sources.values() if source.source_name == 'raw_' ~ supplier and source.name == table -%}
        {%- set day = source.meta.delivery.series_break -%}
        {{ return("date '" ~ day ~ "'" if day else 'null::date') }}
    {%- endfor -%}
    {{ return('null::date') }}
{%- endmacro %}

{#
    Feed, rounding and series break of everything that models declare to make of a feed (see figures.sql). A figure made
    from several rounded columns is off by as much as all of them together.
#}
{% macro feeds_of_indicators() -%}
    {%- set rows = [] -%}
    {%- for model in (graph.nodes.values() if execute else []) if model.resource_type == 'model' -%}
        {%- for feed in model.config.meta.by_contract or [] -%}
            {%- for column in contract_columns(feed) -%}
                {%- set others = [] -%}
                {%- for place, step in (column.meta.rounding_in or {}).items() -%}{%- do others.append(place ~ ':' ~ step) -%}{%- endfor -%}
                {%- do rows.append((column.name, feed, column.meta.rounding, others | join(' '))) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for feed, expressions in (model.config.meta.indicators or {}).items() -%}
            {%- set steps = {} -%}
            {%- for column in contract_columns(feed) -%}{%- do steps.update({column.name: column.meta.rounding or 0}) -%}{%- endfor -%}
            {%- for code, made in expressions.items() -%}
                {%- set columns = made.columns if made is mapping else modules.re.findall('[a-z_0-9]+', made) -%}
                {%- set rounding = namespace(step=0) -%}
                {%- for column in columns -%}{%- set rounding.step = rounding.step + steps.get(column, 0) -%}{%- endfor -%}
                {%- do rows.append((code, feed, rounding.step or none, '')) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    select *
    from (values
        {%- for code, feed, rounding, rounding_in in rows %}
        ('{{ code }}', '{{ feed }}', {{ rounding or 'null' }}, '{{ rounding_in }}', {{ series_break(feed) }}){{ ',' if not loop.last }}
        {%- endfor %}
    ) as made (indicator_code, source_feed, rounding, rounding_in, series_break_date)
{%- endmacro %}

{# The step to which a supplier rounds in an edition or at a level of regions, from text such as '2014:50 country:0'. A
   regular expression that differs per row is compiled for each row, which took most of the time of the model. #}
{% macro step_in(place) -%}
    case
                when dictionary.rounding_in <> ''
                    then try_cast(nullif(split_part(
                        split_part(' ' || dictionary.rounding_in, ' ' || {{ place }}::string || ':', 2), ' ', 1
                    ), '') as integer)
            end
{%- endmacro %}

{# The mart as its YAML declares it; a unit test, which does not see it, overrides this macro. #}
{% macro yaml_of_the_mart() -%}
    {{ return(model) }}
{%- endmacro %}
