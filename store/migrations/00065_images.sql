-- +goose Up
-- Pictures of brands, by the SHA-256 of their content, which is in base64. saved_at is
-- the last time that one was saved, or ceased to be in use.
create table images (
    hash     text   not null primary key,
    media    text   not null,
    content  text   not null,
    width    bigint not null,
    height   bigint not null,
    saved_at bigint not null
);
create index images_saved on images (saved_at);

-- +goose Down
drop table images;
