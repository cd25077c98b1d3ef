-- The last rename of each pushed group: a group here that has the former name lost
-- its members by it.

-- +goose Up
create table provisioned_renames (
    enterprise_id text   not null,
    connection_id text   not null,
    group_id      text   not null,
    former        text   not null,
    at            bigint not null,
    primary key (group_id, connection_id, enterprise_id),
    foreign key (enterprise_id, connection_id, group_id) references provisioned_groups (enterprise_id, connection_id, id) on delete cascade
);

-- +goose Down
drop table provisioned_renames;
