with with_ratios as (select * from {{ ref('int_indicators__with_ratios') }}),

filled as (
    select
        indicator_code,
        period,
        period_end_date,
        is_complete_period,
        count(value) as figure_count,
        count(case when region_level = 'neighbourhood' then value end) as neighbourhood_figure_count
    from with_ratios
    group by all
)

-- CBS fills an edition theme by theme, so the newest edition is not the current one of every indicator.
-- One edition holds for all levels, so that a neighbourhood is compared with its municipality in the same year:
-- an edition that has no neighbourhood yet gives way to one that has. A month that still runs is never current.
select
    indicator_code,
    period,
    figure_count,
    coalesce(max(case when figure_count > 0 then period_end_date end) over (partition by indicator_code) > period_end_date, false)
        as is_followed,
    row_number() over (
        partition by indicator_code
        order by
            case when figure_count > 0 and is_complete_period then 0 else 1 end,
            case when neighbourhood_figure_count > 0 then 0 else 1 end,
            period_end_date desc
    ) = 1
    and figure_count > 0
    and is_complete_period as is_current
from filled
