-- +goose Up
-- Why a sync is held; group_id is set where it is about one group.
alter table held_syncs add column cause text not null default 'last_admin';
alter table held_syncs add column group_id text not null default '';
create index held_syncs_new on held_syncs (at) where state = 'waiting';

-- What the last sign-in of a person says about whether the names that their
-- connection sends still match; only those that lost a group, and as many of the
-- others as are needed to outweigh them.
create table brake_signs (
    enterprise_id text   not null,
    connection_id text   not null,
    user_id       text   not null,
    kind          text   not null,
    groups        text   not null,
    names         text   not null,
    at            bigint not null,
    primary key (enterprise_id, connection_id, user_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index brake_signs_at on brake_signs (enterprise_id, connection_id, at);

-- Who lost a group through a connection, the last time: what the brake counts,
-- and what can be given back. done is false for what was held instead.
create table brake_losses (
    enterprise_id text    not null,
    connection_id text    not null,
    group_id      text    not null,
    user_id       text    not null,
    source        text    not null,
    sign          boolean not null,
    done          boolean not null,
    at            bigint  not null,
    primary key (enterprise_id, connection_id, group_id, user_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index brake_losses_at on brake_losses (enterprise_id, connection_id, group_id, at);

-- Removals that are held from now on; one that an admin allowed has allowed_until.
create table brake_stops (
    enterprise_id text   not null,
    connection_id text   not null,
    cause         text   not null,
    group_id      text   not null,
    groups        text   not null,
    at            bigint not null,
    since         bigint not null,
    last_at       bigint not null,
    allowed_until bigint not null,
    primary key (enterprise_id, connection_id, cause, group_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- +goose Down
drop table brake_stops;
drop table brake_losses;
drop table brake_signs;
drop index held_syncs_new;
alter table held_syncs drop column group_id;
alter table held_syncs drop column cause;
