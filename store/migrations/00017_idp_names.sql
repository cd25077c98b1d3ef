-- +goose Up
-- Other names that an identity provider may send for a group. That no other
-- group of the organization has one of them as its own name is checked by the
-- program: changes of one enterprise follow each other.
create table group_idp_names (
    enterprise_id   text not null,
    organization_id text not null,
    group_id        text not null,
    name            text not null,
    folded          text not null,
    primary key (enterprise_id, organization_id, name),
    foreign key (enterprise_id, group_id) references groups (enterprise_id, id) on delete cascade
);
create index group_idp_names_name on group_idp_names (enterprise_id, name, group_id);
create index group_idp_names_group on group_idp_names (enterprise_id, group_id, name);
create index group_idp_names_folded on group_idp_names (enterprise_id, folded);

-- +goose Down
drop table group_idp_names;
