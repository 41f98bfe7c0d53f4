-- A small shop that does not exist: 40 customers, 2,000 orders up to yesterday.
CREATE TABLE customers (
    id    integer PRIMARY KEY,
    name  text NOT NULL,
    email text NOT NULL,
    city  text NOT NULL
);

CREATE TABLE orders (
    id          integer PRIMARY KEY,
    customer_id integer NOT NULL REFERENCES customers,
    ordered_on  date NOT NULL,
    status      text NOT NULL CHECK (status IN ('paid', 'sent', 'returned')),
    amount      numeric(10,2) NOT NULL
);

INSERT INTO customers
SELECT n, 'Customer ' || n, 'customer' || n || '@example.com',
       (ARRAY['Hamburg', 'Leipzig', 'Bremen', 'Kassel'])[1 + n % 7 % 4]
FROM generate_series(1, 40) AS n;

INSERT INTO orders
SELECT n, 1 + n * 7 % 40, current_date - 1 - n * 37 % 800,
       (ARRAY['sent', 'sent', 'paid', 'sent', 'returned'])[1 + n / 3 % 5],
       5 + n * 13 % 190 + 0.95
FROM generate_series(1, 2000) AS n;

ANALYZE;
