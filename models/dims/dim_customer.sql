/* model
name: dim_customer
description: >-
  One row per customer: all customer keys of dim_customer_identity that are one customer, also
  those that no customer input describes. Each attribute is, of those that the keys have in their
  versions of as_of, the one of the first system by identity.system_priority, then the latest by
  valid_from, then the smallest key's; contact data are in person_customer.
carries: customer
grain: [customer_id]
reaches: [as_of]
optional: [customer]
upkeep: {touched: step_customer_touched, replaces: customer_id}
columns:
  customer_id: {type: string, description: The smallest key of those that are one customer., tests: [not_null]}
  keys: {type: bigint, unit: keys, description: How many customer keys it has., tests: [not_null]}
  systems: {type: string, description: "The systems that know it, in alphabetical order with a comma between.", tests: [not_null]}
  customer_type: {type: string, description: person or company.}
  city: {type: string, description: City.}
  region: {type: string, description: Region.}
  country: {type: string, description: Country.}
  birth_year: {type: int, description: Year of birth.}
  industry: {type: string, description: "Industry, for companies."}
  size: {type: string, description: "Size class, for companies."}
  parent_key: {type: string, description: "The customer key that it belongs to, system:customer id."}
  parent_customer_id: {type: string, description: The customer that it belongs to.}
  account_manager_key: {type: string, description: "The employee who looks after it, system:employee id."}
  created_on: {type: date, description: First date on which any system knew it.}
  is_described: {type: boolean, description: Whether a customer input describes any of its keys., tests: [not_null]}
tests:
  - unique: [customer_id]
*/
with versions as (
    select
        system,
        system || ':' || customer_id as customer_key,
        valid_from,
        customer_type,
        city,
        region,
        country,
        birth_year,
        industry,
        size,
        system || ':' || parent_id as parent_key,
        system || ':' || account_manager_id as account_manager_key,
        created_on{{ carried "@" }}
    from {{ input "customer" }}
    where {{ touched "customer_key" "system || ':' || customer_id" }}
    qualify {{ is_version "system, customer_id" (var "as_of") }}
),
described as (
    select
        i.customer_id,
        i.customer_key,
        split_part(i.customer_key, ':', 1) as system,
        v.customer_key is not null as is_described,
        v.valid_from,
        v.customer_type,
        v.city,
        v.region,
        v.country,
        v.birth_year,
        v.industry,
        v.size,
        v.parent_key,
        v.account_manager_key,
        v.created_on{{ carried "v.@" }}
    from {{ ref "dim_customer_identity" }} as i
    left join versions as v on v.customer_key = i.customer_key
    where {{ touched "customer_id" "i.customer_id" }}
),
-- Customers with several keys, few as a rule: only they need aggregates.
shared as (
    select distinct customer_id from {{ ref "dim_customer_identity" }} where customer_key <> customer_id and {{ touched "customer_id" }}
),
-- Their keys in the order in which they are believed; arg_min passes over nulls.
placed as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by
                list_position(list_value{{ var "system_priority" }}, system) nulls last,
                valid_from desc nulls last,
                customer_key
        ) as place
    from described
    where customer_id in (from shared)
),
customers as (
    select
        customer_id,
        1 as keys,
        system as systems,
        customer_type,
        city,
        region,
        country,
        birth_year,
        industry,
        size,
        parent_key,
        account_manager_key,
        created_on,
        is_described{{ carried "@" }}
    from described
    where customer_id not in (from shared)
    union all
    select
        customer_id,
        count(*) as keys,
        string_agg(distinct system, ',' order by system) as systems,
        arg_min(customer_type, place) as customer_type,
        arg_min(city, place) as city,
        arg_min(region, place) as region,
        arg_min(country, place) as country,
        arg_min(birth_year, place) as birth_year,
        arg_min(industry, place) as industry,
        arg_min(size, place) as size,
        arg_min(parent_key, place) as parent_key,
        arg_min(account_manager_key, place) as account_manager_key,
        min(created_on) as created_on,
        bool_or(is_described) as is_described{{ carried "arg_min(@, place) as @" }}
    from placed
    group by customer_id
)
select
    cast(c.customer_id as varchar) as customer_id,
    cast(c.keys as bigint) as keys,
    cast(c.systems as varchar) as systems,
    cast(c.customer_type as varchar) as customer_type,
    cast(c.city as varchar) as city,
    cast(c.region as varchar) as region,
    cast(c.country as varchar) as country,
    cast(c.birth_year as integer) as birth_year,
    cast(c.industry as varchar) as industry,
    cast(c.size as varchar) as size,
    cast(c.parent_key as varchar) as parent_key,
    cast(coalesce(p.customer_id, c.parent_key) as varchar) as parent_customer_id,
    cast(c.account_manager_key as varchar) as account_manager_key,
    cast(c.created_on as date) as created_on,
    cast(c.is_described as boolean) as is_described{{ carried "c.@" }}
from customers as c
left join {{ ref "dim_customer_identity" }} as p on p.customer_key = c.parent_key
