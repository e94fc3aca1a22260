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
        null::varchar as column_name,
        null::integer as first_edition,
        null::integer as last_edition
    where false
    {% endif %}
{%- endmacro %}

{# The mart as its YAML declares it; a unit test, which does not see it, overrides this macro. #}
{% macro yaml_of_the_mart() -%}
    {{ return(model) }}
{%- endmacro %}
