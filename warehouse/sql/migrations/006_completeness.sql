-- What a check of a whole delivery found: how large the effect is, and what is told of it.
-- `found` is a list of findings for the reports' words, `named` the practices behind them: for the quality unit alone.
alter table ledger."check" add column effect double;
alter table ledger."check" add column found varchar;
alter table ledger."check" add column named varchar;
alter table report."check" add column found varchar;
