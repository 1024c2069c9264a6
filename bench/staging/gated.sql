-- Text cast by explicit formats, behind regular expressions, with rejects and row
-- numbers: what SQL alone can promise.

-- step: formats
create macro money(t) as case when regexp_full_match(t, '-?[0-9]{1,14}(\.[0-9]{1,4})?') then t::decimal(18, 4) end;
create macro whole(t) as case when regexp_full_match(t, '-?[0-9]{1,9}') then t::int end;
create macro rate_of(t) as case when regexp_full_match(t, '[0-9]{1,10}(\.[0-9]{1,8})?') then t::decimal(18, 8) end;
create macro day_of(t) as case when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2}') then try_strptime(t, '%Y-%m-%d')::date end;
create macro instant(t) as case when regexp_full_match(t, '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}') then try_strptime(t, '%Y-%m-%d %H:%M:%S') end;
create macro utc(t) as make_timestamptz(epoch_us(t) - 28800000000);
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

