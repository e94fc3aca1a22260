{# A statement that is true of every row; a row for which it cannot be said counts as false. #}
{% test holds(model, statement) %}

select *
from {{ model }}
where not coalesce({{ statement }}, false)

{% endtest %}
