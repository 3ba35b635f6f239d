delete from mart.measure where package_id = $package_id and window_start in ($baseline::date, $followup::date)
