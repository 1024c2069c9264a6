-- Text reads: every number, date and instant has its format or the row becomes a
-- reject, every row its number in its file, every file its hash and its count of
-- records (in the table delivery, which the program fills by a pass of its own).

-- step: formats
create macro money(t) as case when regexp_full_match(t, '-?[0-9]{1,14}(\.[0-9]{1,4})?') then t::decimal(18, 4) end;
create macro whole(t) as case when regexp_full_match(t, '-?[0-9]{1,9}') then t::int end;
create macro rate_of(t) as case when regexp_full_match(t, '[0-9]{1,10}(\.[0-9]{1,8})?') then t::decimal(18, 8) end;
create macro day_of(t) as case when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_strptime(t, '%Y-%m-%d')::date end;
create macro instant(t) as case when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}') then try_strptime(t, '%Y-%m-%d %H:%M:%S') end;
create macro utc(t) as make_timestamptz(epoch_us(t) - 28800000000);
create macro id_of(name) as (select id from delivery where file = name);
create table reject (file varchar, source_row bigint, rule varchar, raw varchar);
create table taken (file varchar, rows bigint, staged bigint);

-- step: stage till lines, each month
create table checked_{m} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        whole(line_no) as line_no_,
        instant(sold_at) as sold_at_,
        money(qty) as qty_,
        money(gross) as gross_,
        money(discount) as discount_,
        money(tax) as tax_,
        whole(return_of_line) as return_of_line_
    from read_csv('{data}/till/till_{month}.csv', auto_detect = false, header = true, columns = {
        ticket_no: 'varchar', line_no: 'varchar', store: 'varchar', till: 'varchar', sold_at: 'varchar', member_no: 'varchar',
        cashier: 'varchar', sku: 'varchar', qty: 'varchar', unit_price: 'varchar', gross: 'varchar',
        discount: 'varchar', tax: 'varchar', kind: 'varchar', return_of_ticket: 'varchar', return_of_line: 'varchar'
    })
)
select
    'pos' as system,
    ticket_no as document_id,
    line_no_ as line_no,
    member_no as customer_id,
    sold_at_::date as business_date,
    utc(sold_at_) as sold_at,
    'store' as channel,
    store as store_id,
    cashier as salesperson_id,
    sku,
    kind,
    qty_ as quantity,
    gross_ as gross_amount,
    discount_ as discount_amount,
    tax_ as tax_amount,
    return_of_ticket as original_document_id,
    return_of_line_ as original_line_no,
    id_of('till_{month}.csv') as delivery_id,
    source_row,
    case
        when ticket_no is null then 'ticket_no'
        when line_no_ is null then 'line_no'
        when sold_at_ is null or sold_at_ > timestamp '{received}' then 'sold_at'
        when qty_ is null then 'qty'
        when gross_ is null then 'gross'
        when discount is not null and discount_ is null then 'discount'
        when tax is not null and tax_ is null then 'tax'
        when kind not in ('goods', 'service', 'stored_value') then 'kind'
        when return_of_line is not null and return_of_line_ is null then 'return_of_line'
    end as broken,
    case when broken is not null then concat_ws(',', ticket_no, typed.line_no, typed.sold_at, qty, gross, discount, tax, typed.kind, return_of_line) end as raw
from typed;
insert into reject select 'till_{month}.csv', source_row, broken, raw from checked_{m} where broken is not null;
insert into taken select 'till_{month}.csv', count(*), count(*) filter (where broken is null) from checked_{m};
copy (select * exclude (broken, raw) from checked_{m} where broken is null) to '{out}/staged/sale_line/pos-{month}.parquet' ({parquet});
drop table checked_{m};

