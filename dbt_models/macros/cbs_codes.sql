{# What CBS's codes of regions and periods say: GM0867 is a municipality, 2026MM09, 2026KW03 and 2026JJ00 are periods. #}

{# The land is NL00 in one table and NL01 in another; here it is always NL00. #}
{% macro region_code(code) -%}
    case when {{ code }} = 'NL01' then 'NL00' else {{ code }} end
{%- endmacro %}

{% macro region_level(code) -%}
    case substr({{ code }}, 1, 2)
        when 'NL' then 'country'
        when 'GM' then 'municipality'
        when 'WK' then 'district'
        when 'BU' then 'neighbourhood'
    end
{%- endmacro %}

{% macro cbs_period_type(code) -%}
    case substr({{ code }}, 5, 2)
        when 'JJ' then 'year'
        when 'HJ' then 'half-year'
        when 'KW' then 'quarter'
        when 'MM' then 'month'
    end
{%- endmacro %}

{% macro cbs_period(code) -%}
    case substr({{ code }}, 5, 2)
        when 'JJ' then substr({{ code }}, 1, 4)
        when 'KW' then substr({{ code }}, 1, 4) || '-Q' || substr({{ code }}, 8, 1)
        when 'MM' then substr({{ code }}, 1, 4) || '-' || substr({{ code }}, 7, 2)
    end
{%- endmacro %}

{% macro cbs_period_start_date(code) -%}
    case substr({{ code }}, 5, 2)
        when 'JJ' then make_date(substr({{ code }}, 1, 4)::integer, 1, 1)
        when 'KW' then make_date(substr({{ code }}, 1, 4)::integer, 3 * substr({{ code }}, 7, 2)::integer - 2, 1)
        when 'MM' then make_date(substr({{ code }}, 1, 4)::integer, substr({{ code }}, 7, 2)::integer, 1)
    end
{%- endmacro %}

{% macro cbs_period_end_date(code) -%}
    case substr({{ code }}, 5, 2)
        when 'JJ' then make_date(substr({{ code }}, 1, 4)::integer, 12, 31)
        when 'KW' then last_day(make_date(substr({{ code }}, 1, 4)::integer, 3 * substr({{ code }}, 7, 2)::integer, 1))
        when 'MM' then last_day(make_date(substr({{ code }}, 1, 4)::integer, substr({{ code }}, 7, 2)::integer, 1))
    end
{%- endmacro %}

{# OData v3 says it in the list of periods only, with an asterisk: 2026*. #}
{% macro cbs_period_status(title) -%}
    case when {{ title }} like '%*%' then 'provisional' when {{ title }} is not null then 'definitive' end
{%- endmacro %}

{# Type, name, dates and status of a period, from its code and its title. #}
{% macro cbs_period_columns() -%}
    {{ cbs_period_type('period_code') }} as period_type,
    {{ cbs_period('period_code') }} as period,
    {{ cbs_period_start_date('period_code') }} as period_start_date,
    {{ cbs_period_end_date('period_code') }} as period_end_date,
    {{ cbs_period_status('period_name') }} as status
{%- endmacro %}

{# OData v4 has a column for it. #}
{% macro cbs_status(period_status) -%}
    case {{ period_status }}
        when 'Definitief' then 'definitive'
        when 'Voorlopig' then 'provisional'
        when 'NaderVoorlopig' then 'provisional'
    end
{%- endmacro %}
