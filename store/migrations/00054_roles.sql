-- +goose Up
-- Roles of the products behind the gateway, which groups of enterprises carry.
create table roles (
    id         text   not null primary key,
    key        text   not null unique,
    name       text   not null,
    about      text   not null,
    precedence bigint not null unique,
    revision   bigint not null,
    created_at bigint not null
);

create table group_roles (
    enterprise_id text not null,
    group_id      text not null,
    role_id       text not null references roles (id),
    primary key (enterprise_id, group_id, role_id),
    foreign key (enterprise_id, group_id) references groups (enterprise_id, id) on delete cascade
);
create index group_roles_role on group_roles (role_id, enterprise_id);

-- +goose Down
drop table group_roles;
drop table roles;
