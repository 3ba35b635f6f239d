select package_id, version, sha256 as form, practice_id, question_id, answer from meeting.feedback order by all
