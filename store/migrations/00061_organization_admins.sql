-- +goose Up
-- Users who administer organizations of their enterprise: groups and members, and
-- nothing else. roles says that groups that carry roles are included.
create table organization_admins (
    enterprise_id   text    not null,
    organization_id text    not null,
    user_id         text    not null,
    roles           boolean not null,
    created_by      text    not null,
    created_at      bigint  not null,
    primary key (enterprise_id, organization_id, user_id),
    foreign key (enterprise_id, organization_id) references organizations (enterprise_id, id) on delete cascade,
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create index organization_admins_user on organization_admins (enterprise_id, user_id, organization_id);

-- +goose Down
drop table organization_admins;
