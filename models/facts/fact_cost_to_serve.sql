/* model
name: fact_cost_to_serve
description: >-
  One row per month, customer key and driver: the costs of purpose serve, each borne by whoever
  caused it. A cost that names a customer is that customer's alone (direct). Others are pools by
  activity, driver and service; a pool is spread over all keys, anonymous among them, in proportion
  to what they used of the driver in the month, by largest remainder to the cent, ties by key. What
  has no driver, or one that nobody used in the month, is borne by nobody and stands under unspread.
grain: [month, customer_key, driver]
partition: month
optional: [fact_document, fact_contact, fact_case, fact_shipment, fact_service_use]
columns:
  month: {type: date, description: First day of the month of the cost., tests: [not_null]}
  customer_key: {type: string, description: "Who bears it, system:customer id, or anonymous; unspread for nobody.", tests: [not_null]}
  driver: {type: string, description: "direct (the cost names the customer), documents (with a deal line that is no return), contacts (either direction), cases (opened), deliveries (shipped), service_uses (their quantity), or none.", tests: [not_null, {accepted_values: [direct, documents, contacts, cases, deliveries, service_uses, none]}]}
  used: {type: "decimal(18,4)", unit: the driver's unit, description: What the key used of the driver in the month; null for direct and unspread.}
  cost_amount: {type: "decimal(18,4)", unit: reporting currency, description: Cost borne., tests: [not_null]}
tests:
  - unique: [month, customer_key, driver]
  - name: what is borne by all is what was spent
    sql: >-
      select month, sum(spent) as spent, sum(borne) as borne
      from (
        select month, cost_amount_reporting as spent, 0 as borne from fact_cost where purpose = 'serve'
        union all
        select month, 0 as spent, cost_amount as borne from fact_cost_to_serve
      )
      group by month having sum(spent) <> sum(borne) order by month
measures:
  - name: cost_to_serve
    title: {en: Cost to serve, zh: 服务成本}
    expression: sum(cost_amount)
    unit: reporting currency
    additivity: additive
    format: amount
*/
with costs as (
    select month, customer_key, activity, driver, service, cost_amount_reporting as amount
    from {{ ref "fact_cost" }}
    where {{ in_months "month" }} and purpose = 'serve' and cost_amount_reporting is not null
),
pools as (
    -- numbered, since numbers join and sort faster than names
    select
        row_number() over (order by month nulls last, driver nulls last, activity nulls last, service nulls last) as pool,
        month,
        driver,
        service,
        amount
    from (
        select month, driver, activity, service, cast(sum(amount) as decimal(18, 4)) as amount
        from costs
        where customer_key is null and driver is not null
        group by month, driver, activity, service
    )
),
drivers as (
    select 'documents' as driver, cast(null as string) as service, month, customer_key, cast(count(*) as decimal(18, 4)) as used
    from {{ ref "fact_document" }}
    where is_deal and not is_return and exists (select 1 from pools where driver = 'documents')
    group by month, customer_key
    union all
    select 'contacts' as driver, cast(null as string) as service, month, customer_key, cast(count(*) as decimal(18, 4)) as used
    from {{ ref "fact_contact" }}
    group by month, customer_key
    union all
    select 'cases' as driver, cast(null as string) as service, month, customer_key, cast(count(*) as decimal(18, 4)) as used
    from {{ ref "fact_case" }}
    group by month, customer_key
    union all
    select 'deliveries' as driver, cast(null as string) as service, month, customer_key, cast(count(*) as decimal(18, 4)) as used
    from {{ ref "fact_shipment" }}
    where exists (select 1 from pools where driver = 'deliveries')
    group by month, customer_key
    union all
    select 'service_uses' as driver, service, month, customer_key, cast(sum(quantity) as decimal(18, 4)) as used
    from {{ ref "fact_service_use" }}
    group by service, month, customer_key
),
shares as (
    -- whole units of a cent, or of a ten-thousandth where an amount is finer; uses in ten-thousandths
    select
        p.pool,
        p.month,
        p.driver,
        d.customer_key,
        case when p.amount < 0 then -1 else 1 end as sign,
        case when p.amount = cast(p.amount as decimal(18, 2)) then 100 else 1 end as unit,
        cast(floor(abs(p.amount) * 10000) as bigint) as amount,
        sum(cast(floor(d.used * 10000) as bigint)) as weight
    from pools as p
    join drivers as d on d.month = p.month and d.driver = p.driver and (p.service is null or p.service = d.service)
    where d.used > 0
    group by p.pool, p.month, p.driver, p.amount, d.customer_key
),
weighed as (
    select
        pool,
        month,
        driver,
        customer_key,
        sign,
        unit,
        {{ int_div "amount" "unit" }} as units,
        cast(weight as bigint) as weight,
        cast(sum(weight) over (partition by pool) as bigint) as weights
    from shares
),
estimated as (
    -- a quota is units × weight ÷ weights: its whole part, which a double may miss by one
    select
        pool,
        month,
        driver,
        customer_key,
        sign,
        unit,
        units,
        weight,
        cast(weights as decimal(18, 0)) as weights,
        cast(units as decimal(20, 0)) * cast(weight as decimal(18, 0)) as dividend,
        cast(floor({{ ratio "cast(units as double) * cast(weight as double)" "weights" }}) as bigint) as quota
    from weighed
),
floored as (
    select
        pool,
        month,
        driver,
        customer_key,
        sign,
        unit,
        units,
        weight,
        weights,
        dividend,
        quota + case
            when dividend < cast(quota as decimal(20, 0)) * weights then -1
            when dividend >= cast(quota + 1 as decimal(20, 0)) * weights then 1
            else 0
        end as quota
    from estimated
),
ranked as (
    select
        pool,
        month,
        driver,
        customer_key,
        sign * unit as unit,
        weight,
        quota,
        units - cast(sum(quota) over (partition by pool) as bigint) as units_left,
        row_number() over (
            partition by pool
            order by dividend - cast(quota as decimal(20, 0)) * weights desc nulls last, customer_key nulls last
        ) as place
    from floored
),
borne as (
    select
        month,
        customer_key,
        driver,
        cast(weight as decimal(18, 0)) * 0.0001 as used,
        cast(cast(unit * (quota + case when place <= units_left then 1 else 0 end) as decimal(20, 0)) * 0.0001 as decimal(18, 4)) as amount
    from ranked
    union all
    select month, customer_key, 'direct' as driver, null as used, amount
    from costs
    where customer_key is not null
    union all
    select month, 'unspread' as customer_key, 'none' as driver, null as used, amount
    from costs
    where customer_key is null and driver is null
    union all
    select p.month, 'unspread' as customer_key, p.driver, null as used, p.amount
    from pools as p
    where not exists (select 1 from shares as s where s.pool = p.pool)
)
select
    cast(month as date) as month,
    cast(customer_key as string) as customer_key,
    cast(driver as string) as driver,
    cast(max(used) as decimal(18, 4)) as used,
    cast(sum(amount) as decimal(18, 4)) as cost_amount
from borne
group by month, customer_key, driver
