with proximity as (select * from {{ ref('stg_cbs__proximity') }})

{{ figures_of(
    'proximity',
    changed=dict(in_year('edition_year'), region_vintage='edition_year', edition_year='edition_year'),
    by_contract=['cbs.proximity']
) }}
