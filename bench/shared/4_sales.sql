-- Sales by month, through tables in memory that a month's facts and marts share.

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

-- step: orders of companies
-- Their lines as sold, and again on the day on which an order came back.
create table company_line as
with sold as (
    select
        l.document_id,
        l.line_no,
        h.customer_id,
        h.business_date,
        h.returned_on,
        h.salesperson_id,
        coalesce(l.status, h.status) as status,
        l.sku,
        l.quantity,
        l.gross_amount,
        coalesce(l.discount_amount, 0) as discount_amount,
        h.currency{l.trace}
    from read_parquet('{out}/staged/erp_line/*.parquet') as l
    join read_parquet('{out}/staged/erp_order/*.parquet') as h using (document_id)
)
select *, business_date as sold_on, false as is_reversal
from sold
union all
select
    * replace (coalesce(returned_on, business_date) as business_date, -quantity as quantity, -gross_amount as gross_amount, -discount_amount as discount_amount),
    business_date,
    true
from sold
where status = 'returned';
create table company_order as
from read_parquet('{out}/staged/erp_order/*.parquet');

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

create table company_article as
select distinct date_trunc('month', sold_on)::date as month, sku from company_line;
create table company_came_back as
select distinct date_trunc('month', business_date)::date as month, date_trunc('month', returned_on)::date as into_month
from company_order
where returned_on is not null;

-- step: sales, each month
create table sale_{m} as
with heads as (
    from read_parquet('{out}/staged/sale/{month}.parquet')
),
{web_lines:{month}},
-- Lines of orders with a head, as booked.
ordered as (
    select
        'shop' as system,
        document_id,
        line_no,
        customer_id,
        business_date as sold_on,
        business_date,
        sold_at,
        status,
        channel,
        'shop:W00' as store_key,
        null::varchar as salesperson_id,
        sku,
        quantity,
        gross_amount,
        discount_amount,
        shipping_amount,
        currency,
        false as is_reversal{trace}
    from spread
    union all
    select
        'shop',
        document_id,
        line_no,
        customer_id,
        business_date,
        returned_on,
        null,
        status,
        channel,
        'shop:W00',
        null,
        sku,
        -quantity,
        -gross_amount,
        -discount_amount,
        -shipping_amount,
        currency,
        true{trace}
    from returned_line
    where returned_month = date '{first}'
    union all
    select
        'erp',
        document_id,
        line_no,
        customer_id,
        sold_on,
        business_date,
        null,
        status,
        'erp',
        null,
        salesperson_id,
        sku,
        quantity,
        gross_amount,
        discount_amount,
        0,
        currency,
        is_reversal{trace}
    from company_line
    where business_date >= date '{first}' and business_date < date '{next}'
),
-- The departments that hold in the month or held when something came back.
department as (
    from desk where valid_from < date '{next}'
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
        department,
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
    left join (from department where valid_to > date '{first}') as d
        on d.employee_no = salesperson_id and d.valid_from <= business_date and d.valid_to > business_date
    union all
    select
        w.system,
        w.document_id,
        w.line_no,
        coalesce(w.system || ':' || w.customer_id, 'anonymous'),
        w.business_date,
        w.sold_at,
        w.status,
        'goods',
        w.status <> 'cancelled',
        w.status in ('shipped', 'delivered', 'returned'),
        w.is_reversal,
        w.channel,
        w.store_key,
        w.sku,
        w.system || ':' || w.salesperson_id,
        d.department,
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
        case when w.is_reversal then w.document_id end,
        case when w.is_reversal then w.line_no end{w.trace}
    from ordered as w
    left join article as a on a.sku = w.sku
    left join department as d on d.employee_no = w.salesperson_id and d.valid_from <= w.sold_on and d.valid_to > w.sold_on
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
    department,
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
    union
    select 'erp', sku from company_article
    where month = date '{first}' or month in (select month from company_came_back where into_month = date '{first}')
) as s
join article as a on a.sku = s.sku and a.standard_cost is not null;
copy cost_{m} to '{out}/dims/dim_product_cost/{month}.parquet' ({parquet});
drop table cost_{m};
