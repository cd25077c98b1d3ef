-- +goose Up
-- How sign-in goes, connection by connection, is answered from attempts_health
-- alone. Failures are few, so their indexes are small.
create index attempts_health on attempts (enterprise_id, connection_id, outcome, at, code);
create index attempts_login on attempts (enterprise_id, login, id);
create index attempts_code on attempts (enterprise_id, code, id) where code <> '';
create index attempts_outcome on attempts (enterprise_id, outcome, id) where outcome <> 'succeeded';
create index audit_events_actor on audit_events (enterprise_id, actor, sequence);
create index held_syncs_waiting on held_syncs (enterprise_id, id) where state = 'waiting';

-- Since when metadata cannot be fetched; 0: it can, or was never tried.
alter table connections add column metadata_failing_since bigint not null default 0;

-- What was found to be unwell. What is still so has resolved_at 0, and is there
-- once for each threshold; claimed_until is of the node that sends the mail.
create table health_events (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    kind          text   not null,
    connection_id text   not null,
    subject       text   not null,
    threshold     bigint not null,
    detail        text   not null,
    at            bigint not null,
    claimed_until bigint not null,
    mailed_at     bigint not null,
    resolved_at   bigint not null,
    primary key (enterprise_id, id)
);
create unique index health_events_open on health_events (enterprise_id, kind, connection_id, subject, threshold) where resolved_at = 0;

-- +goose Down
drop table health_events;
alter table connections drop column metadata_failing_since;
drop index held_syncs_waiting;
drop index audit_events_actor;
drop index attempts_outcome;
drop index attempts_code;
drop index attempts_login;
drop index attempts_health;
