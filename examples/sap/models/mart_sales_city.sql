/* model
name: mart_sales_city
description: >-
  One row per city of a customer with at least one deal line: where the customers are. Population:
  deal lines; those of customers without an address as "(none)".
grain: [country, zip_code, city]
columns:
  country: {type: string, description: "Country, ISO 3166; (none) without an address.", tests: [not_null]}
  zip_code: {type: string, description: "Postal code; (none) without an address.", tests: [not_null]}
  city: {type: string, description: "City; (none) without an address.", tests: [not_null]}
  customers: {type: bigint, unit: customers, description: Customers with a deal., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: reporting currency, description: Net sales., tests: [not_null]}
tests:
  - unique: [country, zip_code, city]
*/
select
    cast(coalesce(a.country, '(none)') as varchar) as country,
    cast(coalesce(a.zip_code, '(none)') as varchar) as zip_code,
    cast(coalesce(a.city, '(none)') as varchar) as city,
    cast(count(distinct s.customer_key) as bigint) as customers,
    cast(sum(s.net_amount_reporting) as decimal(18, 4)) as net_amount
from {{ ref "fact_sale" }} as s
left join {{ input "customer" }} as c on c.system || ':' || c.customer_id = s.customer_key
left join {{ input "address" }} as a on a.system = c.system and a.address_id = c.x_address_id
where s.is_deal
group by 1, 2, 3
