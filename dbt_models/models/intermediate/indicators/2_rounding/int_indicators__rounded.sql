with regions as (select * from {{ ref('int_regions__vintages') }}),

-- Other municipalities are compared with in int_municipalities__figures.
unioned as (
    select *
    from {{ ref('int_indicators__unioned') }} as every_figure
    where not {{ is_elsewhere('every_figure') }}
),

dictionary as (select * from {{ ref('int_indicators__dictionary') }}),

rules as (select * from {{ ref('counts_of_persons') }}),

counts as (select * from {{ ref('int_counts__of_persons') }}),

rounded as (select * from {{ ref('int_counts__rounded') }}),

-- A count of persons, or an amount, duration or hours beside the number of persons that it is of.
of_persons as (
    select
        unioned.region_code,
        unioned.indicator_code,
        unioned.period,
        rules.contributors is null as is_count,
        dictionary.aggregation = 'sum' as is_sum,
        {{ mean_per_contributor(
            "unioned.value * case when dictionary.aggregation = 'sum' then 1 else counts.persons_count end",
            'counts.persons_count'
        ) }} as mean_per_person,
        case when counts.is_published then rounded.shown_count else counts.persons_count - counts.persons_count % 5 end
            as shown_count,
        rounded.lower_count,
        rounded.upper_count,
        rules.contributors is not null or counts.is_published as is_published
    from unioned
    inner join rules on unioned.indicator_code = rules.indicator_code
    inner join dictionary on unioned.indicator_code = dictionary.indicator_code
    left join counts
        on
            coalesce(rules.contributors, rules.indicator_code) = counts.indicator_code
            and unioned.region_code = counts.region_code
            and unioned.period = counts.period
    left join rounded
        on
            counts.indicator_code = rounded.indicator_code
            and counts.region_code = rounded.region_code
            and counts.period = rounded.period
),

published as (
    select
        region_code,
        indicator_code,
        period,
        case
            when is_count then shown_count
            when shown_count >= {{ fewest_persons() }} and is_sum then mean_per_person * shown_count
            when shown_count >= {{ fewest_persons() }} then mean_per_person
        end as value,
        case
            when is_count then lower_count
            when shown_count >= {{ fewest_persons() }} and is_sum then mean_per_person * lower_count
        end as lower_bound,
        case
            when is_count then upper_count
            when shown_count >= {{ fewest_persons() }} and is_sum then mean_per_person * upper_count
        end as upper_bound,
        is_published
    from of_persons
)

select
    {{ figure_columns('unioned', {
        'value': 'case when published.region_code is null then unioned.value else published.value end',
        'lower_bound': 'case when published.region_code is null then unioned.lower_bound else published.lower_bound end',
        'upper_bound': 'case when published.region_code is null then unioned.upper_bound else published.upper_bound end',
        'missing_reason': "case
        when published.region_code is not null and published.value is null then 'suppressed'
        else unioned.missing_reason
    end",
    }) }}
from unioned
left join published
    on
        unioned.region_code = published.region_code
        and unioned.indicator_code = published.indicator_code
        and unioned.period = published.period
where coalesce(published.is_published, true)
