{# dbt_utils' test, and stricter: the columns of a key are filled. Without arguments the key of a theme mart. #}
{% test unique_combination_of_columns(model, combination_of_columns=['region_code', 'period']) %}

select
    {{ combination_of_columns | join(', ') }},
    count(*) as row_count
from {{ model }}
group by {{ combination_of_columns | join(', ') }}
having count(*) > 1 {% for column in combination_of_columns %} or {{ column }} is null {% endfor %}

{% endtest %}
