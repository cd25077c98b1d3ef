-- +goose Up
-- Whether an identity provider deactivated the user over SCIM: only such a user is made
-- active again by a push. Of users who are deactivated already it is known from what was
-- pushed last: the resource is inactive, or deleted.
alter table users add column ended_by_push boolean not null default false;
update users set ended_by_push = true where status = 'deactivated' and merged_into = '' and (
    exists (select 1 from provisioned_users p where p.enterprise_id = users.enterprise_id
        and p.account_id = users.id and p.origin = 'pushed' and p.adopted and not p.active)
    or exists (select 1 from provisioned_tombstones s where s.enterprise_id = users.enterprise_id
        and s.account_id = users.id and s.applied));

-- +goose Down
alter table users drop column ended_by_push;
