-- Facts by month, through tables in memory that a month's facts and marts share.

-- part: web_lines
lines as (
    select
        l.document_id,
        l.line_no,
        h.customer_id,
        h.business_date,
        h.sold_at,
        h.status,
        h.returned_on,
        h.channel,
        l.sku,
        l.quantity,
        l.gross_amount,
        l.discount_amount,
        h.discount_amount as head_discount,
        h.shipping_amount as shipping,
        h.currency{l.trace}
    from read_parquet('{out}/staged/sale_line/shop-{which}.parquet') as l
    join heads as h using (document_id)
),
-- In cents: each line's part by its net amount, what is left over to the largest remainders.
weighed as (
    select
        document_id,
        line_no,
        (head_discount * 100)::bigint as discount,
        (shipping * 100)::bigint as shipping,
        greatest(((gross_amount - discount_amount) * 100)::bigint, 0) as weight,
        (sum(weight) over (partition by document_id))::bigint as weights
    from lines
    where head_discount <> 0 or shipping <> 0
),
quotas as (
    select
        document_id,
        line_no,
        discount,
        shipping,
        discount * weight // weights as discount_quota,
        discount * weight % weights as discount_rest,
        shipping * weight // weights as shipping_quota,
        shipping * weight % weights as shipping_rest
    from weighed
),
shares as (
    select
        document_id,
        line_no,
        discount_quota + case when row_number() over (partition by document_id order by discount_rest desc, line_no) <= discount - sum(discount_quota) over (partition by document_id) then 1 else 0 end as discount,
        shipping_quota + case when row_number() over (partition by document_id order by shipping_rest desc, line_no) <= shipping - sum(shipping_quota) over (partition by document_id) then 1 else 0 end as shipping
    from quotas
),
spread as (
    select
        lines.* exclude (head_discount, shipping) replace ((discount_amount + coalesce(s.discount, 0) * 0.01)::decimal(18, 4) as discount_amount),
        (coalesce(s.shipping, 0) * 0.01)::decimal(18, 4) as shipping_amount
    from lines
    left join shares as s using (document_id, line_no)
)
-- end

-- step: returned orders
-- Lines of orders that came back whole, as sold: their reversal counts on the day of the return.
create table returned_line as
with heads as (
    from read_parquet('{out}/staged/sale/*.parquet') where status = 'returned'
),
{web_lines:*}
select s.*, date_trunc('month', coalesce(returned_on, business_date))::date as returned_month
from spread as s;


-- step: web articles
-- The costs of a month are those of its articles, and of the web shop's in the
-- months from which an order came back in it.
create table web_article as
select distinct strptime(regexp_extract(filename, 'shop-(.*)\.parquet', 1) || '-01', '%Y-%m-%d')::date as month, sku
from read_parquet('{out}/staged/sale_line/shop-*.parquet', filename = true);
create table came_back as
select distinct business_date - day(business_date)::int + 1 as month, date_trunc('month', returned_on)::date as into_month
from read_parquet('{out}/staged/sale/*.parquet')
where returned_on is not null;

