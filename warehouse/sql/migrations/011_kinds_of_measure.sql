-- What more kinds of measure stand on: the single values behind a mean or a median (sorted; null where only sums came), and
-- of a ratio of two rates what its numerator and its denominator are counted over.
alter table mart.measure add column observations double[];
alter table mart.measure add column numerator_base double;
alter table mart.measure add column denominator_base double;
