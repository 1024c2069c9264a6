/* model
name: fact_cost
description: One row per entry of money spent on customers, by its purpose.
carries: cost
grain: [system, cost_id]
partition: month
optional: [dim_fx_rate]
columns:
  system: {type: string, description: The business system that knows the cost., tests: [not_null]}
  cost_id: {type: string, description: Number of the entry within the system., tests: [not_null]}
  month: {type: date, description: First day of spent_on's month., tests: [not_null]}
  spent_on: {type: date, description: "Date of the cost, or any day of its month.", tests: [not_null]}
  purpose: {type: string, description: "acquire, keep, win_back or serve.", tests: [not_null, {accepted_values: [acquire, keep, win_back, serve]}]}
  customer_key: {type: string, description: "The customer that it was spent on alone, system:customer id; null for a cost of many."}
  activity: {type: string, description: The activity that cost it.}
  driver: {type: string, description: "By what it is spread: documents, contacts, cases, deliveries or service_uses; null where it is not.", tests: [{accepted_values: [documents, contacts, cases, deliveries, service_uses]}]}
  service: {type: string, description: "With the driver service_uses, the service whose uses alone count; null for all."}
  campaign: {type: string, description: The campaign that it belongs to.}
  project_id: {type: string, description: The project that it belongs to.}
  store_key: {type: string, description: "The shop that it belongs to, system:store id."}
  department: {type: string, description: The department that spent it.}
  cost_amount: {type: "decimal(18,4)", unit: currency, description: "Money spent, without tax.", tests: [not_null]}
  currency: {type: string, description: ISO 4217 code of the amount., tests: [not_null]}
  cost_amount_reporting: {type: "decimal(18,4)", unit: reporting currency, description: cost_amount at spent_on's rate; null where a rate is missing.}
  reporting_rate: {type: "decimal(18,12)", unit: reporting currency per unit of currency, description: "Rate of spent_on, at most seven days old; 1 for the reporting currency itself, null where missing."}
  delivery_id: {type: bigint, description: The delivery that the cost came in.}
  source_row: {type: bigint, description: Row of the cost in that delivery.}
tests:
  - unique: [system, cost_id]
  - name: every currency has a rate on every day that needs one
    sql: >-
      select currency, spent_on, count(*) as costs from fact_cost
      where cost_amount_reporting is null group by all order by all
measures:
  - name: cost_spent
    title: {en: Spent on customers, zh: 客户投入成本}
    expression: sum(cost_amount_reporting)
    unit: reporting currency
    additivity: additive
    format: amount
trace:
  - from: cost
    where: delivery_id = it.delivery_id and source_row = it.source_row and cost_id = it.cost_id
    show: [purpose, currency]
    columns:
      cost_amount: sum(cost_amount)
  - from: fx_rate
    rows: >-
      select f.*
      from dim_fx_rate as r
      join fx_rate as f on f.on_date = r.quoted_on and (
        f.from_currency = r.from_currency and f.to_currency = r.to_currency
        or f.from_currency = r.to_currency and f.to_currency = r.from_currency)
      where r.on_date = it.spent_on and r.from_currency = it.currency and r.rate = it.reporting_rate
    show: [rate]
    decides: [reporting_rate]
  - columns:
      cost_amount_reporting: cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4))
*/
with costs as (
    select
        system,
        cost_id,
        month,
        spent_on,
        purpose,
        customer_id,
        activity,
        driver,
        service,
        campaign,
        project_id,
        store_id,
        department,
        cost_amount,
        coalesce(currency, {{ var "currency" }}) as currency,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "cost" }}
    where {{ in_months "month" }}
),
converted as (
    select
        c.system,
        c.cost_id,
        c.month,
        c.spent_on,
        c.purpose,
        c.customer_id,
        c.activity,
        c.driver,
        c.service,
        c.campaign,
        c.project_id,
        c.store_id,
        c.department,
        c.cost_amount,
        c.currency,
        case when c.currency = {{ var "currency" }} then cast(1 as decimal(18, 12)) else r.rate end as reporting_rate,
        c.delivery_id,
        c.source_row{{ carried "c.@" }}
    from costs as c
    left join {{ ref "dim_fx_rate" }} as r
        on r.from_currency = c.currency
        and r.to_currency = {{ var "currency" }}
        and r.on_date = c.spent_on
        and r.month = c.month
)
select
    cast(system as string) as system,
    cast(cost_id as string) as cost_id,
    cast(month as date) as month,
    cast(spent_on as date) as spent_on,
    cast(purpose as string) as purpose,
    cast({{ key "system" "customer_id" }} as string) as customer_key,
    cast(activity as string) as activity,
    cast(driver as string) as driver,
    cast(service as string) as service,
    cast(campaign as string) as campaign,
    cast(project_id as string) as project_id,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(department as string) as department,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    cast(currency as string) as currency,
    cast(cast(cost_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4)) as cost_amount_reporting,
    cast(reporting_rate as decimal(18, 12)) as reporting_rate,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from converted
