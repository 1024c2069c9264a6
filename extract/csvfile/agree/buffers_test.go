package agree

import (
	"fmt"
	"strings"
	"testing"
)

// DuckDB reads a file in buffers, by several threads, which must guess where a
// record begins. Neither may show.
func TestDuckDBReadsManyBuffersAlike(t *testing.T) {
	db := openDuckDB(t)
	for _, c := range []struct{ lineEnd, part string }{
		{"\n", "\"\",\n\r\n1,2"}, {"\r\n", "\"\",\n\r\n1,2"}, {"\n", "\"\",1,2"}, {"\r\n", "\"\",\"\"x"},
	} {
		lineEnd := c.lineEnd
		var text strings.Builder
		text.WriteString("n,word,rest" + lineEnd)
		var records, bytes int64
		for ; text.Len() < 20<<20; records++ {
			word := strings.Repeat(c.part, int(records%7))
			fmt.Fprintf(&text, "%d,\"%s\",é%s", records, word, lineEnd)
			bytes += int64(len(strings.ReplaceAll(word, "\"\"", "\"")))
		}
		path := writeFile(t, "file.csv", text.String())
		r := mustScan(t, path, header)
		if !r.Regular() || r.Records != records {
			t.Errorf("%d records, want %d: %v", r.Records, records, r.IrregularCount)
		}
		from := strings.Replace(readCSV(path, header, r), "max_line_size", "buffer_size=2100000, max_line_size", 1)
		var theirs, theirBytes, last int64
		err := db.QueryRow("select count(*), sum(strlen(word)), coalesce(max(n::bigint), 0) from "+from).Scan(&theirs, &theirBytes, &last)
		if err != nil || theirs != records || theirBytes != bytes || last != records-1 {
			t.Errorf("DuckDB reads %d records, %d bytes, to %d; want %d, %d: %v", theirs, theirBytes, last, records, bytes, err)
		}
	}
}
