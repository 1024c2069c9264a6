-- The same for companies and their orders, for employees and for costs.

-- step: stage companies and employees
insert into quote
select day_of(on_date), from_currency, to_currency, rate_of(rate)
from read_csv('{data}/erp/euro_{as_of}.csv', auto_detect = false, header = true, columns = {
    on_date: 'varchar', from_currency: 'varchar', to_currency: 'varchar', rate: 'varchar'
});
insert into taken select 'euro_{as_of}.csv', count(*), count(rate) from quote where from_currency = 'EUR';
create table account as
with typed as (
    select *, row_number() over () as source_row, day_of(created_on) as created_on_
    from read_csv('{data}/erp/accounts_{as_of}.csv', auto_detect = false, header = true, columns = {
        account_no: 'varchar', name: 'varchar', region: 'varchar', industry: 'varchar', size: 'varchar', parent: 'varchar',
        manager: 'varchar', created_on: 'varchar'
    })
)
select
    * exclude (created_on_, created_on),
    created_on_ as created_on,
    case
        when account_no is null then 'account_no'
        when typed.created_on is not null and (created_on_ is null or created_on_ > timestamp '{received}') then 'created_on'
    end as broken
from typed;
insert into reject select 'accounts_{as_of}.csv', source_row, broken, account_no from account where broken is not null;
insert into taken select 'accounts_{as_of}.csv', count(*), count(*) filter (where broken is null) from account;
delete from account where broken is not null;
create table employee as
with typed as (
    select *, row_number() over () as source_row, day_of(valid_from) as valid_from_, day_of(hired_on) as hired_on_, day_of(left_on) as left_on_
    from read_csv('{data}/hr/employees_{as_of}.csv', auto_detect = false, header = true, columns = {
        employee_no: 'varchar', valid_from: 'varchar', name: 'varchar', role: 'varchar', rank: 'varchar', department: 'varchar',
        store: 'varchar', manager: 'varchar', hired_on: 'varchar', left_on: 'varchar'
    })
)
select
    * exclude (valid_from_, hired_on_, left_on_, valid_from, hired_on, left_on),
    valid_from_ as valid_from,
    hired_on_ as hired_on,
    left_on_ as left_on,
    case
        when employee_no is null then 'employee_no'
        when valid_from_ is null then 'valid_from'
        when rank not in ('staff', 'middle_manager', 'executive') then 'rank'
        when typed.hired_on is not null and hired_on_ is null then 'hired_on'
        when typed.left_on is not null and left_on_ is null then 'left_on'
    end as broken
from typed;
insert into reject select 'employees_{as_of}.csv', source_row, broken, concat_ws(',', employee_no, valid_from) from employee where broken is not null;
insert into taken select 'employees_{as_of}.csv', count(*), count(*) filter (where broken is null) from employee;
delete from employee where broken is not null;

-- step: stage departures, each year
create table departure_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(lost_on) as lost_on_
    from read_csv('{data}/erp/departures_{year}.csv', auto_detect = false, header = true, columns = {
        account_no: 'varchar', lost_on: 'varchar', kind: 'varchar', competitor: 'varchar'
    })
)
select
    account_no,
    lost_on_ as lost_on,
    kind,
    competitor,
    id_of('departures_{year}.csv') as delivery_id,
    source_row,
    case
        when account_no is null then 'account_no'
        when lost_on_ is null or lost_on_ > timestamp '{received}' then 'lost_on'
        when kind not in ('turned_away_on_purpose', 'turned_away_unmeant', 'pulled_away', 'bought_away', 'moved_away', 'unknown') then 'kind'
    end as broken,
    case when broken is not null then concat_ws(',', account_no, typed.lost_on, kind) end as raw
from typed;
insert into reject select 'departures_{year}.csv', source_row, broken, raw from departure_{year} where broken is not null;
insert into taken select 'departures_{year}.csv', count(*), count(*) filter (where broken is null) from departure_{year};
copy (select * exclude (broken, raw) from departure_{year} where broken is null) to '{out}/staged/departure/{year}.parquet' ({parquet});
drop table departure_{year};

-- step: stage assignments, each year
create table assignment_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(week_on) as week_on_
    from read_csv('{data}/erp/assignments_{year}.csv', auto_detect = false, header = true, columns = {
        week_on: 'varchar', employee_no: 'varchar', account_no: 'varchar', reason: 'varchar'
    })
)
select
    week_on_ as week_on,
    employee_no,
    account_no,
    reason,
    id_of('assignments_{year}.csv') as delivery_id,
    source_row,
    case
        when week_on_ is null then 'week_on'
        when employee_no is null then 'employee_no'
        when account_no is null then 'account_no'
    end as broken,
    case when broken is not null then concat_ws(',', typed.week_on, employee_no, account_no) end as raw
from typed;
insert into reject select 'assignments_{year}.csv', source_row, broken, raw from assignment_{year} where broken is not null;
insert into taken select 'assignments_{year}.csv', count(*), count(*) filter (where broken is null) from assignment_{year};
copy (select * exclude (broken, raw) from assignment_{year} where broken is null) to '{out}/staged/assignment/{year}.parquet' ({parquet});
drop table assignment_{year};

