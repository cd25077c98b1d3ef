-- +goose Up
-- Whether the account of a user follows what is pushed. It is false while effects
-- wait, and of users outside of a pilot.
alter table provisioned_users add column adopted boolean not null default false;
update provisioned_users set adopted = true where origin = 'pushed' and account_id <> '' and exists (
    select 1 from connections c where c.enterprise_id = provisioned_users.enterprise_id
        and c.id = provisioned_users.connection_id and c.live like '%"provisioning":"scim"%');
alter table provisioned_tombstones add column adopted boolean not null default false;
update provisioned_tombstones set adopted = applied;

-- What the provisioning of a connection has shown to do, with the last request that
-- did. Unlike the requests it is kept.
create table provisioning_milestones (
    enterprise_id text   not null,
    connection_id text   not null,
    milestone     text   not null,
    first_at      bigint not null,
    last_at       bigint not null,
    event_id      text   not null,
    name          text   not null,
    primary key (enterprise_id, connection_id, milestone),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);

-- +goose Down
drop table provisioning_milestones;
alter table provisioned_tombstones drop column adopted;
alter table provisioned_users drop column adopted;
