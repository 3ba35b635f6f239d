-- The windows of the newest figures of a package: those that were compared, else those of a baseline alone.
select window_start, compared_with from mart.measure
where package_id = $package_id and practice_set in ('then', 'matched')
  and (compared_with is null or compared_with > window_start)
order by greatest(window_start, coalesce(compared_with, window_start)) desc, compared_with is null, window_start desc
limit 1
