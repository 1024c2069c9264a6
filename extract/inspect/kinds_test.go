package inspect_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"nightjar/extract/inspect"
	"nightjar/extract/inspect/doubt"
)

// fed inspects one small file, and returns the columns of each input that are proposed, as
// `input.column: expression`, without those that keep the file's own names.
func fed(t *testing.T, text string) (inputs []string, columns map[string]string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "export.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	kinds, err := inspect.Inspect(context.Background(), []string{path}, inspect.Options{Dir: dir, Catalog: catalog(t), Desk: doubt.NewDesk(nil, nil), Rows: 1000})
	if err != nil {
		t.Fatal(err)
	}
	columns = map[string]string{}
	for _, kind := range kinds {
		for _, table := range kind.Tables {
			for _, p := range table.Choice.Proposals {
				inputs = append(inputs, p.Input)
				for _, c := range p.Columns {
					columns[c.Column] = c.SQL
				}
			}
		}
	}
	return inputs, columns
}

// Chinese systems call their columns, and the values in them, by Chinese words.
func TestChineseHeadersTellWhatTheRowsAre(t *testing.T) {
	for _, c := range []struct {
		input, file string
		columns     map[string]string
	}{
		{
			"contact", "通话流水号,客户编号,来电时间,呼叫类型,坐席工号,投诉编号,等待时长,通话时长,是否解决\nT1,C1,2024-01-05 09:30:00,呼入,E01,,12,180,是\nT2,C2,2024-01-05 09:41:00,呼出,E02,K7,0,95,否\n",
			map[string]string{
				"contact_id": "通话流水号", "customer_id": "客户编号", "contacted_at": "来电时间", "employee_id": "坐席工号", "case_id": "投诉编号", "waited_seconds": "等待时长", "talked_seconds": "通话时长", "resolved": "是否解决",
				"direction": "case 呼叫类型 when '呼入' then 'inbound' when '呼出' then 'outbound' else 呼叫类型 end",
			},
		},
		{
			"case", "投诉编号,客户编号,受理时间,严重程度,处理人,责任部门,订单编号,投诉原因,结案时间\nK7,C2,2024-01-05 10:00:00,一般,E01,物流部,D9,送货迟到,2024-01-06 15:00:00\nK8,C3,2024-01-07 11:20:00,严重,E02,客服部,D11,商品破损,\n",
			map[string]string{
				"case_id": "投诉编号", "customer_id": "客户编号", "opened_at": "受理时间", "employee_id": "处理人", "department": "责任部门", "document_id": "订单编号", "reason": "投诉原因", "resolved_at": "结案时间",
				"severity": "case 严重程度 when '一般' then 'normal' when '严重' then 'high' else 严重程度 end",
			},
		},
		{
			"case_event", "工单号,序号,操作,操作时间,处理部门,处理人\nK7,1,受理,2024-01-05 10:10:00,客服部,E01\nK7,2,转派,2024-01-05 12:00:00,物流部,E05\nK7,3,结案,2024-01-06 15:00:00,物流部,E05\n",
			map[string]string{
				"case_id": "工单号", "sequence": "序号", "happened_at": "操作时间", "department": "处理部门", "employee_id": "处理人",
				"event": "case 操作 when '受理' then 'answered' when '结案' then 'resolved' when '转派' then 'transferred' else 操作 end",
			},
		},
		{
			"promise", "承诺编号,客户编号,员工工号,承诺内容,承诺日期,截止日期,兑现日期\nP1,C2,E01,补发,2024-01-06,2024-01-09,2024-01-08\nP2,C3,E02,回电,2024-01-07,2024-01-08,\n",
			map[string]string{"promise_id": "承诺编号", "customer_id": "客户编号", "employee_id": "员工工号", "subject": "承诺内容", "made_on": "承诺日期", "due_on": "截止日期", "kept_on": "兑现日期"},
		},
		{
			"assignment", "周起始日,员工工号,客户编号,拜访原因\n2024-01-01,E01,C1,大客户\n2024-01-01,E01,C2,回访\n",
			map[string]string{"week_on": "周起始日", "employee_id": "员工工号", "customer_id": "客户编号", "reason": "拜访原因"},
		},
		{
			"departure", "客户编号,流失日期,流失原因,竞争对手\nC5,2024-02-01,价格,某某商城\nC6,2024-02-09,搬迁,\n",
			map[string]string{
				"customer_id": "客户编号", "lost_on": "流失日期", "competitor": "竞争对手",
				"kind": "case 流失原因 when '价格' then 'bought_away' when '搬迁' then 'moved_away' else 流失原因 end",
			},
		},
		{
			"cost", "费用编号,记账日期,成本类别,客户编号,作业名称,部门,金额\nF1,2024-01-31,服务,,呼叫中心,客服部,3050.50\nF2,2024-01-31,获客,,投放,市场部,800.00\n",
			map[string]string{
				"cost_id": "费用编号", "spent_on": "记账日期", "activity": "作业名称", "department": "部门", "cost_amount": "金额",
				"purpose": "case 成本类别 when '服务' then 'serve' when '获客' then 'acquire' else 成本类别 end",
			},
		},
		{
			"service_use", "核销单号,会员号,使用时间,服务项目,次数,门店编号\nS1,M1,2024-01-05 10:00:00,停车,2,S01\nS2,M2,2024-01-05 11:30:00,母婴室,1,S02\n",
			map[string]string{"use_id": "核销单号", "customer_id": "会员号", "used_at": "使用时间", "service": "服务项目", "quantity": "次数", "store_id": "门店编号"},
		},
		{
			"employee", "员工工号,姓名,岗位,职级,所属部门,门店编号,直属上级,入职日期\nE01,张三,坐席,员工,客服部,S01,E09,2020-03-01\nE09,李四,主管,经理,客服部,S01,,2018-07-15\n",
			map[string]string{
				"employee_id": "员工工号", "name": "姓名", "role": "岗位", "department": "所属部门", "store_id": "门店编号", "manager_id": "直属上级", "hired_on": "入职日期",
				"rank": "case 职级 when '员工' then 'staff' when '经理' then 'middle_manager' else 职级 end",
			},
		},
	} {
		t.Run(c.input, func(t *testing.T) {
			inputs, columns := fed(t, c.file)
			if diff := cmp.Diff([]string{c.input}, inputs); diff != "" {
				t.Errorf("what it feeds (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.columns, columns); diff != "" {
				t.Errorf("its columns (-want +got):\n%s", diff)
			}
		})
	}
}

// A customer's number and a date stand in files of every kind: alone, they say nothing of
// what the rows are. Required columns that no header gives rule an input out.
func TestCommonColumnsAloneFeedNothing(t *testing.T) {
	for _, file := range []string{
		"customer_no,updated_at,points\nC1,2024-01-05 10:00:00,40\nC2,2024-01-06 11:00:00,15\n",
		"会员号,更新时间,积分\nM1,2024-01-05 10:00:00,40\nM2,2024-01-06 11:00:00,15\n",
		"customer_no,agent,waited,talked\nC1,E1,10,50\nC2,E2,20,70\n", // of a contact, but without its number and time
	} {
		if inputs, _ := fed(t, file); len(inputs) > 0 {
			t.Errorf("%s feeds %s", strings.SplitN(file, "\n", 2)[0], inputs)
		}
	}
}
