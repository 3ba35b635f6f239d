-- Meetings of the cluster on the package before a day: a follow-up shows the baseline as well, so either kind counts.
select count(*) from meeting.meeting
where cluster_id = $cluster_id and package_id = $package_id and meeting_date < $day::date
