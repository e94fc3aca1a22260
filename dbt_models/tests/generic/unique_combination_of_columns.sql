{# dbt_utils' test, and stricter: the columns of a key are filled. #}
{% test unique_combination_of_columns(model, combination_of_columns) %}

select
    {{ combination_of_columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1 {% for column in combination_of_columns %} or {{ column }} is null {% endfor %}

{% endtest %}
