with unioned as (select * from {{ ref('int_indicators__unioned') }}),

across_regions as (select * from {{ ref('int_suppression__across_regions') }})

select
    {{ figure_columns('unioned', {
        'value': 'case when across_regions.region_code is null then unioned.value end',
        'lower_bound': 'case when across_regions.region_code is null then unioned.lower_bound end',
        'upper_bound': 'case when across_regions.region_code is null then unioned.upper_bound end',
        'missing_reason': "case when across_regions.region_code is null then unioned.missing_reason else 'suppressed' end",
    }) }}
from unioned
left join across_regions
    on
        unioned.region_code = across_regions.region_code
        and unioned.indicator_code = across_regions.indicator_code
        and unioned.period = across_regions.period
