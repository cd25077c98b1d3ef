-- +goose Up
-- Users who were deleted with everything that identified them. keys are keyed digests of
-- their subjects and logins: as long as the block is not lifted, nothing makes the user
-- again.
create table erasures (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    user_id       text   not null,
    made_by       text   not null,
    made_at       bigint not null,
    accounts      bigint not null,
    lifted_by     text   not null,
    lifted_at     bigint not null,
    primary key (enterprise_id, user_id)
);

create table erasure_keys (
    enterprise_id text not null,
    digest        text not null,
    user_id       text not null,
    primary key (enterprise_id, digest, user_id),
    foreign key (enterprise_id, user_id) references erasures (enterprise_id, user_id) on delete cascade
);
create index erasure_keys_user on erasure_keys (enterprise_id, user_id);

-- An event whose personal values were erased keeps its hash, which no longer fits;
-- erased_mac proves what is left of it. erased_by is the user whose deletion it was.
alter table audit_events add column erased_by text not null default '';
alter table audit_events add column erased_mac text not null default '';
alter table audit_set_aside add column erased_by text not null default '';
alter table audit_set_aside add column erased_mac text not null default '';

-- +goose Down
alter table audit_set_aside drop column erased_mac;
alter table audit_set_aside drop column erased_by;
alter table audit_events drop column erased_mac;
alter table audit_events drop column erased_by;
drop table erasure_keys;
drop table erasures;
