/* model
name: fact_document
description: >-
  One row per document: an order, invoice or ticket, also one without lines. Amounts are those
  of all its lines as sold, in the document's currency, whatever its status; is_deal says
  whether any counts. Returns that are documents of their own are negative here; the reversal of
  a document that was returned whole is not in it, but in fact_sale on the day of the return. A
  document without a head whose lines lie in two months has a row in each.
carries: sale
grain: [system, document_id, month]
partition: month
needs_one_of: [sale, fact_sale]
columns:
  system: {type: string, description: The business system that sold it., tests: [not_null]}
  document_id: {type: string, description: "Order, invoice or ticket number within the system.", tests: [not_null]}
  customer_key: {type: string, description: "Who bought, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  business_date: {type: date, description: The shop's own date of the sale., tests: [not_null]}
  month: {type: date, description: First day of business_date's month., tests: [not_null]}
  sold_at: {type: timestamptz, description: When it was sold (UTC); null where the source has only a date.}
  status: {type: string, description: "The head's status; without a head the furthest that any line got, and cancelled only if all are.", tests: [not_null, {accepted_values: [placed, paid, shipped, delivered, cancelled, returned]}, {moves: {paid: [shipped, delivered, cancelled, returned], shipped: [delivered, cancelled, returned], delivered: [returned], cancelled: [], returned: []}}]}
  source_status: {type: string, description: "The head's status in the source's own word."}
  is_deal: {type: boolean, description: Whether at least one of its lines is a deal line., tests: [not_null]}
  is_fulfilled: {type: boolean, description: Whether its status is among the config's is_fulfilled., tests: [not_null]}
  is_return: {type: boolean, description: Whether it has lines and all of them are returns., tests: [not_null]}
  returned_on: {type: date, description: Date on which the whole document was returned; null where it was not.}
  channel: {type: string, description: Channel of the sale.}
  store_key: {type: string, description: "The shop or web channel, system:store id."}
  salesperson_key: {type: string, description: "The employee who sold it, system:employee id."}
  department: {type: string, description: Department of the sale.}
  currency: {type: string, description: ISO 4217 code of the amounts., tests: [not_null]}
  lines: {type: bigint, unit: lines, description: Lines of the document; 0 for one without., tests: [not_null]}
  quantity: {type: "decimal(18,4)", unit: units, description: Units on its lines., tests: [not_null]}
  gross_amount: {type: "decimal(18,4)", unit: currency, description: "Before discount, without tax and shipping.", tests: [not_null]}
  discount_amount: {type: "decimal(18,4)", unit: currency, description: Discount of lines and head., tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: currency, description: gross_amount − discount_amount., tests: [not_null]}
  tax_amount: {type: "decimal(18,4)", unit: currency, description: "Tax of lines and head, also of a head without lines.", tests: [not_null]}
  shipping_amount: {type: "decimal(18,4)", unit: currency, description: "Shipping charged on lines and head, also on a head without lines.", tests: [not_null]}
  cost_amount: {type: "decimal(18,4)", unit: currency, description: Cost of its lines; null where that of any is unknown.}
  margin_amount: {type: "decimal(18,4)", unit: currency, description: net_amount − cost_amount; null where the cost is.}
  net_amount_reporting: {type: "decimal(18,4)", unit: reporting currency, description: net_amount at business_date's rate.}
  deal_amount_reporting: {type: "decimal(18,4)", unit: reporting currency, description: Net amount of its deal lines alone; 0 without any., tests: [not_null]}
  delivery_id: {type: bigint, description: "The delivery of the head; without a head, the latest of its lines."}
  source_row: {type: bigint, description: "Row of the head in that delivery; null without a head."}
tests:
  - unique: [system, document_id, month]
measures:
  - name: documents
    title: {en: Documents, zh: 单据数}
    expression: count(*) filter (where is_deal and not is_return)
    unit: documents
    additivity: additive
    format: count
trace:
  - from: fact_sale
    where: system = it.system and document_id = it.document_id and month = it.month and not is_reversal
    show: [business_date, currency, status]
    columns:
      lines: count(*)
      quantity: sum(quantity)
      gross_amount: sum(gross_amount)
      discount_amount: sum(discount_amount)
      net_amount: sum(net_amount)
      tax_amount: sum(tax_amount)
      shipping_amount: sum(shipping_amount)
      net_amount_reporting: sum(net_amount_reporting)
      deal_amount_reporting: sum(net_amount_reporting) filter (where is_deal)
      cost_amount: sum(cost_amount) filter (where it.cost_amount is not null)
      margin_amount: sum(margin_amount) filter (where it.cost_amount is not null)
  - from: sale
    where: system = it.system and document_id = it.document_id and it.lines = 0
    columns:
      tax_amount: sum(tax_amount)
      shipping_amount: sum(shipping_amount)
*/
with heads as (
    select
        system,
        document_id,
        month,
        {{ key "system" "customer_id" }} as customer_key,
        business_date,
        sold_at,
        status,
        source_status,
        returned_on,
        channel,
        {{ key "system" "store_id" }} as store_key,
        {{ key "system" "salesperson_id" }} as salesperson_key,
        department,
        currency,
        tax_amount,
        shipping_amount,
        delivery_id,
        source_row{{ carried "@" }}
    from {{ input "sale" }}
    where {{ in_months "month" }}
),
summed as (
    select
        system,
        document_id,
        month,
        max(customer_key) filter (where customer_key <> 'anonymous') as customer_key,
        min(business_date) as business_date,
        min(sold_at) as sold_at,
        max(
            case status
                when 'cancelled' then 0
                when 'placed' then 1
                when 'paid' then 2
                when 'shipped' then 3
                when 'delivered' then 4
                else 5
            end
        ) as progress,
        max(case when is_deal then 1 else 0 end) as deal,
        min(case when is_return then 1 else 0 end) as only_returns,
        max(channel) as channel,
        max(store_key) as store_key,
        max(salesperson_key) as salesperson_key,
        max(department) as department,
        max(currency) as currency,
        count(*) as lines,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(shipping_amount) as shipping_amount,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount,
        sum(net_amount_reporting) as net_amount_reporting,
        sum(net_amount_reporting) filter (where is_deal) as deal_amount_reporting,
        max(delivery_id) as delivery_id
    from {{ ref "fact_sale" }}
    where not is_reversal and {{ in_months "month" }}
    group by system, document_id, month
),
documents as (
    select
        coalesce(h.system, s.system) as system,
        coalesce(h.document_id, s.document_id) as document_id,
        coalesce(h.month, s.month) as month,
        coalesce(h.customer_key, s.customer_key, 'anonymous') as customer_key,
        coalesce(h.business_date, s.business_date) as business_date,
        coalesce(h.sold_at, s.sold_at) as sold_at,
        case
            when h.document_id is not null then coalesce(h.status, 'delivered')
            when s.progress = 0 then 'cancelled'
            when s.progress = 1 then 'placed'
            when s.progress = 2 then 'paid'
            when s.progress = 3 then 'shipped'
            when s.progress = 4 then 'delivered'
            else 'returned'
        end as status,
        h.source_status,
        coalesce(s.deal, 0) = 1 as is_deal,
        coalesce(s.only_returns, 0) = 1 as is_return,
        h.returned_on,
        coalesce(h.channel, s.channel) as channel,
        coalesce(h.store_key, s.store_key) as store_key,
        coalesce(h.salesperson_key, s.salesperson_key) as salesperson_key,
        coalesce(h.department, s.department) as department,
        coalesce(h.currency, s.currency, {{ var "currency" }}) as currency,
        coalesce(s.lines, 0) as lines,
        coalesce(s.quantity, 0) as quantity,
        coalesce(s.gross_amount, 0) as gross_amount,
        coalesce(s.discount_amount, 0) as discount_amount,
        coalesce(s.net_amount, 0) as net_amount,
        coalesce(s.tax_amount, h.tax_amount, 0) as tax_amount,
        coalesce(s.shipping_amount, h.shipping_amount, 0) as shipping_amount,
        s.cost_amount,
        s.net_amount - s.cost_amount as margin_amount,
        case when s.document_id is null then 0 else s.net_amount_reporting end as net_amount_reporting,
        coalesce(s.deal_amount_reporting, 0) as deal_amount_reporting,
        coalesce(h.delivery_id, s.delivery_id) as delivery_id,
        h.source_row{{ carried "h.@" }}
    from heads as h
    full join summed as s on s.system = h.system and s.document_id = h.document_id and s.month = h.month
)
select
    cast(system as string) as system,
    cast(document_id as string) as document_id,
    cast(customer_key as string) as customer_key,
    cast(business_date as date) as business_date,
    cast(month as date) as month,
    cast(sold_at as timestamptz) as sold_at,
    cast(status as string) as status,
    cast(source_status as string) as source_status,
    cast(is_deal as boolean) as is_deal,
    cast(coalesce(status in {{ var "is_fulfilled" }}, false) as boolean) as is_fulfilled,
    cast(is_return as boolean) as is_return,
    cast(returned_on as date) as returned_on,
    cast(channel as string) as channel,
    cast(store_key as string) as store_key,
    cast(salesperson_key as string) as salesperson_key,
    cast(department as string) as department,
    cast(currency as string) as currency,
    cast(lines as bigint) as lines,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(discount_amount as decimal(18, 4)) as discount_amount,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(tax_amount as decimal(18, 4)) as tax_amount,
    cast(shipping_amount as decimal(18, 4)) as shipping_amount,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    cast(margin_amount as decimal(18, 4)) as margin_amount,
    cast(net_amount_reporting as decimal(18, 4)) as net_amount_reporting,
    cast(deal_amount_reporting as decimal(18, 4)) as deal_amount_reporting,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row{{ carried "@" }}
from documents
