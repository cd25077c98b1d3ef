-- +goose Up
-- The secrets of the applications that groups are asked for with.
alter table connections add column live_directory text not null default '';
alter table connections add column draft_directory text not null default '';
alter table connections add column previous_directory text not null default '';

-- folded is made by the program, which knows when it has to be made again.
alter table groups add column is_admin boolean not null default false;
alter table groups add column folded text not null default '';
create index groups_folded on groups (enterprise_id, folded);
create index groups_admin on groups (enterprise_id, id) where is_admin;

alter table sync_records add column near_misses text not null default '[]';
alter table sync_records add column held_id text not null default '';

-- The last word of an identity provider about somebody's groups. asserted_hash
-- is of the names, so that a sign-in that says the same again writes nothing;
-- '' is that nothing was ever said.
alter table users add column asserted_hash text not null default '';
alter table users add column asserted_certain boolean not null default false;
create table asserted_names (
    enterprise_id text not null,
    user_id       text not null,
    name          text not null,
    primary key (enterprise_id, user_id, name),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create index asserted_names_name on asserted_names (enterprise_id, name, user_id);

-- No foreign keys to users and groups in what follows: it says what was, also
-- about what is gone. until_at is 0 for what still is.
create table membership_history (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    user_id       text   not null,
    group_id      text   not null,
    from_at       bigint not null,
    until_at      bigint not null,
    source        text   not null,
    cause         text   not null,
    ended_by      text   not null,
    primary key (enterprise_id, user_id, group_id, from_at)
);
create index membership_history_group on membership_history (enterprise_id, group_id, user_id);
create unique index membership_history_open on membership_history (enterprise_id, user_id, group_id) where until_at = 0;
insert into membership_history (enterprise_id, user_id, group_id, from_at, until_at, source, cause, ended_by)
select enterprise_id, user_id, group_id, since, 0, source, cause, '' from memberships;

-- What groups that were deleted were called.
create table former_groups (
    enterprise_id     text    not null references enterprises (id) on delete cascade,
    id                text    not null,
    organization_id   text    not null,
    organization_name text    not null,
    name              text    not null,
    is_default        boolean not null,
    primary key (enterprise_id, id)
);

create table held_syncs (
    enterprise_id text   not null references enterprises (id) on delete cascade,
    id            text   not null,
    user_id       text   not null,
    connection_id text   not null,
    record_id     text   not null,
    changes       text   not null,
    state         text   not null,
    at            bigint not null,
    decided_by    text   not null,
    decided_at    bigint not null,
    primary key (enterprise_id, id)
);
create index held_syncs_user on held_syncs (enterprise_id, user_id, id);

-- +goose Down
drop table held_syncs;
drop table former_groups;
drop table membership_history;
drop table asserted_names;
alter table users drop column asserted_certain;
alter table users drop column asserted_hash;
alter table sync_records drop column held_id;
alter table sync_records drop column near_misses;
drop index groups_admin;
drop index groups_folded;
alter table groups drop column folded;
alter table groups drop column is_admin;
alter table connections drop column previous_directory;
alter table connections drop column draft_directory;
alter table connections drop column live_directory;
