package extract

import "strings"

// table writes lines with a pipe between cells, as wide as they need be.
func table(lines ...[]string) string {
	var widths []int
	for _, line := range lines {
		for i, cell := range line {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	for _, line := range lines {
		for i, cell := range line {
			if i > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(strings.ReplaceAll(cell, "\n", `\n`) + strings.Repeat(" ", widths[i]-len([]rune(cell))))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// expect compares pipe tables, whatever the blanks around their cells.
func expect(t reporter, got, want string) {
	t.Helper()
	if cells(got) != cells(want) {
		t.Fatalf("got\n%s\nwant\n%s", got, strings.ReplaceAll(want, "\t", ""))
	}
}

func cells(table string) string {
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSpace(table), "\n") {
		parts := strings.Split(line, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		lines = append(lines, strings.Join(parts, "|"))
	}
	return strings.Join(lines, "\n")
}
