-- How the two rounds of what people answered are compared: those who answered both times with themselves, or all who
-- answered as two groups. Rounded and hidden as it is printed.
create table report.paired (
    pack_id varchar, measure_id varchar, way varchar, pairs double, before_value double, now_value double, change double,
    change_lower double, change_upper double
);
