select count(*) from meeting.order_form where sha256 = $sha256
