select {{ days_from_to("date '2000-01-01'", "date '2050-12-31'") }} as date_day