-- step: sales, each month
create table sale_{m} as
with heads as (
    from read_parquet('{out}/staged/sale/{month}.parquet')
),
{web_lines:{month}},
web as (
    select
        document_id,
        line_no,
        customer_id,
        business_date,
        sold_at,
        status,
        false as is_return,
        channel,
        sku,
        quantity,
        gross_amount,
        discount_amount,
        shipping_amount,
        currency,
        false as is_reversal,
        null::varchar as original_document_id,
        null::int as original_line_no{trace}
    from spread
    union all
    select
        document_id,
        line_no,
        customer_id,
        returned_on,
        null,
        status,
        true,
        channel,
        sku,
        -quantity,
        -gross_amount,
        -discount_amount,
        -shipping_amount,
        currency,
        true,
        document_id,
        line_no{trace}
    from returned_line
    where returned_month = date '{first}'
),
costed as (
    select
        'pos' as system,
        document_id,
        line_no,
        coalesce('pos:' || customer_id, 'anonymous') as customer_key,
        business_date,
        sold_at,
        'delivered' as status,
        kind,
        kind <> 'stored_value' as is_deal,
        true as is_fulfilled,
        quantity < 0 as is_return,
        channel,
        'pos:' || store_id as store_key,
        sku,
        'pos:' || salesperson_id as salesperson_key,
        quantity,
        gross_amount,
        discount_amount,
        tax_amount,
        0::decimal(18, 4) as shipping_amount,
        (quantity::int * standard_cost::decimal(12, 4))::decimal(18, 4) as cost_amount,
        'CNY' as currency,
        1::decimal(18, 12) as rate,
        false as is_reversal,
        original_document_id,
        original_line_no{trace}
    from read_parquet('{out}/staged/sale_line/pos-{month}.parquet')
    left join article using (sku)
    union all
    select
        'shop' as system,
        w.document_id,
        w.line_no,
        coalesce('shop:' || w.customer_id, 'anonymous'),
        w.business_date,
        w.sold_at,
        w.status,
        'goods',
        w.status <> 'cancelled',
        w.status in ('shipped', 'delivered', 'returned'),
        w.is_return,
        w.channel,
        'shop:W00',
        w.sku,
        null,
        w.quantity,
        w.gross_amount,
        w.discount_amount,
        0,
        w.shipping_amount,
        case
            when w.currency = 'CNY' then (w.quantity::int * a.standard_cost::decimal(12, 4))::decimal(18, 4)
            else ((w.quantity::int * a.standard_cost::decimal(12, 4))::decimal(20, 4) * c.rate)::decimal(18, 4)
        end,
        w.currency,
        case when w.currency = 'CNY' then 1 else r.rate end,
        w.is_reversal,
        w.original_document_id,
        w.original_line_no{w.trace}
    from web as w
    left join article as a on a.sku = w.sku
    left join fx as c on c.from_currency = 'CNY' and c.to_currency = w.currency and c.on_date = w.business_date
    left join fx as r on r.from_currency = w.currency and r.to_currency = 'CNY' and r.on_date = w.business_date
)
select
    system,
    document_id,
    line_no,
    customer_key,
    business_date,
    date '{first}' as month,
    sold_at,
    status,
    kind,
    is_deal,
    is_fulfilled,
    is_return,
    channel,
    store_key,
    sku,
    salesperson_key,
    null::varchar as department,
    quantity,
    gross_amount,
    discount_amount,
    (gross_amount - discount_amount)::decimal(18, 4) as net_amount,
    tax_amount::decimal(18, 4) as tax_amount,
    shipping_amount,
    cost_amount,
    (gross_amount - discount_amount - cost_amount)::decimal(18, 4) as margin_amount,
    currency,
    case
        when rate = 1 then (gross_amount - discount_amount)::decimal(18, 4)
        else ((gross_amount - discount_amount)::decimal(20, 4) * rate)::decimal(18, 4)
    end as net_amount_reporting,
    rate::decimal(18, 12) as reporting_rate,
    is_reversal,
    original_document_id,
    original_line_no{trace}
from costed;
copy sale_{m} to '{out}/facts/fact_sale/{month}.parquet' ({parquet});

-- step: product costs, each month
create table cost_{m} as
select
    date '{first}' as month,
    s.system,
    s.sku,
    date '0001-01-01' as valid_from,
    date '{next}' as valid_to,
    a.standard_cost,
    'CNY' as currency
from (
    select distinct system, sku from sale_{m} where system = 'pos'
    union
    select 'shop', sku from web_article
    where month = date '{first}' or month in (select month from came_back where into_month = date '{first}')
) as s
join article as a on a.sku = s.sku and a.standard_cost is not null;
copy cost_{m} to '{out}/dims/dim_product_cost/{month}.parquet' ({parquet});
drop table cost_{m};

