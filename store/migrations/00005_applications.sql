-- +goose Up
-- What sits behind the gateway. definition is JSON: lists of origins, groups
-- and enterprises, always read and written whole. An enterprise that is gone
-- stays in the list, or a list that names nobody would admit everybody.
create table applications (
    id         text   not null primary key,
    key        text   not null unique,
    name       text   not null,
    kind       text   not null,
    definition text   not null,
    created_at bigint not null
);
insert into counters (name, value) values ('applications', 0);

-- What assertions to applications are signed with, the same on every node.
create table signing_keys (
    id         text   not null primary key,
    public     text   not null,
    private    text   not null,
    created_at bigint not null
);

-- +goose Down
drop table signing_keys;
delete from counters where name = 'applications';
drop table applications;
