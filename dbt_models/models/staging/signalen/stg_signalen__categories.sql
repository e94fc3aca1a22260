with categories as (select * from {{ source('raw_signalen', 'categories') }}),

assignments as (
    select
        category_assignment_id,
        report_id,
        main_category,
        sub_category
    from categories
)

select * from assignments
