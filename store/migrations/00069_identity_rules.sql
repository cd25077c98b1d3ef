-- +goose Up
-- Answers that an enterprise gives in advance to identity questions; none without a row.
create table identity_rules (
    enterprise_id         text    not null primary key references enterprises (id) on delete cascade,
    same_login_and_domain boolean not null,
    revision              bigint  not null,
    tried_at              bigint  not null, -- 0: not since the last change
    tried_by              text    not null,
    changed_at            bigint  not null, -- 0: never
    changed_by            text    not null
);
-- Whether a user was deactivated, or waited, at any time since the last sign-in: until the next
-- one the login may be another person's.
alter table users add column off_since_sign_in boolean not null default false;
update users set off_since_sign_in = true where status <> 'active';
update users set off_since_sign_in = true
    from (select enterprise_id, target, max(at) as at from audit_events
        where action = 'user.reactivated' group by enterprise_id, target) a
    where a.enterprise_id = users.enterprise_id and a.target = users.id and a.at >= users.last_sign_in_at;

create index identity_questions_user on identity_questions (enterprise_id, user_id);
create index identity_questions_holder on identity_questions (enterprise_id, holder_id);
alter table identity_questions add column login_key text not null default '';
create index identity_questions_login on identity_questions (login_key, enterprise_id);
create index identities_lower on identities (lower(login), connection_id, enterprise_id);
create index linked_subjects_lower on linked_subjects (lower(login), connection_id, enterprise_id);
create index former_identities_lower on former_identities (lower(login), connection_id, enterprise_id);

-- +goose Down
drop index former_identities_lower;
drop index linked_subjects_lower;
drop index identities_lower;
drop index identity_questions_login;
alter table identity_questions drop column login_key;
drop index identity_questions_holder;
drop index identity_questions_user;
alter table users drop column off_since_sign_in;
drop table identity_rules;
