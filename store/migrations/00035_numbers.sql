-- Revocations get their numbers from a sequence of PostgreSQL, not from a row
-- that each transaction locks to its end. SQLite, with one writer, adds one to the
-- greatest number. The line that begins with "postgres" is a comment to SQLite.

-- +goose Up
--postgres create sequence if not exists revocation_numbers;
--postgres select setval('revocation_numbers', value + 1, false) from counters where name = 'revocations';
delete from counters where name = 'revocations';

-- +goose Down
insert into counters (name, value) select 'revocations', coalesce(max(sequence), 0) from revocations;
--postgres drop sequence if exists revocation_numbers;
