/* model
name: fact_service_use
description: One row per use of a free service, such as delivery, parking or an exchange.
carries: service_use
grain: [system, use_id]
partition: month
columns:
  system: {type: string, description: The business system that knows the use., tests: [not_null]}
  use_id: {type: string, description: Number of the use within the system., tests: [not_null]}
  customer_key: {type: string, description: "Who used it, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: First day of used_on's month., tests: [not_null]}
  used_at: {type: timestamptz, description: When it was used (UTC); null where the source has only a date.}
  used_on: {type: date, description: Date of the use., tests: [not_null]}
  service: {type: string, description: "The service, such as delivery, parking or exchange.", tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: the service's unit, description: "How often or how much; 1 where the source does not say.", tests: [not_null]}
  store_key: {type: string, description: "The shop in which it was used, system:store id."}
  document_id: {type: string, description: The document that it belongs to.}
  delivery_id: {type: bigint, description: The delivery that the use came in.}
  source_row: {type: bigint, description: Row of the use in that delivery.}
tests:
  - unique: [system, use_id]
measures:
  - name: service_uses
    title: {en: Uses of free services, zh: 免费服务使用次数}
    expression: count(*)
    unit: uses
    additivity: additive
    format: count
trace:
  - from: service_use
    where: delivery_id = it.delivery_id and source_row = it.source_row and use_id = it.use_id
    columns:
      quantity: sum(coalesce(quantity, 1))
*/
with uses as (
    select
        system,
        use_id,
        customer_id,
        month,
        used_at,
        used_on,
        service,
        coalesce(quantity, 1) as quantity,
        store_id,
        document_id,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "service_use" }}
    where {{ in_months "month" }}
)
select
    cast(system as string) as system,
    cast(use_id as string) as use_id,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(month as date) as month,
    cast(used_at as timestamptz) as used_at,
    cast(used_on as date) as used_on,
    cast(service as string) as service,
    cast(quantity as decimal(18, 4)) as quantity,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(document_id as string) as document_id,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from uses
