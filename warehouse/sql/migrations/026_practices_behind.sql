-- How many practices a cluster's figure rests on, measure by measure: where a source is incomplete they differ. Figures
-- printed before carry what their pages said, the number of the pack's first measure.
alter table report.figure add column practices bigint;
alter table meeting.figure add column practices bigint;
update report.figure as figure
set practices = case when pack.before_start is null then pack.practices_delivered else pack.practices_matched end
from report.pack as pack
where pack.pack_id = figure.pack_id and figure.level = 'cluster'
    and (figure.before_value is not null or figure.now_value is not null);
update meeting.figure as figure
set practices = case when pack.before_start is null then pack.practices_delivered else pack.practices_matched end
from report.pack as pack
where pack.pack_id = figure.pack_id and figure.level = 'cluster'
    and (figure.before_value is not null or figure.now_value is not null);
