insert into meeting.feedback by name
select $sha256 as sha256, $package_id as package_id, $version as version, $cluster_id as cluster_id,
    $practice_id as practice_id, $period::date as meeting_month, $question_id as question_id, $answer as answer,
    $received_at::timestamp as received_at
