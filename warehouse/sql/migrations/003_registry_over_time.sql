-- Clusters and regions over time, modes of anonymity, and what each delivery of the registry said: the history is made
-- of all deliveries together, so that the order in which they come does not matter.
alter table registry.region add column valid_from date;
alter table registry.region add column valid_to date;
alter table registry.region add column successor_id varchar;
alter table registry.cluster add column valid_from date;
alter table registry.cluster add column valid_to date;
alter table registry.cluster add column successor_id varchar;

create table registry.anonymity (
    cluster_id varchar, practice_id varchar, package_id varchar, mode varchar, valid_from date, valid_to date,
    extract_id integer, known_from timestamp, known_to timestamp);

create table registry.delivered (
    extract_id integer, shape varchar, as_at date, known_from timestamp, row_number bigint,
    practice_id varchar, practice_name varchar, opened date, closed date, successor_id varchar,
    cluster_id varchar, cluster_name varchar, cluster_from date, cluster_to date, cluster_successor_id varchar,
    region_id varchar, region_name varchar, region_to date, region_successor_id varchar,
    member_from date, member_to date, consent varchar, consent_from date,
    anonymity varchar, anonymity_package varchar, anonymity_from date, withheld varchar, withheld_from date);

-- What was known before this table was there: one list, of the day it was brought in.
insert into registry.delivered by name
select membership.extract_id, 'list' as shape, membership.known_from::date as as_at,
    (select max(known_from) from registry.membership) as known_from, 0 as row_number,
    practice.practice_id, practice_name, opened, closed, practice.successor_id,
    membership.cluster_id, cluster_name, region.region_id, region_name,
    membership.valid_from as member_from, membership.valid_to as member_to,
    case when consent.given then 'yes' when not consent.given then 'no' end as consent
from registry.membership as membership
join registry.practice as practice on practice.practice_id = membership.practice_id and practice.known_to is null
join registry.cluster as cluster on cluster.cluster_id = membership.cluster_id and cluster.known_to is null
left join registry.region as region on region.region_id = cluster.region_id and region.known_to is null
left join registry.consent as consent on consent.practice_id = membership.practice_id and consent.known_to is null
where membership.known_to is null;
update registry.delivered set
    extract_id = (select max(extract_id) from registry.delivered), as_at = (select max(as_at) from registry.delivered);
