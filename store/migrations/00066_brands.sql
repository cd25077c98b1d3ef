-- +goose Up
-- What people see in place of our own name: of the installation one row, whose id is 1, and
-- of each enterprise that has set something. live and draft are JSON; a draft of '' is none.
-- allowance is '' where the installation decides whether the brand is shown.
create table installation_brand (
    id         bigint not null primary key,
    live       text   not null,
    draft      text   not null,
    revision   bigint not null,
    changed_at bigint not null
);

create table enterprise_brands (
    enterprise_id text   not null primary key references enterprises (id) on delete cascade,
    allowance     text   not null,
    live          text   not null,
    draft         text   not null,
    revision      bigint not null,
    changed_at    bigint not null
);

-- The pictures that brands of enterprises name, live or as a draft.
create table enterprise_brand_images (
    enterprise_id text not null references enterprises (id) on delete cascade,
    hash          text not null,
    primary key (enterprise_id, hash)
);
create index enterprise_brand_images_hash on enterprise_brand_images (hash);

insert into counters (name, value) values ('brands', 0);

-- +goose Down
delete from counters where name = 'brands';
drop table enterprise_brand_images;
drop table enterprise_brands;
drop table installation_brand;
