{#
    Tables and views of DuckDB, each replaced in a single statement. dbt creates one under another name, renames it and
    drops the old one, which takes a third more CPU time per model.
#}
{% materialization view, adapter='duckdb' -%}
    {%- do drop_unless(load_cached_relation(this), 'view') -%}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- call statement('main') -%}
        {%- if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(sql) }}
        {%- endif %}
        create or replace view {{ target_relation }} as (
            {{ sql }}
        )
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- set language = model['language'] -%}
    {%- do drop_unless(load_cached_relation(this), 'table') -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- call statement('main', language=language) -%}
        {%- if language == 'sql' -%}
            create or replace table {{ target_relation }} as (
                {{ compiled_code }}
            )
        {%- else -%}
            {{- python_table(target_relation, compiled_code) }}
        {%- endif -%}
    {%- endcall -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [target_relation]}) }}
{%- endmaterialization %}

{#
    The script of a Python model. It replaces the table only after the model read it, so a model can take over rows of the
    build before it.
#}
{% macro python_table(relation, compiled_code) -%}
{{ compiled_code }}

def materialize(rows, connection):
    connection.register('made_by_python', rows)
    connection.execute('create or replace table {{ relation }} as select * from made_by_python')
    connection.unregister('made_by_python')
{% endmacro %}

{% macro drop_unless(relation, type) -%}
    {%- if relation is not none and relation.type != type -%}
        {%- do adapter.drop_relation(relation) -%}
    {%- endif -%}
{%- endmacro %}