-- step: stage web orders, each month
create table checked_{m} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        instant(ordered_at) as ordered_at_,
        day_of(returned_on) as returned_on_,
        money(discount) as discount_,
        money(shipping) as shipping_,
        instant(updated_at) as updated_at_,
        case status
            when '已下单' then 'placed' when '已付款' then 'paid' when '已发货' then 'shipped'
            when '已签收' then 'delivered' when '已取消' then 'cancelled' when '已退货' then 'returned'
        end as status_
    from read_csv('{data}/shop/orders_{month}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', customer_no: 'varchar', ordered_at: 'varchar', status: 'varchar', paid_at: 'varchar', returned_on: 'varchar',
        currency: 'varchar', discount: 'varchar', shipping: 'varchar', channel: 'varchar', updated_at: 'varchar'
    })
)
select
    'shop' as system,
    order_no as document_id,
    customer_no as customer_id,
    ordered_at_::date as business_date,
    utc(ordered_at_) as sold_at,
    status_ as status,
    typed.status as source_status,
    returned_on_ as returned_on,
    channel,
    'W00' as store_id,
    currency,
    discount_ as discount_amount,
    shipping_ as shipping_amount,
    id_of('orders_{month}.csv') as delivery_id,
    source_row,
    case
        when order_no is null then 'order_no'
        when ordered_at_ is null or ordered_at_ > timestamp '{received}' then 'ordered_at'
        when status_ is null then 'status'
        when typed.returned_on is not null and (returned_on_ is null or returned_on_ > timestamp '{received}') then 'returned_on'
        when discount is not null and discount_ is null then 'discount'
        when shipping is not null and shipping_ is null then 'shipping'
        when updated_at_ is null then 'updated_at'
    end as broken,
    case when broken is not null then concat_ws(',', order_no, customer_no, ordered_at, typed.status, typed.returned_on, discount, shipping, updated_at) end as raw,
    updated_at_ as updated_at
from typed;
insert into reject select 'orders_{month}.csv', source_row, broken, raw from checked_{m} where broken is not null;
insert into taken select 'orders_{month}.csv', count(*), count(*) filter (where broken is null) from checked_{m};
copy (
    select * exclude (broken, raw, updated_at) from checked_{m} where broken is null
    qualify row_number() over (partition by document_id order by updated_at desc, source_row desc) = 1
) to '{out}/staged/sale/{month}.parquet' ({parquet});
drop table checked_{m};

-- step: stage web lines, each month
create table checked_{m} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        whole(line_no) as line_no_,
        money(qty) as qty_,
        money(gross) as gross_,
        money(discount) as discount_
    from read_csv('{data}/shop/lines_{month}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', line_no: 'varchar', sku: 'varchar', qty: 'varchar', unit_price: 'varchar', gross: 'varchar', discount: 'varchar'
    })
)
select
    'shop' as system,
    order_no as document_id,
    line_no_ as line_no,
    sku,
    qty_ as quantity,
    gross_ as gross_amount,
    discount_ as discount_amount,
    id_of('lines_{month}.csv') as delivery_id,
    source_row,
    case
        when order_no is null then 'order_no'
        when line_no_ is null then 'line_no'
        when qty_ is null then 'qty'
        when gross_ is null then 'gross'
        when discount is not null and discount_ is null then 'discount'
    end as broken,
    case when broken is not null then concat_ws(',', order_no, typed.line_no, qty, gross, discount) end as raw
from typed;
insert into reject select 'lines_{month}.csv', source_row, broken, raw from checked_{m} where broken is not null;
insert into taken select 'lines_{month}.csv', count(*), count(*) filter (where broken is null) from checked_{m};
copy (select * exclude (broken, raw) from checked_{m} where broken is null) to '{out}/staged/sale_line/shop-{month}.parquet' ({parquet});
drop table checked_{m};

-- step: read payments, each month
create table payment_{m} as
with typed as (
    select *, row_number() over () as source_row, whole(seq) as seq_, money(amount) as amount_, instant(paid_at) as paid_at_
    from read_csv('{data}/shop/payments_{month}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', seq: 'varchar', method: 'varchar', amount: 'varchar', currency: 'varchar', paid_at: 'varchar'
    })
)
select
    'shop' as system,
    order_no as document_id,
    seq_ as sequence,
    method,
    amount_ as payment_amount,
    currency,
    utc(paid_at_) as paid_at,
    paid_at_::date as paid_on,
    date_trunc('month', paid_at_)::date as month,
    id_of('payments_{month}.csv') as delivery_id,
    source_row,
    case
        when order_no is null then 'order_no'
        when seq_ is null then 'seq'
        when amount_ is null then 'amount'
        when paid_at_ is null or paid_at_ > timestamp '{received}' then 'paid_at'
    end as broken,
    case when broken is not null then concat_ws(',', order_no, seq, amount, typed.paid_at) end as raw
