package duck

import (
	"strings"

	"nightjar/models"
)

// Live is the relation of rows of an input's live files, perhaps of none, with all of
// its columns: a file lacks those that its mapping leaves null.
func Live(in *models.Input, paths []string) string {
	nulls := make([]string, 0, len(in.Columns))
	for _, c := range in.LiveColumns() {
		nulls = append(nulls, "null::"+SQLType(c.Type)+" as "+Name(c.Name))
	}
	none := "select " + strings.Join(nulls, ", ") + " where false"
	if len(paths) == 0 {
		return "(" + none + ")"
	}
	return "(from " + Parquet(paths) + " union all by name " + none + ")"
}
