-- +goose Up
-- Users whom an identity provider deleted, by the names it knew them by: no sign-in
-- creates them again. account_id is '' if no account belonged to them. applied is
-- false while what follows waits.
create table provisioned_tombstones (
    enterprise_id text    not null,
    connection_id text    not null,
    id            text    not null,
    login_key     text    not null,
    external_id   text    not null,
    account_id    text    not null,
    applied       boolean not null,
    deleted_at    bigint  not null,
    primary key (enterprise_id, connection_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index provisioned_tombstones_login on provisioned_tombstones (enterprise_id, login_key);
create index provisioned_tombstones_external on provisioned_tombstones (enterprise_id, connection_id, external_id);
create index provisioned_tombstones_account on provisioned_tombstones (enterprise_id, account_id);

-- What ended when an identity provider deactivated or deleted a user.
create table provisioned_receipts (
    enterprise_id text    not null references enterprises (id) on delete cascade,
    event_id      text    not null,
    user_id       text    not null,
    login         text    not null,
    deleted       boolean not null,
    sessions      bigint  not null,
    at            bigint  not null,
    primary key (enterprise_id, event_id, user_id)
);
create index provisioned_receipts_at on provisioned_receipts (at);

-- Groups that were created because an identity provider pushed them.
create table provisioned_creations (
    enterprise_id text   not null,
    connection_id text   not null,
    group_id      text   not null,
    resource_id   text   not null,
    event_id      text   not null,
    at            bigint not null,
    primary key (enterprise_id, group_id),
    foreign key (enterprise_id, group_id) references groups (enterprise_id, id) on delete cascade
);
create index provisioned_creations_connection on provisioned_creations (enterprise_id, connection_id, resource_id);

-- Connections whose pushed users and groups still have to be applied, and how far
-- that got.
create table provisioned_pending (
    enterprise_id text   not null,
    connection_id text   not null,
    event_id      text   not null,
    phase         text   not null,
    after         text   not null,
    asked_at      bigint not null,
    primary key (enterprise_id, connection_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- The group from which a push would remove the user; '' of a held sign-in.
alter table held_syncs add column pushed_group_id text not null default '';

create index identities_login on identities (login, connection_id, enterprise_id);

-- +goose Down
drop index identities_login;
alter table held_syncs drop column pushed_group_id;
drop table provisioned_pending;
drop table provisioned_creations;
drop table provisioned_receipts;
drop table provisioned_tombstones;
