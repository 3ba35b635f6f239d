insert into meeting.delivery_file by name
select $pack_id as pack_id, $recipient as recipient, $unit_id as unit_id, $version::integer as version,
    $file_name as file_name, $sha256 as sha256, $sealed_from as sealed_from
