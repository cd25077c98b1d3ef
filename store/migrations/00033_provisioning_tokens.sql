-- +goose Up
-- Tokens by which identity providers provision. scopes are separated by spaces; a
-- name can be used again once its token is revoked.
create table provisioning_tokens (
    enterprise_id text   not null,
    connection_id text   not null,
    id            text   not null,
    name          text   not null,
    hash          text   not null unique,
    scopes        text   not null,
    created_by    text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    revoked_at    bigint not null,
    last_used_at  bigint not null,
    last_client   text   not null,
    refused_at    bigint not null,
    refusal       text   not null,
    primary key (enterprise_id, connection_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create unique index provisioning_tokens_name on provisioning_tokens (enterprise_id, connection_id, name)
    where revoked_at = 0;

-- Requests of identity providers that changed something or were refused. name is
-- userName, displayName or externalId, and folded the same as names are compared;
-- effects is JSON.
create table provisioning_events (
    enterprise_id text   not null,
    connection_id text   not null,
    id            text   not null,
    at            bigint not null,
    token_id      text   not null,
    client        text   not null,
    method        text   not null,
    kind          text   not null,
    name          text   not null,
    folded        text   not null,
    resource_id   text   not null,
    status        bigint not null,
    scim_type     text   not null,
    code          text   not null,
    detail        text   not null,
    request_id    text   not null,
    took          bigint not null,
    changed       bigint not null,
    effects       text   not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index provisioning_events_connection on provisioning_events (enterprise_id, connection_id, id);
create index provisioning_events_at on provisioning_events (at);

-- What was refused, once for each kind, name and reason; folded is the name as
-- names are compared. A refusal after healed_at begins the row anew.
create table provisioning_refusals (
    enterprise_id text   not null,
    connection_id text   not null,
    kind          text   not null,
    folded        text   not null,
    code          text   not null,
    id            text   not null,
    name          text   not null,
    first_at      bigint not null,
    last_at       bigint not null,
    count         bigint not null,
    method        text   not null,
    status        bigint not null,
    detail        text   not null,
    resource_id   text   not null,
    token_id      text   not null,
    healed_at     bigint not null,
    primary key (enterprise_id, connection_id, kind, folded, code),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index provisioning_refusals_id on provisioning_refusals (enterprise_id, connection_id, id);
create index provisioning_refusals_open on provisioning_refusals (enterprise_id, connection_id, folded)
    where healed_at = 0;

-- When a request of the connection was last recorded. A transaction that records
-- locks the row first, so that nodes record one after the other.
create table provisioning_ledgers (
    enterprise_id text   not null,
    connection_id text   not null,
    last_at       bigint not null,
    primary key (enterprise_id, connection_id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- When the identity provider last sent all members of a group, and how many.
create table provisioning_lists (
    enterprise_id text   not null,
    connection_id text   not null,
    group_id      text   not null,
    at            bigint not null,
    members       bigint not null,
    primary key (enterprise_id, connection_id, group_id),
    foreign key (enterprise_id, connection_id, group_id) references provisioned_groups (enterprise_id, connection_id, id) on delete cascade
);

-- +goose Down
drop table provisioning_lists;
drop table provisioning_ledgers;
drop table provisioning_refusals;
drop table provisioning_events;
drop table provisioning_tokens;
