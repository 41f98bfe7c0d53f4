--
-- PostgreSQL database dump, in the form that pg_dump writes
--
SET statement_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

CREATE SCHEMA shop;

CREATE TABLE shop.orders (
    id integer NOT NULL,
    note text
);

COPY shop.orders (id, note) FROM stdin;
1	first
2	\N
\.

ALTER TABLE ONLY shop.orders
    ADD CONSTRAINT orders_pkey PRIMARY KEY (id);
