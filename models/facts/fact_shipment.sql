/* model
name: fact_shipment
description: >-
  One row per shipment of a document or line, in the month of shipped_on; one without that date
  in the month of its sale. What became of it later, delivered and on time, is told in the same row.
carries: shipment
grain: [system, shipment_id]
partition: month
columns:
  system: {type: string, description: The business system that knows the shipment., tests: [not_null]}
  shipment_id: {type: string, description: Number of the shipment within the system., tests: [not_null]}
  document_id: {type: string, description: The document that is delivered., tests: [not_null]}
  line_no: {type: int, description: The line that is delivered; null for the whole document.}
  customer_key: {type: string, description: "Who receives it, else the customer of the sale; anonymous where the source names nobody.", tests: [not_null]}
  month: {type: date, description: "First day of the month of shipped_on, else of the sale's business_date.", tests: [not_null]}
  store_key: {type: string, description: "The shop from whose stock it is delivered, else that of the sale, system:store id."}
  promised_on: {type: date, description: Date by which it was promised; null where nothing was.}
  shipped_on: {type: date, description: Date handed to the carrier.}
  delivered_on: {type: date, description: Date received by the customer; null while it is not.}
  in_full: {type: boolean, description: Whether everything ordered was in it; null where the source does not say.}
  is_delivered: {type: boolean, description: Whether it was received., tests: [not_null]}
  is_on_time: {type: boolean, description: Whether it was received by the date promised; null without a promise or while it is not received.}
  days_taken: {type: int, unit: days, description: Days from shipped_on to delivered_on.}
  days_promised: {type: int, unit: days, description: Days from shipped_on to promised_on.}
  days_late: {type: int, unit: days, description: "Days from promised_on to delivered_on; negative when early."}
  delivery_id: {type: bigint, description: The delivery of data that the row came in.}
  source_row: {type: bigint, description: Row of the shipment in that delivery.}
tests:
  - unique: [system, shipment_id]
  - name: nothing is received before it was shipped
    severity: warn
    sql: select system, shipment_id, shipped_on, delivered_on, delivery_id, source_row from fact_shipment where days_taken < 0
measures:
  - name: on_time_share
    title: {en: Delivered on time, zh: 准时交付率}
    expression: (count(*) filter (where is_on_time))::double / nullif(count(is_on_time), 0)
    unit: share
    additivity: ratio
    format: percent
*/
with shipments as (
    select
        system,
        shipment_id,
        document_id,
        line_no,
        month,
        coalesce(customer_id, owner_customer_id) as customer_id,
        coalesce(store_id, owner_store_id) as store_id,
        promised_on,
        shipped_on,
        delivered_on,
        in_full,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "shipment" }}
    where {{ in_months "month" }}
)
select
    cast(system as string) as system,
    cast(shipment_id as string) as shipment_id,
    cast(document_id as string) as document_id,
    cast(line_no as int) as line_no,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(month as date) as month,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(promised_on as date) as promised_on,
    cast(shipped_on as date) as shipped_on,
    cast(delivered_on as date) as delivered_on,
    cast(in_full as boolean) as in_full,
    cast(delivered_on is not null as boolean) as is_delivered,
    cast(delivered_on <= promised_on as boolean) as is_on_time,
    cast({{ days_between "shipped_on" "delivered_on" }} as int) as days_taken,
    cast({{ days_between "shipped_on" "promised_on" }} as int) as days_promised,
    cast({{ days_between "promised_on" "delivered_on" }} as int) as days_late,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from shipments
