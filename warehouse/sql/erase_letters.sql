-- The letter is kept as one that nobody has any more: drawn anew for another it would be read in old packs as that one.
update meeting.letter set practice_id = '(erased)', ended_at = coalesce(ended_at, $now::timestamp), why = 'erased'
where practice_id = $practice_id
