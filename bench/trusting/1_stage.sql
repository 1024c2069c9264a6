-- Typed reads to Parquet by month, and nothing else: who writes this trusts that
-- the tills' and the shop's files are as they were agreed. Shanghai is UTC+8 all year.

-- step: stage till lines, each month
copy (
    select
        'pos' as system,
        ticket_no as document_id,
        line_no,
        member_no as customer_id,
        sold_at::date as business_date,
        make_timestamptz(epoch_us(sold_at) - 28800000000) as sold_at,
        'store' as channel,
        store as store_id,
        cashier as salesperson_id,
        sku,
        kind,
        qty as quantity,
        gross as gross_amount,
        discount as discount_amount,
        tax as tax_amount,
        return_of_ticket as original_document_id,
        return_of_line as original_line_no
    from read_csv('{data}/till/till_{month}.csv', auto_detect = false, header = true, columns = {
        ticket_no: 'varchar', line_no: 'int', store: 'varchar', till: 'varchar', sold_at: 'timestamp', member_no: 'varchar',
        cashier: 'varchar', sku: 'varchar', qty: 'decimal(18,4)', unit_price: 'decimal(18,4)', gross: 'decimal(18,4)',
        discount: 'decimal(18,4)', tax: 'decimal(18,4)', kind: 'varchar', return_of_ticket: 'varchar', return_of_line: 'int'
    })
) to '{out}/staged/sale_line/pos-{month}.parquet' ({parquet});

-- step: stage web orders, each month
copy (
    select
        'shop' as system,
        order_no as document_id,
        customer_no as customer_id,
        ordered_at::date as business_date,
        make_timestamptz(epoch_us(ordered_at) - 28800000000) as sold_at,
        case status
            when '已下单' then 'placed' when '已付款' then 'paid' when '已发货' then 'shipped'
            when '已签收' then 'delivered' when '已取消' then 'cancelled' when '已退货' then 'returned'
        end as status,
        status as source_status,
        returned_on,
        channel,
        'W00' as store_id,
        currency,
        discount as discount_amount,
        shipping as shipping_amount
    from read_csv('{data}/shop/orders_{month}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', customer_no: 'varchar', ordered_at: 'timestamp', status: 'varchar', paid_at: 'timestamp', returned_on: 'date',
        currency: 'varchar', discount: 'decimal(18,4)', shipping: 'decimal(18,4)', channel: 'varchar', updated_at: 'timestamp'
    })
) to '{out}/staged/sale/{month}.parquet' ({parquet});

-- step: stage web lines, each month
copy (
    select
        'shop' as system,
        order_no as document_id,
        line_no,
        sku,
        qty as quantity,
        gross as gross_amount,
        discount as discount_amount
    from read_csv('{data}/shop/lines_{month}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', line_no: 'int', sku: 'varchar', qty: 'decimal(18,4)', unit_price: 'decimal(18,4)',
        gross: 'decimal(18,4)', discount: 'decimal(18,4)'
    })
) to '{out}/staged/sale_line/shop-{month}.parquet' ({parquet});

-- step: stage payments
-- A file holds the payments of its month's orders, some of them made in a later month.
copy (
    select
        'shop' as system,
        order_no as document_id,
        seq as sequence,
        method,
        amount as payment_amount,
        currency,
        make_timestamptz(epoch_us(paid_at) - 28800000000) as paid_at,
        paid_at::date as paid_on,
        date_trunc('month', paid_at)::date as month
    from read_csv('{data}/shop/payments_*.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', seq: 'int', method: 'varchar', amount: 'decimal(18,4)', currency: 'varchar', paid_at: 'timestamp'
    })
) to '{out}/staged/payment' ({parquet}, partition_by (month), write_partition_columns true);

-- step: stage shipments
copy (
    select
        'shop' as system,
        shipment_no as shipment_id,
        order_no as document_id,
        from_store as store_id,
        promised_on,
        shipped_on,
        delivered_on,
        date_trunc('month', shipped_on)::date as month
    from read_csv('{data}/shop/shipments_*.csv', auto_detect = false, header = true, columns = {
        shipment_no: 'varchar', order_no: 'varchar', promised_on: 'date', shipped_on: 'date', delivered_on: 'date', from_store: 'varchar'
    })
) to '{out}/staged/shipment' ({parquet}, partition_by (month), write_partition_columns true);

-- step: stage cards
create table card as
select *
from read_csv('{data}/survey/cards_*.csv', auto_detect = false, header = true, quote = '"', columns = {
    card_no: 'varchar', handed_on: 'date', handed_by: 'varchar', store: 'varchar', member_no: 'varchar', answered_at: 'timestamp',
    sample: 'varchar', recommend: 'varchar', satisfaction: 'varchar', staff: 'varchar', price: 'varchar', comment: 'varchar'
});

-- step: stage masters
create table customer as
from (
    select 'pos' as system, *
    from read_csv('{data}/crm/customers_{as_of}.csv', auto_detect = false, header = true, columns = {
        customer_no: 'varchar', name: 'varchar', type: 'varchar', phone: 'varchar', email: 'varchar', member_card: 'varchar',
        master_id: 'varchar', region: 'varchar', birth_year: 'int', created_on: 'date'
    })
    union all
    select 'shop', *
    from read_csv('{data}/shop/customers_{as_of}.csv', auto_detect = false, header = true, columns = {
        customer_no: 'varchar', name: 'varchar', type: 'varchar', phone: 'varchar', email: 'varchar', member_card: 'varchar',
        master_id: 'varchar', region: 'varchar', birth_year: 'int', created_on: 'date'
    })
);
create table article as
from read_csv('{data}/erp/products_{as_of}.csv', auto_detect = false, header = true, columns = {
    sku: 'varchar', name: 'varchar', category: 'varchar', brand: 'varchar', standard_cost: 'decimal(18,4)', launched_on: 'date'
});
create table shop as
from read_csv('{data}/erp/stores_{as_of}.csv', auto_detect = false, header = true, columns = {
    store: 'varchar', name: 'varchar', city: 'varchar', region: 'varchar', opened_on: 'date', channel: 'varchar'
});
create table quote as
from read_csv('{data}/erp/fx_{as_of}.csv', auto_detect = false, header = true, columns = {
    on_date: 'date', from_currency: 'varchar', to_currency: 'varchar', rate: 'decimal(18,8)'
});
