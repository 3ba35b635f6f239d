delete from meeting.delivery_file
where pack_id = $pack_id and recipient = $recipient and unit_id = $unit_id and version = $version
