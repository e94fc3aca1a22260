{# dbt_utils' test, and stricter: an expression that is null in a row counts as false. #}
{% test expression_is_true(model, expression) %}

select *
from {{ model }}
where not coalesce({{ expression }}, false)

{% endtest %}
