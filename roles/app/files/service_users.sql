create table service_users (
  id varchar(255) primary key,
  version bigint not null,
  api_key varchar(255) unique,
  date_created timestamp not null,
  password_hash varchar(255) not null,
  type varchar(255) not null,
  username varchar(255) not null unique
);
