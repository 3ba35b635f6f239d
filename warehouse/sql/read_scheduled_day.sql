-- The last day up to another for which the schedule was done; null: none.
select max(day) from ledger.scheduled_day where schedule = $schedule and day <= $until::date
