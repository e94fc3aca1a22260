{# How dbt itself writes things for Spark, where its adapter differs from what the models need. #}

{# Types of contracts and seeds are those of DuckDB; Spark calls two of them otherwise. #}
{% macro spark_type(data_type) -%}
    {{ return({'varchar': 'string', 'timestamptz': 'timestamp'}.get(data_type, data_type)) }}
{%- endmacro %}

{% macro spark__cast(field, type) -%}
    cast({{ field }} as {{ spark_type(type) }})
{%- endmacro %}

{# The driver runs a Python model and replaces its table: dagster_project/warehouse/spark/adapter.py. #}
{% macro py_write_table(compiled_code, target_relation) -%}
{{ compiled_code }}
{%- endmacro %}

{# A seed as literals: dbt-spark writes a text that contains a quote, and an empty cell, as it should not be read. #}
{% macro spark__create_csv_table(model, agate_table) -%}
    {%- set sql -%}
        create table {{ this }} (
        {%- for name in agate_table.column_names %}
            {{ name }} {{ seed_type(model, agate_table, loop.index0) }}{{ ',' if not loop.last }}
        {%- endfor %}
        ) {{ file_format_clause() }}
    {%- endset -%}
    {%- call statement('_') -%}{{ sql }}{%- endcall -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set sql -%}
        insert into {{ this }} values
        {%- for row in agate_table.rows %}
            (
            {%- for cell in row -%}
                {%- set type = seed_type(model, agate_table, loop.index0) -%}
                {%- if cell is none -%} null
                {%- else -%} cast('{{ cell | string | replace('\\', '\\\\') | replace("'", "\\'") }}' as {{ type }})
                {%- endif -%}
                {{ ', ' if not loop.last }}
            {%- endfor -%}
            ){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- if agate_table.rows | length -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endif -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro seed_type(model, agate_table, number) -%}
    {%- set declared = model.config.column_types.get(agate_table.column_names[number]) -%}
    {{ return(spark_type(declared or adapter.convert_type(agate_table, number))) }}
{%- endmacro %}
