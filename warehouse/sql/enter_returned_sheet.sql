insert into meeting.returned_sheet by name
select $sha256 as sha256, $kind as kind, $file_name as file_name, $package_id as package_id, $version as version,
    $practice_id as practice_id, $period::date as period, $received_at::timestamp as received_at, $received_by as received_by
