-- +goose Up
-- How many members a group of the identity provider should have, or which: by an
-- admin, or read from its directory. folded is the name as names are compared;
-- name is that of the group. people is the number, also of a list.
create table provisioning_expectations (
    enterprise_id text    not null,
    connection_id text    not null,
    folded        text    not null,
    name          text    not null,
    source        text    not null,
    people        bigint  not null,
    listed        boolean not null,
    set_by        text    not null,
    set_at        bigint  not null,
    primary key (enterprise_id, connection_id, folded),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- The logins of such a list, in the forms in which provisioned users and accounts
-- are found.
create table provisioning_expected (
    enterprise_id text not null,
    connection_id text not null,
    folded        text not null,
    login         text not null,
    login_folded  text not null,
    login_key     text not null,
    primary key (enterprise_id, connection_id, folded, login_folded),
    foreign key (enterprise_id, connection_id, folded) references provisioning_expectations (enterprise_id, connection_id, folded) on delete cascade
);

-- When an identity provider got in touch, once within ten minutes, so that its
-- silence is noticed.
create table provisioning_visits (
    enterprise_id text   not null,
    connection_id text   not null,
    at            bigint not null,
    primary key (enterprise_id, connection_id, at),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index provisioning_visits_at on provisioning_visits (at);

-- +goose Down
drop table provisioning_visits;
drop table provisioning_expected;
drop table provisioning_expectations;
