{# A foreign key of more than one column; rows in which a column is empty refer to nothing. #}
{% test refers_to(model, columns, to, to_columns=none, condition='true') %}

select distinct {{ columns | join(', ') }}
from {{ model }} as referring
where
    {{ condition }}
    {% for column in columns %} and referring.{{ column }} is not null {% endfor %}
    and not exists (
        select 1
        from {{ to }} as referred
        where true
            {% for column in columns %}
            and referred.{{ (to_columns or columns)[loop.index0] }} = referring.{{ column }}
            {% endfor %}
    )

{% endtest %}
