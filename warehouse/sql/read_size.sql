-- How many bytes the file must have: three headers, then its blocks.
select 3 * 4096 + block_size * total_blocks from pragma_database_size() where database_name = current_database()
