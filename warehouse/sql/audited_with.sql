-- The entries of the audit trail that a pattern is found in.
select sequence from ledger.audit where regexp_matches(detail, $pattern) or regexp_matches(who, $pattern) order by sequence
