-- Figures by category, standardised figures, and the answer to whether a change is real: what the comparison of a unit rests
-- on (dispersion and drift of the rest of the region, the prior that baselines are shrunk to) lies in the mart, so that every
-- printed verdict can be worked out again by hand.
alter table report.figure add column category varchar;
alter table report.figure add column before_standardised double;
alter table report.figure add column now_standardised double;
alter table report.figure add column now_standardised_lower double;
alter table report.figure add column now_standardised_upper double;
alter table report.figure add column expected double;
alter table report.figure add column expected_lower double;
alter table report.figure add column expected_upper double;
alter table report.figure add column background_ratio double;
alter table report.figure add column net_ratio double;
alter table report.figure add column net_lower double;
alter table report.figure add column net_upper double;
alter table report.figure add column detectable_change double;
alter table report.figure add column verdict varchar;
alter table report.figure add column verdict_reason varchar;
alter table meeting.figure add column category varchar;
alter table meeting.figure add column before_standardised double;
alter table meeting.figure add column now_standardised double;
alter table meeting.figure add column now_standardised_lower double;
alter table meeting.figure add column now_standardised_upper double;
alter table meeting.figure add column expected double;
alter table meeting.figure add column expected_lower double;
alter table meeting.figure add column expected_upper double;
alter table meeting.figure add column background_ratio double;
alter table meeting.figure add column net_ratio double;
alter table meeting.figure add column net_lower double;
alter table meeting.figure add column net_upper double;
alter table meeting.figure add column detectable_change double;
alter table meeting.figure add column verdict varchar;
alter table meeting.figure add column verdict_reason varchar;
alter table mart.comparison add column dispersion double;
alter table mart.comparison add column drift double;
alter table mart.comparison add column cluster_drift double;
alter table mart.comparison add column prior_mean double;
alter table mart.comparison add column prior_variance double;
alter table mart.comparison add column background_change double;
alter table mart.comparison add column background_variance double;
alter table mart.comparison add column freedom double;
alter table mart.comparison add column concentration double;
alter table mart.comparison add column check_bias double;
alter table mart.comparison add column verdict_reason varchar;

-- One row per part of a cluster's change from the set `then` to the set `now`: what each practice changed itself, and what
-- came of who is in the cluster and how large. The parts of a cluster sum to its change.
create table mart.contribution (
    package_id varchar, measure_id varchar, category varchar, cluster_id varchar, baseline_start date, followup_start date,
    part varchar, practice_id varchar, share_before double, share_now double, contribution double, run_id varchar);
