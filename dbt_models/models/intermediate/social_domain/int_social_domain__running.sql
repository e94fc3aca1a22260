{{ config(materialized='table') }}

with allocations as (select * from {{ ref('stg_social_domain__allocations') }}),

months as (select * from {{ ref('int_social_domain__months') }}),

categories as (select * from {{ ref('care_product_categories') }}),

parts as (select * from {{ ref('int_regions__parts') }})

-- An allocation runs from its first day to its last one, both included. A place that is no neighbourhood of today
-- still belongs to the municipality.
select
    months.month_start_date,
    allocations.allocation_number,
    allocations.client_key,
    allocations.law,
    categories.care_form,
    case
        when allocations.neighbourhood_code in (select neighbourhood_code from parts)
            then allocations.neighbourhood_code
        else 'unknown'
    end as place_code,
    year(months.month_start_date) - allocations.birth_year < 23 as is_under_23,
    allocations.start_date between months.month_start_date and months.month_end_date as is_started,
    coalesce(
        allocations.end_date between months.month_start_date and months.month_end_date
        and allocations.end_date <= months.extracted_on,
        false
    ) as is_ended,
    {{ days_between('allocations.awarded_date', 'allocations.start_date') }} as waiting_days,
    {{ days_between('allocations.start_date', 'allocations.end_date') }} + 1 as duration_days,
    allocations.cost_eur_per_month
    * (
        {{ days_between(
            'greatest(allocations.start_date, months.month_start_date)',
            'least(coalesce(allocations.end_date, months.month_end_date), months.month_end_date)'
        ) }} + 1
    ) / day(months.month_end_date) as cost_eur
from allocations
inner join months
    on
        allocations.start_date <= least(months.month_end_date, months.extracted_on)
        and coalesce(allocations.end_date, months.month_end_date) >= months.month_start_date
left join categories
    on
        allocations.law = categories.law
        and allocations.product_category_code = categories.product_category_code
