insert into meeting.follow_up_reach by name
select $follow_up_id as follow_up_id, $measure_id as measure_id, $category as category, $value::double as value,
    $change::double as change, $room::double as room
