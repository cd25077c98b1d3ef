-- +goose Up
-- How far an enterprise's chain was written to the log, signed, so that the log
-- can show later that the chain was set back.
alter table audit_heads add column logged bigint not null default 0;

-- Rows found where the next event of a chain belongs, which Gatehouse never
-- wrote. They are moved here as evidence; an event of the chain names them.
create table audit_set_aside (
    enterprise_id text   not null references audit_heads (enterprise_id),
    sequence      bigint not null,
    id            text   not null,
    actor         text   not null,
    action        text   not null,
    target        text   not null,
    detail        text   not null,
    at            bigint not null,
    hash          text   not null,
    found_at      bigint not null
);
create index audit_set_aside_enterprise on audit_set_aside (enterprise_id, found_at);

-- +goose Down
drop table audit_set_aside;
alter table audit_heads drop column logged;
