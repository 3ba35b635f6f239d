-- How many bytes the file must have: three headers, then the blocks in use. Free ones at its end may have been cut off.
select 3 * 4096 + block_size * used_blocks from pragma_database_size() where database_name = current_database()
