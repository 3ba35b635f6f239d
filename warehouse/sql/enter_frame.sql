insert into {{ table | name }} by name select * from frame
