-- +goose Up
-- Facts about its users that an enterprise chooses to keep, and what is known of each
-- user; a value is in the canonical form of the type.
create table attributes (
    enterprise_id text not null references enterprises (id) on delete cascade,
    name          text not null,
    label         text not null,
    type          text not null,
    primary key (enterprise_id, name)
);

create table attribute_revisions (
    enterprise_id text   not null primary key references enterprises (id) on delete cascade,
    revision      bigint not null
);

create table user_attributes (
    enterprise_id text    not null,
    user_id       text    not null,
    name          text    not null,
    value         text    not null,
    connection_id text    not null,
    pushed        boolean not null,
    changed_at    bigint  not null,
    primary key (enterprise_id, user_id, name),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, name) references attributes (enterprise_id, name) on delete cascade
);
create index user_attributes_name on user_attributes (enterprise_id, name);

-- +goose Down
drop table user_attributes;
drop table attribute_revisions;
drop table attributes;
