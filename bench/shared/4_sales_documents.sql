-- Orders, tickets and what became of them.

-- step: documents, each month
create table document_{m} as
with heads as (
    select
        'shop' as system,
        document_id,
        'shop:' || customer_id as customer_key,
        business_date,
        sold_at,
        status,
        source_status,
        returned_on,
        channel,
        'shop:' || store_id as store_key,
        null::varchar as salesperson_key,
        currency,
        shipping_amount{trace}
    from read_parquet('{out}/staged/sale/{month}.parquet')
    union all
    select
        'erp',
        document_id,
        'erp:' || customer_id,
        business_date,
        null,
        status,
        source_status,
        returned_on,
        'erp',
        null,
        'erp:' || salesperson_id,
        currency,
        null{trace}
    from company_order
    where business_date >= date '{first}' and business_date < date '{next}'
),
summed as (
    select
        document_id,
        any_value(system) as system,
        any_value(customer_key) as customer_key,
        any_value(business_date) as business_date,
        any_value(sold_at) as sold_at,
        bool_or(is_deal) as is_deal,
        bool_and(is_return) as is_return,
        any_value(channel) as channel,
        any_value(store_key) as store_key,
        any_value(salesperson_key) as salesperson_key,
        any_value(department) as department,
        count(*) as lines,
        sum(quantity) as quantity,
        sum(gross_amount) as gross_amount,
        sum(discount_amount) as discount_amount,
        sum(net_amount) as net_amount,
        sum(tax_amount) as tax_amount,
        sum(shipping_amount) as shipping_amount,
        case when count(cost_amount) = count(*) then sum(cost_amount) end as cost_amount,
        sum(net_amount_reporting) as net_amount_reporting,
        sum(net_amount_reporting) filter (where is_deal) as deal_amount_reporting{s.trace}
    from sale_{m}
    where not is_reversal
    group by document_id
)
select
    coalesce(h.system, s.system) as system,
    coalesce(h.document_id, s.document_id) as document_id,
    coalesce(h.customer_key, s.customer_key, 'anonymous') as customer_key,
    coalesce(h.business_date, s.business_date) as business_date,
    date '{first}' as month,
    coalesce(h.sold_at, s.sold_at) as sold_at,
    coalesce(h.status, 'delivered') as status,
    h.source_status,
    coalesce(s.is_deal, false) as is_deal,
    coalesce(h.status, 'delivered') in ('shipped', 'delivered', 'returned') as is_fulfilled,
    coalesce(s.is_return, false) as is_return,
    h.returned_on,
    coalesce(h.channel, s.channel) as channel,
    coalesce(h.store_key, s.store_key) as store_key,
    coalesce(h.salesperson_key, s.salesperson_key) as salesperson_key,
    s.department,
    coalesce(h.currency, 'CNY') as currency,
    coalesce(s.lines, 0) as lines,
    coalesce(s.quantity, 0)::decimal(18, 4) as quantity,
    coalesce(s.gross_amount, 0)::decimal(18, 4) as gross_amount,
    coalesce(s.discount_amount, 0)::decimal(18, 4) as discount_amount,
    coalesce(s.net_amount, 0)::decimal(18, 4) as net_amount,
    coalesce(s.tax_amount, 0)::decimal(18, 4) as tax_amount,
    coalesce(s.shipping_amount, h.shipping_amount, 0)::decimal(18, 4) as shipping_amount,
    s.cost_amount::decimal(18, 4) as cost_amount,
    (s.net_amount - s.cost_amount)::decimal(18, 4) as margin_amount,
    coalesce(s.net_amount_reporting, 0)::decimal(18, 4) as net_amount_reporting,
    coalesce(s.deal_amount_reporting, 0)::decimal(18, 4) as deal_amount_reporting{d.trace}
from heads as h
full join summed as s on s.document_id = h.document_id;
copy document_{m} to '{out}/facts/fact_document/{month}.parquet' ({parquet});