-- step: stage orders of companies, each year
create table erp_order_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(ordered_on) as ordered_on_,
        day_of(returned_on) as returned_on_,
        instant(updated_at) as updated_at_,
        case status
            when 'new' then 'placed' when 'confirmed' then 'paid' when 'shipped' then 'shipped'
            when 'delivered' then 'delivered' when 'void' then 'cancelled' when 'returned' then 'returned'
        end as status_
    from read_csv('{data}/erp/orders_{year}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', account_no: 'varchar', ordered_on: 'varchar', status: 'varchar', returned_on: 'varchar',
        currency: 'varchar', rep: 'varchar', updated_at: 'varchar', erased: 'varchar'
    })
)
select
    order_no as document_id,
    account_no as customer_id,
    ordered_on_ as business_date,
    status_ as status,
    typed.status as source_status,
    returned_on_ as returned_on,
    currency,
    rep as salesperson_id,
    id_of('orders_{year}.csv') as delivery_id,
    source_row,
    case
        when order_no is null then 'order_no'
        when ordered_on_ is null or ordered_on_ > timestamp '{received}' then 'ordered_on'
        when status_ is null then 'status'
        when typed.returned_on is not null and (returned_on_ is null or returned_on_ > timestamp '{received}') then 'returned_on'
        when updated_at_ is null then 'updated_at'
    end as broken,
    case when broken is not null then concat_ws(',', order_no, account_no, ordered_on, typed.status, typed.returned_on, typed.updated_at) end as raw,
    updated_at_ as updated_at,
    erased = 'Y' as erased
from typed;
insert into reject select 'orders_{year}.csv', source_row, broken, raw from erp_order_{year} where broken is not null;
insert into taken select 'orders_{year}.csv', count(*), count(*) filter (where broken is null) from erp_order_{year};
copy (
    select * exclude (erased)
    from (
        select * exclude (broken, raw, updated_at)
        from erp_order_{year}
        where broken is null
        qualify row_number() over (partition by document_id order by updated_at desc, source_row desc) = 1
    )
    where not erased
) to '{out}/staged/erp_order/{year}.parquet' ({parquet});
drop table erp_order_{year};

-- step: stage lines of companies, each year
create table erp_line_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        whole(line_no) as line_no_,
        money(qty) as qty_,
        money(gross) as gross_,
        money(discount) as discount_,
        instant(updated_at) as updated_at_,
        case status
            when 'new' then 'placed' when 'confirmed' then 'paid' when 'shipped' then 'shipped'
            when 'delivered' then 'delivered' when 'void' then 'cancelled' when 'returned' then 'returned'
        end as status_
    from read_csv('{data}/erp/lines_{year}.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', line_no: 'varchar', sku: 'varchar', qty: 'varchar', gross: 'varchar', discount: 'varchar',
        status: 'varchar', updated_at: 'varchar', erased: 'varchar'
    })
)
select
    order_no as document_id,
    line_no_ as line_no,
    sku,
    qty_ as quantity,
    gross_ as gross_amount,
    discount_ as discount_amount,
    status_ as status,
    id_of('lines_{year}.csv') as delivery_id,
    source_row,
    case
        when order_no is null then 'order_no'
        when line_no_ is null then 'line_no'
        when qty_ is null then 'qty'
        when gross_ is null then 'gross'
        when discount is not null and discount_ is null then 'discount'
        when typed.status is not null and status_ is null then 'status'
        when updated_at_ is null then 'updated_at'
    end as broken,
    case when broken is not null then concat_ws(',', order_no, typed.line_no, qty, gross, discount, typed.status, typed.updated_at) end as raw,
    updated_at_ as updated_at,
    erased = 'Y' as erased
from typed;
insert into reject select 'lines_{year}.csv', source_row, broken, raw from erp_line_{year} where broken is not null;
insert into taken select 'lines_{year}.csv', count(*), count(*) filter (where broken is null) from erp_line_{year};
copy (
    select * exclude (erased)
    from (
        select * exclude (broken, raw, updated_at)
        from erp_line_{year}
        where broken is null
        qualify row_number() over (partition by document_id, line_no order by updated_at desc, source_row desc) = 1
    )
    where not erased
) to '{out}/staged/erp_line/{year}.parquet' ({parquet});
drop table erp_line_{year};

-- step: stage costs, each year
create table cost_{year} as
with typed as (
    select
        *,
        row_number() over () as source_row,
        day_of(spent_on) as spent_on_,
        money(amount) as amount_
    from read_csv('{data}/finance/costs_{year}.csv', auto_detect = false, header = true, columns = {
        cost_no: 'varchar', spent_on: 'varchar', purpose: 'varchar', account_no: 'varchar', activity: 'varchar',
        driver: 'varchar', service: 'varchar', campaign: 'varchar', amount: 'varchar'
    })
)
select
    cost_no as cost_id,
    spent_on_ as spent_on,
    purpose,
    account_no as customer_id,
    activity,
    driver,
    service,
    campaign,
    amount_ as cost_amount,
    id_of('costs_{year}.csv') as delivery_id,
    source_row,
    case
        when cost_no is null then 'cost_no'
        when spent_on_ is null or spent_on_ > timestamp '{received}' then 'spent_on'
        when coalesce(purpose not in ('acquire', 'keep', 'win_back', 'serve'), true) then 'purpose'
        when driver not in ('documents', 'contacts', 'cases', 'deliveries', 'service_uses') then 'driver'
        when amount_ is null then 'amount'
    end as broken,
    case when broken is not null then concat_ws(',', cost_no, typed.spent_on, purpose, driver, amount) end as raw
from typed;
insert into reject select 'costs_{year}.csv', source_row, broken, raw from cost_{year} where broken is not null;
insert into taken select 'costs_{year}.csv', count(*), count(*) filter (where broken is null) from cost_{year};
copy (select * exclude (broken, raw) from cost_{year} where broken is null) to '{out}/staged/cost/{year}.parquet' ({parquet});
drop table cost_{year};
