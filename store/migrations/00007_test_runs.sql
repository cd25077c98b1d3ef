-- +goose Up
-- Test connections, and what came of them. result is JSON about a person, and
-- sealed. token is the hash of the value in the link that starts a live one.
create table test_runs (
    enterprise_id text   not null,
    id            text   not null,
    connection_id text   not null,
    kind          text   not null,
    state         text   not null,
    started_by    text   not null,
    token         text   not null,
    revision      bigint not null,
    version       bigint not null,
    code          text   not null,
    detail        text   not null,
    result        text   not null,
    created_at    bigint not null,
    expires_at    bigint not null,
    ended_at      bigint not null,
    primary key (enterprise_id, id),
    foreign key (enterprise_id, connection_id) references connections (enterprise_id, id) on delete cascade
);
create index test_runs_connection on test_runs (enterprise_id, connection_id, id);
create unique index test_runs_token on test_runs (token) where token <> '';
create index test_runs_age on test_runs (created_at);

-- Which test connection a sign-in was started for; '' for those of people.
alter table pending_logins add column test_run text not null default '';
create index pending_logins_tests on pending_logins (connection_id, browser) where test_run <> '';

-- +goose Down
drop index pending_logins_tests;
alter table pending_logins drop column test_run;
drop table test_runs;
