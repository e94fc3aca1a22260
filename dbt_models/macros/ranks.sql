{#
Places with their bands of chance: CTEs that end with ``ranked``, which has a row for each ``of`` in each group ``within``
of a relation with ``value``, ``direction`` and both bounds of the noise. One is surely better than another if its worst is
better than the best of the other; of neutral indicators the largest stands first.
#}
{% macro ranked_with_bands(relation, within, of) -%}
    {%- set group = within | join(', ') -%}
    directed as (
        select
            {{ group }},
            {{ of }},
            case when direction = 'lower_is_better' then -value else value end as merit,
            case when direction = 'lower_is_better' then -noise_upper else noise_lower end as at_worst,
            case when direction = 'lower_is_better' then -noise_lower else noise_upper end as at_best
        from {{ relation }}
    ),

    ends as (
        select
            *,
            at_worst as place,
            1 as is_worst_end
        from directed
        union all
        select
            *,
            at_best as place,
            0 as is_worst_end
        from directed
    ),

    passed as (
        select
            *,
            sum(is_worst_end) over (
                partition by {{ group }}
                order by place desc, is_worst_end
                rows between unbounded preceding and current row
            ) as worst_ends_above,
            sum(1 - is_worst_end) over (
                partition by {{ group }}
                order by place, is_worst_end desc
                rows between unbounded preceding and current row
            ) as best_ends_below
        from ends
    ),

    bands as (
        select
            {{ group }},
            {{ of }},
            max(merit) as merit,
            1 + max(case when is_worst_end = 0 then worst_ends_above end) as first_rank,
            max(case when is_worst_end = 1 then best_ends_below end) as surely_worse_count
        from passed
        group by {{ group }}, {{ of }}
    ),

    ranked as (
        select
            {{ group }},
            {{ of }},
            (rank() over (partition by {{ group }} order by merit desc))::bigint as place,
            first_rank::bigint as first_rank,
            (count(*) over (partition by {{ group }}) - surely_worse_count)::bigint as last_rank,
            count(*) over (partition by {{ group }}) as ranked_count
        from bands
    )
{%- endmacro %}

{#
The noise of a change between two figures, each given by its value and both bounds of its noise: that of both, on the
sides that face each other (Zou and Donner, 2008).
#}
{% macro noise_of_change(now, before) -%}
    {%- set value, lower, upper = now -%}
    {%- set value_before, lower_before, upper_before = before -%}
    case
        when {{ value }} >= {{ value_before }}
            then sqrt(power({{ value }} - {{ lower }}, 2) + power({{ upper_before }} - {{ value_before }}, 2))
        else sqrt(power({{ upper }} - {{ value }}, 2) + power({{ value_before }} - {{ lower_before }}, 2))
    end
{%- endmacro %}
