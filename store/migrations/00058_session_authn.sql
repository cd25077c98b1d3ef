-- +goose Up
-- How and when the user of a session authenticated at the identity provider, as it
-- stated that; '' and 0 if it did not. Methods are separated by line feeds.
alter table sessions add column acr text not null default '';
alter table sessions add column amr text not null default '';
alter table sessions add column authn_at bigint not null default 0;

-- +goose Down
alter table sessions drop column authn_at;
alter table sessions drop column amr;
alter table sessions drop column acr;
