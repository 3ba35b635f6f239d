select * from {{ table | name }} where window_start = $start::date and window_end = $end::date order by all
