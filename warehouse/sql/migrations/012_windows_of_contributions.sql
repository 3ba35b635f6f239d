-- A cluster may have windows of another length than its region: contributions are told apart by both days, as figures are.
alter table mart.contribution add column baseline_end date;
alter table mart.contribution add column followup_end date;
