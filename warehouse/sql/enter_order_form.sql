insert into meeting.order_form by name
select $sha256 as sha256, $file_name as file_name, $received_at::timestamp as received_at, $received_by as received_by
