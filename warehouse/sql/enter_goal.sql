insert into meeting.goal by name
select $cluster_id as cluster_id, $package_id as package_id, $meeting_date::date as meeting_date, $number as number,
    $what as what, $who as who, $by_when::date as by_when, $measure_id as measure_id, $direction as direction,
    $amount::double as amount, $amount_is as amount_is, $recorded_at::timestamp as recorded_at
