-- +goose Up
-- What an enterprise requires of sign-ins and sessions; none without a decision. Times
-- are in microseconds, 0 for none; acr has contexts separated by spaces.
create table session_rules (
    enterprise_id text    not null primary key references enterprises (id) on delete cascade,
    idle          bigint  not null,
    lifetime      bigint  not null,
    single        boolean not null,
    max_age       bigint  not null,
    acr           text    not null,
    revision      bigint  not null
);

-- +goose Down
drop table session_rules;
