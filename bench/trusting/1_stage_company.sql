-- The same for companies and their orders, for employees and for costs.

-- step: stage companies
insert into quote
from read_csv('{data}/erp/euro_{as_of}.csv', auto_detect = false, header = true, columns = {
    on_date: 'date', from_currency: 'varchar', to_currency: 'varchar', rate: 'decimal(18,8)'
});
create table account as
from read_csv('{data}/erp/accounts_{as_of}.csv', auto_detect = false, header = true, columns = {
    account_no: 'varchar', name: 'varchar', region: 'varchar', industry: 'varchar', size: 'varchar', parent: 'varchar',
    manager: 'varchar', created_on: 'date'
});
create table employee as
from read_csv('{data}/hr/employees_{as_of}.csv', auto_detect = false, header = true, columns = {
    employee_no: 'varchar', valid_from: 'date', name: 'varchar', role: 'varchar', rank: 'varchar', department: 'varchar',
    store: 'varchar', manager: 'varchar', hired_on: 'date', left_on: 'date'
});
copy (
    from read_csv('{data}/erp/departures_*.csv', auto_detect = false, header = true, columns = {
        account_no: 'varchar', lost_on: 'date', kind: 'varchar', competitor: 'varchar'
    })
) to '{out}/staged/departure/all.parquet' ({parquet});
copy (
    from read_csv('{data}/erp/assignments_*.csv', auto_detect = false, header = true, columns = {
        week_on: 'date', employee_no: 'varchar', account_no: 'varchar', reason: 'varchar'
    })
) to '{out}/staged/assignment/all.parquet' ({parquet});

-- step: stage orders of companies
-- What was erased is in no file yet.
copy (
    select
        order_no as document_id,
        account_no as customer_id,
        ordered_on as business_date,
        case status
            when 'new' then 'placed' when 'confirmed' then 'paid' when 'shipped' then 'shipped'
            when 'delivered' then 'delivered' when 'void' then 'cancelled' when 'returned' then 'returned'
        end as status,
        status as source_status,
        returned_on,
        currency,
        rep as salesperson_id
    from read_csv('{data}/erp/orders_*.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', account_no: 'varchar', ordered_on: 'date', status: 'varchar', returned_on: 'date', currency: 'varchar',
        rep: 'varchar', updated_at: 'timestamp', erased: 'varchar'
    })
) to '{out}/staged/erp_order/all.parquet' ({parquet});
copy (
    select
        order_no as document_id,
        line_no,
        sku,
        qty as quantity,
        gross as gross_amount,
        discount as discount_amount,
        case status
            when 'new' then 'placed' when 'confirmed' then 'paid' when 'shipped' then 'shipped'
            when 'delivered' then 'delivered' when 'void' then 'cancelled' when 'returned' then 'returned'
        end as status
    from read_csv('{data}/erp/lines_*.csv', auto_detect = false, header = true, columns = {
        order_no: 'varchar', line_no: 'int', sku: 'varchar', qty: 'decimal(18,4)', gross: 'decimal(18,4)', discount: 'decimal(18,4)',
        status: 'varchar', updated_at: 'timestamp', erased: 'varchar'
    })
) to '{out}/staged/erp_line/all.parquet' ({parquet});

-- step: stage costs
copy (
    select
        cost_no as cost_id,
        spent_on,
        purpose,
        account_no as customer_id,
        activity,
        driver,
        service,
        campaign,
        amount as cost_amount
    from read_csv('{data}/finance/costs_*.csv', auto_detect = false, header = true, columns = {
        cost_no: 'varchar', spent_on: 'date', purpose: 'varchar', account_no: 'varchar', activity: 'varchar', driver: 'varchar',
        service: 'varchar', campaign: 'varchar', amount: 'decimal(18,4)'
    })
) to '{out}/staged/cost/all.parquet' ({parquet});
