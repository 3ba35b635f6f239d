select max(meeting_date) from meeting.meeting
where cluster_id = $cluster_id and package_id = $package_id and kind = 'baseline'
