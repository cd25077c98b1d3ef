-- The audit trail of an enterprise is one chain or several, called strands, so
-- that its changes need not follow each other. A row of audit_trails is there
-- from the first event on, also when the enterprise is gone.

-- +goose Up
alter table audit_heads rename to audit_trails;

-- The ends of the strands. strands, in strand 0, is how many there are. position
-- counts the events of the strand, sequence is the number of the last of them.
create table audit_heads (
    enterprise_id text   not null references audit_trails (enterprise_id),
    strand        bigint not null,
    strands       bigint not null,
    position      bigint not null,
    sequence      bigint not null,
    hash          text   not null,
    mac           text   not null,
    logged        bigint not null default 0,
    primary key (enterprise_id, strand)
);
insert into audit_heads (enterprise_id, strand, strands, position, sequence, hash, mac, logged)
    select enterprise_id, 0, 1, sequence, sequence, hash, mac, logged from audit_trails;
alter table audit_trails drop column sequence;
alter table audit_trails drop column hash;
alter table audit_trails drop column mac;
alter table audit_trails drop column logged;

-- sequence orders the events of an enterprise. position, in the strand, counts
-- without gaps; 0 is that of an event from before, and the same as sequence.
alter table audit_events add column strand bigint not null default 0;
alter table audit_events add column position bigint not null default 0;
alter table audit_set_aside add column strand bigint not null default 0;
alter table audit_set_aside add column position bigint not null default 0;

-- Each transaction takes four numbers at a time.
--postgres create sequence if not exists audit_numbers increment by 4;
--postgres select setval('audit_numbers', coalesce(max(sequence), 0) + 1, false) from audit_heads;

-- +goose Down
--postgres drop sequence if exists audit_numbers;
alter table audit_set_aside drop column position;
alter table audit_set_aside drop column strand;
alter table audit_events drop column position;
alter table audit_events drop column strand;
alter table audit_trails add column sequence bigint not null default 0;
alter table audit_trails add column hash text not null default '';
alter table audit_trails add column mac text not null default '';
alter table audit_trails add column logged bigint not null default 0;
update audit_trails set sequence = h.sequence, hash = h.hash, mac = h.mac, logged = h.logged from audit_heads h
    where h.enterprise_id = audit_trails.enterprise_id and h.strand = 0;
drop table audit_heads;
alter table audit_trails rename to audit_heads;
