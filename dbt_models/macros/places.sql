{# Which neighbourhood something lies in: the one way for every feed, by the columns that its contract calls a place. #}

{#
    The rows of a relation with their place_code, a neighbourhood of ours or 'unknown', and place_unknown_reason. The
    contract of the table says which columns are a code, longitude and latitude, or postcode (`place`); the relation has
    them by those names. The first code that is a neighbourhood counts; then the point, in the outlines of the year of
    `on_date` or of the last year before it; then the postcode, by the seed postcode_neighbourhoods.
#}
{% macro placed_in_neighbourhoods(source_name, table_name, relation, on_date) -%}
{%- set places = places_of(source_name, table_name) -%}
{%- set codes, postcodes = places.code, places.postcode -%}
{%- set has_point = places.longitude and places.latitude -%}
{%- set longitude, latitude = relation ~ '.' ~ places.longitude[0], relation ~ '.' ~ places.latitude[0] -%}
{%- set own = "(select region_code from " ~ ref('int_regions__parts') ~ " where region_level = 'neighbourhood')" -%}
{%- set found = [] -%}
{%- for code in codes %}{% do found.append('by_' ~ code ~ '.region_code') %}{% endfor -%}
{%- if has_point %}{% do found.append('by_point.region_code') %}{% endif -%}
{%- for postcode in postcodes %}{% do found.append('by_' ~ postcode ~ '.region_code') %}{% endfor -%}
select
    {{ relation }}.*,
    coalesce({{ found | join(', ') }}, 'unknown') as place_code,
    case
        when coalesce({{ found | join(', ') }}) is not null then null
        {%- if has_point %}
        when drawn.region_vintage is not null and points_in.region_code is null then 'outside the outlines'
        when {{ longitude }} is not null and {{ latitude }} is not null and drawn.region_vintage is null
            then 'no outlines of that date'
        when points_in.region_code is not null then 'unknown code'
        {%- endif %}
        {%- for postcode in postcodes %}
        when {{ relation }}.{{ postcode }} is not null then 'unknown postcode'
        {%- endfor %}
        {%- for code in codes %}
        when {{ relation }}.{{ code }} is not null then 'unknown code'
        {%- endfor %}
        else 'no place'
    end as place_unknown_reason
from {{ relation }}
{%- for code in codes %}
left join {{ own }} as by_{{ code }} on upper({{ relation }}.{{ code }}) = by_{{ code }}.region_code
{%- endfor %}
{%- for postcode in postcodes %}
left join {{ ref('postcode_neighbourhoods') }} as listed_{{ postcode }}
    on upper(replace({{ relation }}.{{ postcode }}, ' ', '')) = listed_{{ postcode }}.postcode
left join {{ own }} as by_{{ postcode }} on listed_{{ postcode }}.neighbourhood_code = by_{{ postcode }}.region_code
{%- endfor %}
{%- if has_point %}
left join ({{ outlines_of_years(relation, on_date) }}) as drawn
    on
        year({{ relation }}.{{ on_date }}) = drawn.on_year
        and {{ longitude }} is not null
        and {{ latitude }} is not null
left join ({{ points_in_outlines(relation, on_date, places.longitude[0], places.latitude[0]) }}) as points_in
    on
        drawn.region_vintage = points_in.region_vintage
        and {{ longitude }} = points_in.longitude
        and {{ latitude }} = points_in.latitude
left join {{ own }} as by_point on points_in.region_code = by_point.region_code
{%- endif %}
{%- endmacro %}

{# Of each year in a relation: the outlines of that year, or the last before it. #}
{% macro outlines_of_years(relation, on_date) -%}
    select
        year({{ relation }}.{{ on_date }}) as on_year,
        max(sides.region_vintage) as region_vintage
    from {{ relation }}
    inner join (select distinct region_vintage from {{ ref('int_regions__sides') }}) as sides
        on year({{ relation }}.{{ on_date }}) >= sides.region_vintage
    group by year({{ relation }}.{{ on_date }})
{%- endmacro %}

{# A point lies in an outline if a line from it to the east crosses an odd number of sides. #}
{% macro points_in_outlines(relation, on_date, longitude, latitude) -%}
    select
        longitude,
        latitude,
        region_vintage,
        min(region_code) as region_code
    from (
        select
            points.longitude,
            points.latitude,
            sides.region_vintage,
            sides.region_code
        from (
            select distinct
                {{ relation }}.{{ longitude }} as longitude,
                {{ relation }}.{{ latitude }} as latitude,
                drawn_in.region_vintage,
                {{ latitude_band(relation ~ '.' ~ latitude) }} as band
            from {{ relation }}
            inner join ({{ outlines_of_years(relation, on_date) }}) as drawn_in
                on year({{ relation }}.{{ on_date }}) = drawn_in.on_year
        ) as points
        inner join {{ ref('int_regions__sides') }} as sides
            on
                points.region_vintage = sides.region_vintage
                and points.band = sides.band
                and (sides.from_latitude > points.latitude) <> (sides.to_latitude > points.latitude)
                and points.longitude < sides.from_longitude
                + (points.latitude - sides.from_latitude) / nullif(sides.to_latitude - sides.from_latitude, 0)
                * (sides.to_longitude - sides.from_longitude)
        group by points.longitude, points.latitude, sides.region_vintage, sides.region_code
        having count(*) % 2 = 1
    ) as inside
    group by longitude, latitude, region_vintage
{%- endmacro %}

{# Bands of about 110 metres. #}
{% macro latitude_band(latitude) %}floor({{ latitude }} * 1000)::integer{% endmacro %}

{# The rings of a Polygon or a MultiPolygon in GeoJSON, as lists of corners. Holes need no care: crossings count twice. #}
{% macro rings_of(geometry) -%}
    {{ adapter.dispatch('rings_of')(geometry) }}
{%- endmacro %}

{% macro default__rings_of(geometry) -%}
    case json_extract_string({{ geometry }}, '$.type')
        when 'Polygon' then cast(json_extract({{ geometry }}, '$.coordinates') as double[][][])
        else flatten(cast(json_extract({{ geometry }}, '$.coordinates') as double[][][][]))
    end
{%- endmacro %}

{% macro spark__rings_of(geometry) -%}
    case get_json_object({{ geometry }}, '$.type')
        when 'Polygon' then from_json(get_json_object({{ geometry }}, '$.coordinates'), 'array<array<array<double>>>')
        else flatten(from_json(get_json_object({{ geometry }}, '$.coordinates'), 'array<array<array<array<double>>>>'))
    end
{%- endmacro %}

{# The columns of each kind of place in a table's contract; one of each while dbt parses. A unit test, which does not see
   it, overrides this macro. #}
{% macro places_of(source_name, table_name) -%}
    {%- set found = {'code': [], 'longitude': [], 'latitude': [], 'postcode': []} -%}
    {%- for source in (graph.get('sources', {}).values() if execute else [])
        if source.source_name == source_name and source.name == table_name -%}
        {%- for column in source.columns.values() if column.meta.place -%}
            {%- do found[column.meta.place].append(column.name) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not execute -%}{%- for kind in found -%}{%- do found[kind].append(kind) -%}{%- endfor -%}{%- endif -%}
    {{ return(found) }}
{%- endmacro %}
