/* model
name: step_product_cost
description: >-
  One row per article and stretch of days with one standard cost. The first version holds from the
  beginning; versions that change nothing about the cost are one stretch.
grain: [system, sku, valid_from]
columns:
  system: {type: string, description: The business system that the article belongs to.}
  sku: {type: string, description: The article's key in it.}
  valid_from: {type: date, description: First day of the cost; 0001-01-01 for the beginning.}
  valid_to: {type: date, description: First day on which it no longer holds; 9999-12-31 for none.}
  standard_cost: {type: "decimal(18,4)", unit: currency, description: Standard cost of one unit; no stretch without one.}
  currency: {type: string, description: ISO 4217 code of the cost.}
*/
with versions as (
    select
        system,
        sku,
        valid_from,
        standard_cost,
        coalesce(currency, {{ var "currency" }}) as currency
    from {{ input "product" }}
    qualify row_number() over (partition by system, sku, valid_from order by delivery_id desc, source_row desc) = 1
),
changes as (
    -- versions that change nothing about the cost are one stretch
    select system, sku, valid_from, standard_cost, currency
    from versions
    window version as (partition by system, sku order by valid_from)
    qualify
        row_number() over version = 1
        or standard_cost is distinct from lag(standard_cost) over version
        or currency is distinct from lag(currency) over version
),
stretches as (
    select
        system,
        sku,
        case when row_number() over version = 1 then date '0001-01-01' else valid_from end as valid_from,
        coalesce(lead(valid_from) over version, date '9999-12-31') as valid_to,
        standard_cost,
        currency
    from changes
    window version as (partition by system, sku order by valid_from)
)
select
    cast(system as varchar) as system,
    cast(sku as varchar) as sku,
    cast(valid_from as date) as valid_from,
    cast(valid_to as date) as valid_to,
    cast(standard_cost as decimal(18, 4)) as standard_cost,
    cast(currency as varchar) as currency
from stretches
where standard_cost is not null
