-- +goose Up
-- Programs of organizations, which act for themselves. owner_id is a group that may
-- have been deleted since: services outlive people and groups.
create table services (
    enterprise_id   text   not null,
    id              text   not null unique,
    organization_id text   not null,
    name            text   not null,
    owner_id        text   not null,
    created_at      bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, organization_id) references organizations (enterprise_id, id) on delete cascade
);
create index services_organization on services (enterprise_id, organization_id);

create table service_groups (
    enterprise_id text not null,
    service_id    text not null,
    group_id      text not null,
    primary key (enterprise_id, service_id, group_id),
    foreign key (enterprise_id, service_id) references services (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, group_id) references groups (enterprise_id, id) on delete cascade
);
create index service_groups_group on service_groups (enterprise_id, group_id);

-- applications are separated by spaces; revoked_at is 0 of a token that was not revoked.
create table service_tokens (
    enterprise_id text   not null,
    service_id    text   not null,
    id            text   not null,
    hash          text   not null unique,
    applications  text   not null,
    created_by    text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    revoked_at    bigint not null,
    last_used_at  bigint not null,
    last_client   text   not null,
    primary key (enterprise_id, service_id, id),
    foreign key (enterprise_id, service_id) references services (enterprise_id, id) on delete cascade
);
create unique index service_tokens_id on service_tokens (id);

-- +goose Down
drop table service_tokens;
drop table service_groups;
drop table services;