-- step: documents, each month
create table document_{m} as
with summed as (
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
    coalesce('shop:' || h.customer_id, s.customer_key, 'anonymous') as customer_key,
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
    coalesce('shop:' || h.store_id, s.store_key) as store_key,
    s.salesperson_key,
    null::varchar as department,
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
from read_parquet('{out}/staged/sale/{month}.parquet') as h
full join summed as s on s.document_id = h.document_id;
copy document_{m} to '{out}/facts/fact_document/{month}.parquet' ({parquet});

-- step: value and retention, each month
create table day_{m} as
select
    customer_key,
    business_date,
    count(*) as lines,
    sum(quantity) as quantity,
    sum(case when reporting_rate = 1 then gross_amount else (gross_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as gross_amount,
    sum(net_amount_reporting) as net_amount,
    sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0) as returns_amount,
    sum(case when reporting_rate = 1 then cost_amount else (cost_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as cost_amount,
    sum(net_amount_reporting) filter (where cost_amount is not null) as costed_net_amount,
    bool_or(quantity > 0 and not is_return) as has_deal
from sale_{m}
where is_deal
group by customer_key, business_date;
create table bought_{m} as
select customer_key, count(*) as documents from document_{m} where is_deal and not is_return group by customer_key;
copy (
    select
        customer_key,
        date '{first}' as month,
        coalesce(any_value(documents), 0) as documents,
        sum(lines)::bigint as lines,
        sum(quantity)::decimal(18, 4) as quantity,
        sum(gross_amount)::decimal(18, 4) as gross_amount,
        (sum(gross_amount) - sum(net_amount))::decimal(18, 4) as discount_amount,
        sum(net_amount)::decimal(18, 4) as net_amount,
        coalesce(sum(returns_amount), 0)::decimal(18, 4) as returns_amount,
        sum(cost_amount)::decimal(18, 4) as cost_amount,
        (sum(costed_net_amount) - sum(cost_amount))::decimal(18, 4) as margin_amount,
        coalesce(sum(costed_net_amount), 0)::decimal(18, 4) as costed_net_amount,
        0::decimal(18, 4) as cost_to_serve_amount,
        min(business_date) filter (where has_deal) as first_sold_on,
        max(business_date) filter (where has_deal) as last_sold_on
    from day_{m}
    left join bought_{m} using (customer_key)
    group by customer_key
) to '{out}/facts/fact_customer_value/{month}.parquet' ({parquet});
copy (
    select
        customer_key,
        date '{first}' as month,
        coalesce(bit_or(1::bigint << day(business_date)) filter (where has_deal and net_amount >= 0), 0)::bigint as purchase_days_mask,
        coalesce(any_value(documents), 0) as documents,
        sum(net_amount)::decimal(18, 4) as net_amount,
        min(business_date) filter (where has_deal and net_amount >= 0) as first_purchase_on,
        max(business_date) filter (where has_deal and net_amount >= 0) as last_purchase_on,
        0::bigint as contracts_started,
        0::bigint as contracts_active,
        0::bigint as contracts_ended,
        0::decimal(18, 4) as recurring_amount
    from day_{m}
    left join bought_{m} using (customer_key)
    group by customer_key
) to '{out}/facts/fact_retention/{month}.parquet' ({parquet});
drop table day_{m};
drop table bought_{m};

-- step: sales marts, each month
create table part_{m} as
select
    business_date,
    coalesce(store_key, 'none') as store_key,
    coalesce(channel, 'none') as channel,
    count(*) filter (where not is_return) as lines,
    sum(quantity) as quantity,
    sum(case when reporting_rate = 1 then gross_amount else (gross_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as gross_amount,
    sum(net_amount_reporting) as net_amount,
    sum(net_amount_reporting) filter (where is_return and net_amount_reporting < 0) as returns_amount,
    count(*) filter (where is_return) as return_lines,
    sum(case when reporting_rate = 1 then cost_amount else (cost_amount::decimal(20, 4) * reporting_rate)::decimal(18, 4) end) as cost_amount,
    sum(net_amount_reporting) filter (where cost_amount is not null) as costed_net_amount,
    sum(net_amount_reporting) filter (where customer_key = 'anonymous') as anonymous_net_amount
from sale_{m}
where is_deal
group by all;
create table ticket_{m} as
select
    business_date,
    coalesce(store_key, 'none') as store_key,
    coalesce(channel, 'none') as channel,
    nullif(customer_key, 'anonymous') as buyer
from document_{m}
where is_deal and not is_return;
copy (
    with tickets as (
        select business_date, store_key, channel, count(*) as tickets, count(distinct buyer) as customers, count(*) - count(buyer) as anonymous_tickets
        from ticket_{m}
        group by all
    )
    select
        business_date,
        date '{first}' as month,
        store_key,
        channel,
        coalesce(tickets, 0) as tickets,
        lines,
        quantity::decimal(18, 4) as quantity,
        gross_amount::decimal(18, 4) as gross_amount,
        (gross_amount - net_amount)::decimal(18, 4) as discount_amount,
        net_amount::decimal(18, 4) as net_amount,
        coalesce(returns_amount, 0)::decimal(18, 4) as returns_amount,
        return_lines,
        cost_amount::decimal(18, 4) as cost_amount,
        coalesce(costed_net_amount, 0)::decimal(18, 4) as costed_net_amount,
        coalesce(costed_net_amount, 0)::double / nullif(net_amount::double, 0) as costed_share,
        (coalesce(costed_net_amount, 0) - cost_amount)::decimal(18, 4) as margin_amount,
        case when coalesce(costed_net_amount, 0) >= 0.95 * net_amount then (costed_net_amount - cost_amount)::double / nullif(costed_net_amount::double, 0) end as margin_rate,
        net_amount::double / nullif(tickets::double, 0) as basket_amount,
        coalesce(customers, 0) as customers,
        coalesce(anonymous_tickets, 0) as anonymous_tickets,
        coalesce(anonymous_net_amount, 0)::decimal(18, 4) as anonymous_net_amount,
        anonymous_tickets::double / nullif(tickets::double, 0) as anonymous_share
    from part_{m}
    left join tickets using (business_date, store_key, channel)
) to '{out}/marts/mart_sales_day/{month}.parquet' ({parquet});
copy (
    with tickets as (
        select store_key, channel, count(*) as tickets, count(distinct buyer) as customers, count(*) - count(buyer) as anonymous_tickets
        from ticket_{m}
        group by all
    ),
    summed as (
        select
            store_key,
            channel,
            sum(lines) as lines,
            sum(quantity) as quantity,
            sum(gross_amount) as gross_amount,
            sum(net_amount) as net_amount,
            coalesce(sum(returns_amount), 0) as returns_amount,
            sum(return_lines) as return_lines,
            sum(cost_amount) as cost_amount,
            coalesce(sum(costed_net_amount), 0) as costed_net_amount,
            coalesce(sum(anonymous_net_amount), 0) as anonymous_net_amount
        from part_{m}
        group by all
    )
    select
        date '{first}' as month,
        store_key,
        channel,
        coalesce(tickets, 0) as tickets,
        lines::bigint as lines,
        quantity::decimal(18, 4) as quantity,
        gross_amount::decimal(18, 4) as gross_amount,
        (gross_amount - net_amount)::decimal(18, 4) as discount_amount,
        net_amount::decimal(18, 4) as net_amount,
        returns_amount::decimal(18, 4) as returns_amount,
        return_lines::bigint as return_lines,
        cost_amount::decimal(18, 4) as cost_amount,
        costed_net_amount::decimal(18, 4) as costed_net_amount,
        costed_net_amount::double / nullif(net_amount::double, 0) as costed_share,
        (costed_net_amount - cost_amount)::decimal(18, 4) as margin_amount,
        case when costed_net_amount >= 0.95 * net_amount then (costed_net_amount - cost_amount)::double / nullif(costed_net_amount::double, 0) end as margin_rate,
        net_amount::double / nullif(tickets::double, 0) as basket_amount,
        coalesce(customers, 0) as customers,
        coalesce(anonymous_tickets, 0) as anonymous_tickets,
        anonymous_net_amount::decimal(18, 4) as anonymous_net_amount,
        anonymous_tickets::double / nullif(tickets::double, 0) as anonymous_share
    from summed
    left join tickets using (store_key, channel)
) to '{out}/marts/mart_sales_month/{month}.parquet' ({parquet});
copy (
    select
        date '{first}' as month,
        coalesce(system || ':' || sku, 'none') as product_key,
        sum(lines)::bigint as lines,
        sum(quantity)::decimal(18, 4) as quantity,
        sum(net_amount)::decimal(18, 4) as net_amount
    from (
        select system, sku, count(*) filter (where not is_return) as lines, sum(quantity) as quantity, coalesce(sum(net_amount_reporting), 0) as net_amount
        from sale_{m}
        where is_deal
        group by system, sku
    )
    group by product_key
) to '{out}/marts/mart_product_month/{month}.parquet' ({parquet});
drop table part_{m};
drop table ticket_{m};
drop table document_{m};
drop table sale_{m};
