-- +goose Up
-- Applications are told a login, so one active user of an enterprise has it.
-- login_folded is the login without letter case and Unicode form, written by the
-- program; '' until it has done so for users of an earlier version. login_given
-- is true of a login that an admin gave: sign-ins leave it as it is.
alter table users add column login_folded text not null default '';
alter table users add column login_given boolean not null default false;
create unique index users_active_login on users (enterprise_id, login_folded) where status = 'active' and login_folded <> '';

-- Two users who claim one login, and what an admin decided.
create table identity_questions (
    enterprise_id text   not null,
    id            text   not null,
    user_id       text   not null,
    holder_id     text   not null,
    connection_id text   not null,
    attempt_id    text   not null,
    login         text   not null,
    keeps         text   not null,
    state         text   not null,
    answer        text   not null,
    created_at    bigint not null,
    decided_by    text   not null,
    decided_at    bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, user_id) references users (enterprise_id, id) on delete cascade
);
create unique index identity_questions_waiting on identity_questions (enterprise_id, user_id) where state = 'waiting';

-- +goose Down
drop table identity_questions;
drop index users_active_login;
alter table users drop column login_given;
alter table users drop column login_folded;
