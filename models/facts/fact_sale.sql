/* model
name: fact_sale
description: >-
  One row per sale line, returns and cancelled lines included; filter on is_deal for what was
  sold. A document of status returned without return lines of its own has each line a second
  time, negative, on the date of its return. Amounts are in the document's currency.
carries: sale_line
grain: [system, document_id, line_no, is_return]
partition: month
reaches: [sale.returned_on, sale_line.returned_on]
optional: [sale, dim_fx_rate, dim_product_cost, dim_employee_department]
columns:
  system: {type: string, description: The business system that sold it., tests: [not_null]}
  document_id: {type: string, description: "Order, invoice or ticket number within the system.", tests: [not_null]}
  line_no: {type: int, description: Number of the line within its document., tests: [not_null]}
  customer_key: {type: string, description: "Who bought, system:customer id; anonymous where the source names nobody.", tests: [not_null]}
  business_date: {type: date, description: "The shop's own date of the sale; of a reversal, the date of the return.", tests: [not_null]}
  month: {type: date, description: First day of business_date's month., tests: [not_null]}
  sold_at: {type: timestamptz, description: "When it was sold (UTC); null where the source has only a date, and for reversals."}
  status: {type: string, description: "The line's own status, else its document's, else delivered.", tests: [not_null, {accepted_values: [placed, paid, shipped, delivered, cancelled, returned]}]}
  kind: {type: string, description: "goods, service, or stored_value (a card charged: a liability and never a deal).", tests: [not_null, {accepted_values: [goods, service, stored_value]}]}
  is_deal: {type: boolean, description: "Whether the line counts as sold: its status is among the config's is_deal, and its kind is not stored_value.", tests: [not_null]}
  is_fulfilled: {type: boolean, description: "Whether the line's status is among the config's is_fulfilled.", tests: [not_null]}
  is_return: {type: boolean, description: "Whether the line takes something back: the source says so, its quantity is negative, or it is a reversal.", tests: [not_null]}
  channel: {type: string, description: Channel of the sale.}
  store_key: {type: string, description: "The shop or web channel, system:store id."}
  sku: {type: string, description: The article's key in its system.}
  salesperson_key: {type: string, description: "The employee who sold it, system:employee id."}
  department: {type: string, description: "Department of the sale as the source says, else the salesperson's on the date of the sale."}
  quantity: {type: "decimal(18,4)", unit: units, description: Units sold; negative for returns., tests: [not_null]}
  gross_amount: {type: "decimal(18,4)", unit: currency, description: "Before discount, without tax and shipping; negative for returns.", tests: [not_null]}
  discount_amount: {type: "decimal(18,4)", unit: currency, description: "The line's own discount and its share of the document's; of the sign of gross_amount.", tests: [not_null]}
  net_amount: {type: "decimal(18,4)", unit: currency, description: "gross_amount − discount_amount, without tax and shipping.", tests: [not_null]}
  tax_amount: {type: "decimal(18,4)", unit: currency, description: "The line's own tax and its share of the document's; 0 where the source gives none.", tests: [not_null]}
  shipping_amount: {type: "decimal(18,4)", unit: currency, description: "Shipping charged for the line and its share of the document's; 0 where the source gives none.", tests: [not_null]}
  cost_amount: {type: "decimal(18,4)", unit: currency, description: "Cost as the source gives it, else quantity × the article's standard cost on the date of the sale, converted into the line's currency at that date; null where neither is known."}
  margin_amount: {type: "decimal(18,4)", unit: currency, description: "net_amount − cost_amount; null where the cost is."}
  currency: {type: string, description: "ISO 4217 code of the amounts.", tests: [not_null]}
  net_amount_reporting: {type: "decimal(18,4)", unit: reporting currency, description: net_amount at business_date's rate; null where a rate is missing.}
  delivery_id: {type: bigint, description: The delivery that the line came in.}
  source_row: {type: bigint, description: Row of the line in that delivery.}
  reporting_rate: {type: "decimal(18,12)", unit: reporting currency per unit of currency, description: "Rate of business_date, at most seven days old; 1 for the reporting currency itself, null where missing."}
  is_reversal: {type: boolean, description: Whether Nightjar added the line to undo one of a document that was returned whole., tests: [not_null]}
  original_document_id: {type: string, description: "The document that a return refers to, where known."}
  original_line_no: {type: int, description: "The line that a return refers to, where known."}
tests:
  - unique: [system, document_id, line_no, is_return]
  - name: every currency has a rate on every day that needs one
    sql: >-
      select currency, business_date, count(*) as lines from fact_sale
      where net_amount_reporting is null group by all order by all
  - name: returns are negative
    severity: warn
    sql: >-
      select system, document_id, line_no, quantity, net_amount, delivery_id, source_row from fact_sale
      where is_return and (quantity > 0 or net_amount > 0)
  - name: a document is not both reversed and credited
    severity: warn
    sql: >-
      select c.system, c.document_id, c.line_no, c.original_document_id, c.delivery_id, c.source_row from fact_sale as c
      where c.is_return and not c.is_reversal and exists (
        select 1 from fact_sale as r
        where r.is_reversal and r.system = c.system and r.document_id = c.original_document_id)
measures:
  - name: sales
    title: {en: Net sales, zh: 净销售额}
    expression: sum(net_amount_reporting) filter (where is_deal)
    unit: reporting currency
    additivity: additive
    format: amount
  - name: units
    title: {en: Units sold, zh: 销售数量}
    expression: sum(quantity) filter (where is_deal)
    unit: units
    additivity: additive
    format: count
trace:
  - from: sale_line
    where: delivery_id = it.delivery_id and source_row = it.source_row and document_id = it.document_id and line_no = it.line_no
    columns:
      quantity: sum(case when it.is_reversal then -quantity else quantity end)
      gross_amount: sum(case when it.is_reversal then -gross_amount else gross_amount end)
      discount_amount: sum(case when it.is_reversal then -discount_amount else discount_amount end)
      tax_amount: sum(case when it.is_reversal then -tax_amount else tax_amount end)
      shipping_amount: sum(case when it.is_reversal then -shipping_amount else shipping_amount end)
  - from: sale
    where: system = it.system and document_id = it.document_id
    show: [status, returned_on]
    spread:
      discount_amount: case when it.is_reversal then -discount_amount else discount_amount end
      tax_amount: case when it.is_reversal then -tax_amount else tax_amount end
      shipping_amount: case when it.is_reversal then -shipping_amount else shipping_amount end
    decides: [customer_key, business_date, month, sold_at, status, is_deal, is_fulfilled, is_return, is_reversal, channel, store_key, salesperson_key, department, currency]
  - from: product
    rows: >-
      select p.*
      from (select *, min(valid_from) over (partition by system, sku) as first_from from product) as p
      join dim_product_cost as c on c.system = p.system and c.sku = p.sku
        and p.valid_from = case when c.valid_from = date '0001-01-01' then p.first_from else c.valid_from end
      where c.month = it.month and c.system = it.system and c.sku = it.sku
        and it.cost_amount = cast(cast(it.quantity as decimal(20, 4)) * c.standard_cost as decimal(18, 4))
    show: [standard_cost]
    decides: [cost_amount]
  - from: employee
    rows: >-
      select e.*
      from (select *, min(valid_from) over (partition by system, employee_id) as first_from from employee) as e
      join dim_employee_department as d on d.system = e.system and d.employee_id = e.employee_id
        and e.valid_from = case when d.valid_from = date '0001-01-01' then e.first_from else d.valid_from end
      where d.month = it.month and d.system || ':' || d.employee_id = it.salesperson_key and d.department = it.department
        and d.valid_from <= it.business_date
    show: [department]
    decides: [department]
  - from: fx_rate
    rows: >-
      select f.*
      from dim_fx_rate as r
      join fx_rate as f on f.on_date = r.quoted_on and (
        f.from_currency = r.from_currency and f.to_currency = r.to_currency
        or f.from_currency = r.to_currency and f.to_currency = r.from_currency)
      where r.month = it.month and r.on_date = it.business_date and r.from_currency = it.currency and r.rate = it.reporting_rate
    show: [rate]
    decides: [reporting_rate]
  - columns:
      net_amount: gross_amount - discount_amount
      margin_amount: net_amount - cost_amount
      net_amount_reporting: cast(cast(net_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4))
*/
with heads as (
    -- of documents of the month, and of those returned in it
    select system, document_id, month, currency, discount_amount, tax_amount, shipping_amount
    from {{ input "sale" }}
    where
        (discount_amount <> 0 or tax_amount <> 0 or shipping_amount <> 0)
        and ({{ in_months "month" }} or {{ in_months (month_start "returned_on") }})
),
head_parts as (
    select system, document_id, month, currency, 'discount' as part, discount_amount as amount
    from heads where discount_amount <> 0
    union all
    select system, document_id, month, currency, 'tax' as part, tax_amount as amount
    from heads where tax_amount <> 0
    union all
    select system, document_id, month, currency, 'shipping' as part, shipping_amount as amount
    from heads where shipping_amount <> 0
),
head_amounts as (
    -- numbered, since numbers sort faster than keys
    select
        row_number() over (order by system nulls last, document_id nulls last, part nulls last, month nulls last) as spread,
        system,
        document_id,
        month,
        currency,
        part,
        amount
    from head_parts
),
weighed as (
    -- beside each line that it is spread over; numbers in ten-thousandths, and how many of
    -- them make the currency's smallest unit
    select
        a.spread,
        l.line_no,
        l.delivery_id,
        l.source_row,
        case when a.amount < 0 then -1 else 1 end as sign,
        cast(floor(cast(abs(a.amount) as decimal(20, 4)) * 10000) as bigint) as amount,
        cast(floor(cast(l.gross_amount - coalesce(l.discount_amount, 0) as decimal(20, 4)) * 10000) as bigint) as line_amount,
        case
            when coalesce(a.currency, l.currency, {{ var "currency" }}) in (
                'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG',
                'RWF', 'UGX', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
            ) then 10000
            when coalesce(a.currency, l.currency, {{ var "currency" }}) in (
                'BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'
            ) then 10
            else 100
        end as smallest
    from {{ input "sale_line" }} as l
    join head_amounts as a on a.system = l.system and a.document_id = l.document_id and a.month = l.month
),
measured as (
    -- an amount finer than the smallest unit is spread in ten-thousandths, so that none is lost
    select
        spread,
        line_no,
        delivery_id,
        source_row,
        sign,
        case when amount % smallest = 0 then smallest else 1 end as unit,
        case when amount % smallest = 0 then {{ int_div "amount" "smallest" }} else amount end as units,
        case
            when max(line_amount) over (partition by spread) > 0
                then case when line_amount > 0 then line_amount else 0 end
            when min(line_amount) over (partition by spread) < 0 then abs(line_amount)
            else 1
        end as weight
    from weighed
),
summed as (
    select
        spread,
        line_no,
        delivery_id,
        source_row,
        sign,
        unit,
        units,
        weight,
        cast(sum(weight) over (partition by spread) as bigint) as weights
    from measured
),
estimated as (
    -- a line's quota is units × weight ÷ weights: its whole part, which a double may miss by one
    select
        spread,
        line_no,
        delivery_id,
        source_row,
        sign,
        unit,
        units,
        cast(weights as decimal(18, 0)) as weights,
        cast(units as decimal(20, 0)) * cast(weight as decimal(18, 0)) as dividend,
        cast(floor({{ ratio "cast(units as double) * cast(weight as double)" "weights" }}) as bigint) as quota
    from summed
),
floored as (
    select
        spread,
        line_no,
        delivery_id,
        source_row,
        sign,
        unit,
        units,
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
    -- the units left over go to the largest remainders, equal ones by line_no
    select
        spread,
        line_no,
        delivery_id,
        source_row,
        sign * unit as unit,
        quota,
        units - cast(sum(quota) over (partition by spread) as bigint) as units_left,
        row_number() over (
            partition by spread
            order by
                dividend - cast(quota as decimal(20, 0)) * weights desc nulls last,
                line_no nulls last,
                delivery_id nulls last,
                source_row nulls last
        ) as place
    from floored
),
spread_amounts as (
    select
        a.system,
        a.document_id,
        r.line_no,
        r.delivery_id,
        r.source_row,
        a.part,
        cast(
            cast(r.unit * (r.quota + case when r.place <= r.units_left then 1 else 0 end) as decimal(20, 0)) * 0.0001
            as decimal(18, 4)
        ) as amount
    from ranked as r
    join head_amounts as a on a.spread = r.spread
),
shares as (
    select
        system,
        document_id,
        line_no,
        delivery_id,
        source_row,
        cast(sum(amount) filter (where part = 'discount') as decimal(18, 4)) as discount_amount,
        cast(sum(amount) filter (where part = 'tax') as decimal(18, 4)) as tax_amount,
        cast(sum(amount) filter (where part = 'shipping') as decimal(18, 4)) as shipping_amount
    from spread_amounts
    group by system, document_id, line_no, delivery_id, source_row
),
lines as (
    -- lines of the month, and of documents returned in it, as sold: with what their heads say
    select
        l.month,
        l.system,
        l.document_id,
        l.line_no,
        coalesce(l.customer_id, h.customer_id) as customer_id,
        coalesce(l.business_date, h.business_date) as sold_on,
        coalesce(l.sold_at, h.sold_at) as sold_at,
        coalesce(l.status, h.status, 'delivered') as status,
        case when h.document_id is null then l.returned_on else h.returned_on end as returned_on,
        {{ month_start "coalesce(case when h.document_id is null then l.returned_on else h.returned_on end, l.business_date, h.business_date)" }} as booked_month,
        case
            when h.status = 'returned' then {{ month_start "h.returned_on" }}
            when h.document_id is null and l.status = 'returned' then {{ month_start "l.returned_on" }}
        end as returned_month,
        coalesce(l.kind, 'goods') as kind,
        coalesce(l.is_return, false) or l.quantity < 0 as is_return,
        coalesce(l.channel, h.channel) as channel,
        coalesce(l.store_id, h.store_id) as store_id,
        l.sku,
        coalesce(l.salesperson_id, h.salesperson_id) as salesperson_id,
        coalesce(l.department, h.department) as department,
        l.quantity,
        l.gross_amount,
        coalesce(l.discount_amount, 0) + coalesce(s.discount_amount, 0) as discount_amount,
        coalesce(l.tax_amount, 0) + coalesce(s.tax_amount, 0) as tax_amount,
        coalesce(l.shipping_amount, 0) + coalesce(s.shipping_amount, 0) as shipping_amount,
        l.cost_amount,
        coalesce(l.currency, h.currency, {{ var "currency" }}) as currency,
        l.original_document_id,
        l.original_line_no,
        l.delivery_id,
        l.source_row{{ carried "l.@" }}
    from {{ input "sale_line" }} as l
    left join {{ input "sale" }} as h
        on h.system = l.system and h.document_id = l.document_id and h.month = l.month
    left join shares as s
        on s.system = l.system
        and s.document_id = l.document_id
        and s.line_no = l.line_no
        and s.delivery_id = l.delivery_id
        and s.source_row = l.source_row
    where
        {{ in_months "l.month" }}
        or h.status = 'returned' and {{ in_months (month_start "h.returned_on") }}
        or h.document_id is null and l.status = 'returned' and {{ in_months (month_start "l.returned_on") }}
),
credited as (
    -- documents that need no reversal in a month, since lines of theirs say what came back
    select month, system, document_id from lines where is_return
    union
    select returned_month as month, system, document_id from lines where is_return
    union
    select month, system, original_document_id as document_id from lines
    where is_return and original_document_id is not null
),
booked as (
    select
        month,
        system,
        document_id,
        line_no,
        customer_id,
        sold_on,
        sold_on as business_date,
        sold_at,
        status,
        kind,
        is_return,
        channel,
        store_id,
        sku,
        salesperson_id,
        department,
        quantity,
        gross_amount,
        discount_amount,
        tax_amount,
        shipping_amount,
        cost_amount,
        currency,
        delivery_id,
        source_row,
        false as is_reversal,
        original_document_id,
        original_line_no{{ carried "@" }}
    from lines
    where {{ in_months "month" }}
    union all
    select
        booked_month as month,
        system,
        document_id,
        line_no,
        customer_id,
        sold_on,
        coalesce(returned_on, sold_on) as business_date,
        cast(null as timestamptz) as sold_at,
        status,
        kind,
        true as is_return,
        channel,
        store_id,
        sku,
        salesperson_id,
        department,
        -quantity as quantity,
        -gross_amount as gross_amount,
        -discount_amount as discount_amount,
        -tax_amount as tax_amount,
        -shipping_amount as shipping_amount,
        -cost_amount as cost_amount,
        currency,
        delivery_id,
        source_row,
        true as is_reversal,
        document_id as original_document_id,
        line_no as original_line_no{{ carried "@" }}
    from lines
    where
        status = 'returned'
        and {{ in_months "booked_month" }}
        and booked_month in (month, returned_month)
        and not exists (
            select 1 from credited
            where credited.month = lines.booked_month
                and credited.system = lines.system
                and credited.document_id = lines.document_id
        )
),
costed as (
    select
        b.month,
        b.system,
        b.document_id,
        b.line_no,
        b.customer_id,
        b.business_date,
        b.sold_at,
        b.status,
        b.kind,
        coalesce(b.status in {{ var "is_deal" }}, false) and b.kind <> 'stored_value' as is_deal,
        coalesce(b.status in {{ var "is_fulfilled" }}, false) as is_fulfilled,
        b.is_return,
        b.channel,
        b.store_id,
        b.sku,
        b.salesperson_id,
        coalesce(b.department, d.department) as department,
        b.quantity,
        b.gross_amount,
        b.discount_amount,
        b.gross_amount - b.discount_amount as net_amount,
        b.tax_amount,
        b.shipping_amount,
        case
            when b.cost_amount is not null then b.cost_amount
            -- whole units at a common price: the product fits 18 digits, and is four times as fast
            when p.currency = b.currency
                and abs(b.quantity) < 100000
                and abs(p.standard_cost) < 10000000
                and cast(cast(b.quantity as decimal(6, 0)) as decimal(18, 4)) = b.quantity
                then cast(cast(b.quantity as decimal(6, 0)) * cast(p.standard_cost as decimal(12, 4)) as decimal(18, 4))
            when p.currency = b.currency
                then cast(cast(b.quantity as decimal(20, 4)) * p.standard_cost as decimal(18, 4))
            when p.currency is not null
                then cast(cast(cast(b.quantity as decimal(20, 4)) * p.standard_cost as decimal(20, 4)) * c.rate as decimal(18, 4))
        end as cost_amount,
        b.currency,
        case when b.currency = {{ var "currency" }} then cast(1 as decimal(18, 12)) else r.rate end as reporting_rate,
        b.delivery_id,
        b.source_row,
        b.is_reversal,
        b.original_document_id,
        b.original_line_no{{ carried "b.@" }}
    from booked as b
    left join {{ ref "dim_product_cost" }} as p
        on p.month = b.month and p.system = b.system and p.sku = b.sku and p.valid_from <= b.sold_on and p.valid_to > b.sold_on
    left join {{ ref "dim_employee_department" }} as d
        on d.system = b.system
        and d.employee_id = case when b.department is null then b.salesperson_id end
        and d.month = b.month
        and d.valid_from <= b.sold_on
        and d.valid_to > b.sold_on
    left join {{ ref "dim_fx_rate" }} as c
        on c.from_currency = p.currency and c.to_currency = b.currency and c.on_date = b.business_date and c.month = b.month
    left join {{ ref "dim_fx_rate" }} as r
        on r.from_currency = b.currency and r.to_currency = {{ var "currency" }} and r.on_date = b.business_date and r.month = b.month
)
select
    cast(system as string) as system,
    cast(document_id as string) as document_id,
    cast(line_no as int) as line_no,
    cast(coalesce({{ key "system" "customer_id" }}, 'anonymous') as string) as customer_key,
    cast(business_date as date) as business_date,
    cast(month as date) as month,
    cast(sold_at as timestamptz) as sold_at,
    cast(status as string) as status,
    cast(kind as string) as kind,
    cast(is_deal as boolean) as is_deal,
    cast(is_fulfilled as boolean) as is_fulfilled,
    cast(is_return as boolean) as is_return,
    cast(channel as string) as channel,
    cast({{ key "system" "store_id" }} as string) as store_key,
    cast(sku as string) as sku,
    cast({{ key "system" "salesperson_id" }} as string) as salesperson_key,
    cast(department as string) as department,
    cast(quantity as decimal(18, 4)) as quantity,
    cast(gross_amount as decimal(18, 4)) as gross_amount,
    cast(discount_amount as decimal(18, 4)) as discount_amount,
    cast(net_amount as decimal(18, 4)) as net_amount,
    cast(tax_amount as decimal(18, 4)) as tax_amount,
    cast(shipping_amount as decimal(18, 4)) as shipping_amount,
    cast(cost_amount as decimal(18, 4)) as cost_amount,
    cast(net_amount - cost_amount as decimal(18, 4)) as margin_amount,
    cast(currency as string) as currency,
    case
        when reporting_rate = 1 then cast(net_amount as decimal(18, 4))
        else cast(cast(net_amount as decimal(20, 4)) * reporting_rate as decimal(18, 4))
    end as net_amount_reporting,
    cast(delivery_id as bigint) as delivery_id,
    cast(source_row as bigint) as source_row,
    cast(reporting_rate as decimal(18, 12)) as reporting_rate,
    cast(is_reversal as boolean) as is_reversal,
    cast(original_document_id as string) as original_document_id,
    cast(original_line_no as int) as original_line_no{{ carried "@" }}
from costed
