-- What a setup link opens, separated by spaces. Links of earlier versions open what
-- they opened.

-- +goose Up
alter table setup_links add column intents text not null default 'sign-on domain groups';

-- The first and the last request that reached the SCIM address of a connection,
-- with a token of it (known) and without. A connection has two rows at most, since
-- strangers can send such requests.
create table provisioning_contacts (
    enterprise_id text    not null,
    connection_id text    not null,
    known         boolean not null,
    first_at      bigint  not null,
    first_remote  text    not null,
    first_client  text    not null,
    first_request text    not null,
    first_status  bigint  not null,
    last_at       bigint  not null,
    last_remote   text    not null,
    last_client   text    not null,
    last_request  text    not null,
    last_status   bigint  not null,
    primary key (enterprise_id, connection_id, known),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- +goose Down
drop table provisioning_contacts;
alter table setup_links drop column intents;