from typed;
insert into reject select 'payments_{month}.csv', source_row, broken, raw from payment_{m} where broken is not null;
insert into taken select 'payments_{month}.csv', count(*), count(*) filter (where broken is null) from payment_{m};
copy (select * exclude (broken, raw) from payment_{m} where broken is null) to '{out}/spill/payment-{month}.parquet' ({parquet});
drop table payment_{m};

-- step: read shipments, each month
create table shipped_{m} as
with typed as (
    select *, row_number() over () as source_row, day_of(promised_on) as promised_on_, day_of(shipped_on) as shipped_on_, day_of(delivered_on) as delivered_on_
    from read_csv('{data}/shop/shipments_{month}.csv', auto_detect = false, header = true, columns = {
        shipment_no: 'varchar', order_no: 'varchar', promised_on: 'varchar', shipped_on: 'varchar', delivered_on: 'varchar', from_store: 'varchar'
    })
)
select
    'shop' as system,
    shipment_no as shipment_id,
    order_no as document_id,
    from_store as store_id,
    promised_on_ as promised_on,
    shipped_on_ as shipped_on,
    delivered_on_ as delivered_on,
    date_trunc('month', shipped_on_)::date as month,
    id_of('shipments_{month}.csv') as delivery_id,
    source_row,
    case
        when shipment_no is null then 'shipment_no'
        when order_no is null then 'order_no'
        when typed.promised_on is not null and promised_on_ is null then 'promised_on'
        when shipped_on_ is null or shipped_on_ > timestamp '{received}' then 'shipped_on'
        when typed.delivered_on is not null and (delivered_on_ is null or delivered_on_ > timestamp '{received}') then 'delivered_on'
    end as broken,
    case when broken is not null then concat_ws(',', shipment_no, order_no, typed.promised_on, typed.shipped_on, typed.delivered_on) end as raw
from typed;
insert into reject select 'shipments_{month}.csv', source_row, broken, raw from shipped_{m} where broken is not null;
insert into taken select 'shipments_{month}.csv', count(*), count(*) filter (where broken is null) from shipped_{m};
copy (select * exclude (broken, raw) from shipped_{m} where broken is null) to '{out}/spill/shipment-{month}.parquet' ({parquet});
drop table shipped_{m};

-- step: read cards, each month
create table card_{m} as
with typed as (
    select *, row_number() over () as source_row, day_of(handed_on) as handed_on_, instant(answered_at) as answered_at_
    from read_csv('{data}/survey/cards_{month}.csv', auto_detect = false, header = true, quote = '"', columns = {
        card_no: 'varchar', handed_on: 'varchar', handed_by: 'varchar', store: 'varchar', member_no: 'varchar', answered_at: 'varchar',
        sample: 'varchar', recommend: 'varchar', satisfaction: 'varchar', staff: 'varchar', price: 'varchar', comment: 'varchar'
    })
)
select
    card_no,
    handed_on_ as handed_on,
    handed_by,
    store,
    member_no,
    answered_at_ as answered_at,
    sample,
    recommend,
    satisfaction,
    staff,
    price,
    comment,
    id_of('cards_{month}.csv') as delivery_id,
    source_row,
    case
        when card_no is null then 'card_no'
        when typed.handed_on is not null and (handed_on_ is null or handed_on_ > timestamp '{received}') then 'handed_on'
        when typed.answered_at is not null and (answered_at_ is null or answered_at_ > timestamp '{received}') then 'answered_at'
        when typed.sample not in ('card', 'random', 'lost', 'key_account', 'exit') then 'sample'
        when typed.recommend is not null and money(typed.recommend) is null then 'recommend'
        when typed.satisfaction is not null and money(typed.satisfaction) is null then 'satisfaction'
        when typed.staff is not null and money(typed.staff) is null then 'staff'
        when typed.price is not null and money(typed.price) is null then 'price'
    end as broken,
    case when broken is not null then concat_ws(',', card_no, typed.handed_on, typed.answered_at, typed.sample) end as raw
