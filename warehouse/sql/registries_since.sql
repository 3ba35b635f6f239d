select file_name from ledger.extract
where source = 'registry' and state = 'promoted' and promoted_at > $then::timestamp order by promoted_at
