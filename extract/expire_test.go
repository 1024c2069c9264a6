package extract

import (
	"os"
	"testing"
)

func TestTheRawTextOfRejectsExpires(t *testing.T) {
	s := aShop(t, "rejects: {max_share: 1, keep_raw_days: 30}\n"+lineSource("mode: append"))
	s.deliver("till.csv", "id,line,day,amount\nA,1,2024-01-05,张伟\n")
	s.night()
	expect(t, s.rejects("rule, raw, value, shape"), "rule | raw | value | shape\nbad_number | A,1,2024-01-05,张伟 | 张伟 | 字字")
	s.clock = s.clock.AddDate(0, 0, 40)
	s.deliver("till.txt", "id,line,day,amount\nB,1,2024-01-05,1\n")
	s.night()
	for id, file := range s.committed.Rejects {
		if id != 1 || file.Rows != 1 {
			t.Errorf("%d: %+v", id, file)
		}
		info, err := os.Stat(s.lake.Path(file.Path))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info, err)
		}
		expect(t, s.ask("select rule, raw, value, shape from '"+s.lake.Path(file.Path)+"'"), "rule | raw | value | shape\nbad_number | | | 字字")
	}
}