from typed;
insert into reject select 'cards_{month}.csv', source_row, broken, raw from card_{m} where broken is not null;
insert into taken select 'cards_{month}.csv', count(*), count(*) filter (where broken is null) from card_{m};
copy (select * exclude (broken, raw) from card_{m} where broken is null) to '{out}/spill/card-{month}.parquet' ({parquet});
drop table card_{m};

-- step: place payments, shipments and cards
copy (from read_parquet('{out}/spill/payment-*.parquet')) to '{out}/staged/payment' ({parquet}, partition_by (month), write_partition_columns true);
copy (from read_parquet('{out}/spill/shipment-*.parquet')) to '{out}/staged/shipment' ({parquet}, partition_by (month), write_partition_columns true);
create table card as from read_parquet('{out}/spill/card-*.parquet');

-- step: stage masters
create table customer as
with typed as (
    select *, row_number() over (partition by system) as source_row, whole(birth_year) as birth_year_, day_of(created_on) as created_on_
    from (
        select 'pos' as system, *
        from read_csv('{data}/crm/customers_{as_of}.csv', auto_detect = false, header = true, columns = {
            customer_no: 'varchar', name: 'varchar', type: 'varchar', phone: 'varchar', email: 'varchar', member_card: 'varchar',
            master_id: 'varchar', region: 'varchar', birth_year: 'varchar', created_on: 'varchar'
        })
        union all
        select 'shop' as system, *
        from read_csv('{data}/shop/customers_{as_of}.csv', auto_detect = false, header = true, columns = {
            customer_no: 'varchar', name: 'varchar', type: 'varchar', phone: 'varchar', email: 'varchar', member_card: 'varchar',
            master_id: 'varchar', region: 'varchar', birth_year: 'varchar', created_on: 'varchar'
        })
    )
)
select
    * exclude (birth_year_, created_on_, birth_year, created_on),
    birth_year_ as birth_year,
    created_on_ as created_on,
    case
        when customer_no is null then 'customer_no'
        when type not in ('person', 'company') then 'type'
        when typed.birth_year is not null and birth_year_ is null then 'birth_year'
        when typed.created_on is not null and (created_on_ is null or created_on_ > timestamp '{received}') then 'created_on'
    end as broken
from typed;
insert into reject select case system when 'pos' then 'crm' else 'shop' end || '/customers_{as_of}.csv', source_row, broken, customer_no from customer where broken is not null;
insert into taken select case system when 'pos' then 'crm' else 'shop' end || '/customers_{as_of}.csv', count(*), count(*) filter (where broken is null) from customer group by all;
delete from customer where broken is not null;
create table article as
select sku, name, category, brand, money(standard_cost) as standard_cost, day_of(launched_on) as launched_on
from read_csv('{data}/erp/products_{as_of}.csv', auto_detect = false, header = true, columns = {
    sku: 'varchar', name: 'varchar', category: 'varchar', brand: 'varchar', standard_cost: 'varchar', launched_on: 'varchar'
});
create table shop as
select store, name, city, region, day_of(opened_on) as opened_on, channel
from read_csv('{data}/erp/stores_{as_of}.csv', auto_detect = false, header = true, columns = {
    store: 'varchar', name: 'varchar', city: 'varchar', region: 'varchar', opened_on: 'varchar', channel: 'varchar'
});
create table quote as
select day_of(on_date) as on_date, from_currency, to_currency, rate_of(rate) as rate
from read_csv('{data}/erp/fx_{as_of}.csv', auto_detect = false, header = true, columns = {
    on_date: 'varchar', from_currency: 'varchar', to_currency: 'varchar', rate: 'varchar'
});
insert into taken
select 'products_{as_of}.csv', count(*), count(sku) from article
union all select 'stores_{as_of}.csv', count(*), count(store) from shop
union all select 'fx_{as_of}.csv', count(*), count(rate) from quote;
