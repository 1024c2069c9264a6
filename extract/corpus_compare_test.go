package extract

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// plain takes out of a text what is the road's, or the machine's, alone.
func (p *corpusProject) plain(text string) string {
	text = strings.ReplaceAll(text, p.dir+string(filepath.Separator), "")
	for _, f := range p.found {
		if packed := f.File.Member; packed != "" {
			text = strings.ReplaceAll(text, p.renamed(packed)+"/"+packed, packed)
		}
	}
	return text
}

// Columns that are shown where a case names none.
const (
	shownLive    = "document_id, line_no, business_date, gross_amount"
	shownRejects = `line, rule, "column"`
)

// show is what became of the rows, as a section asks for it.
func (p *corpusProject) show(section string) string {
	what, columns, _ := strings.Cut(section, ":")
	kind, input, _ := strings.Cut(strings.TrimSpace(what), " ")
	columns = strings.TrimSpace(columns)
	switch kind {
	case "live":
		return p.live(or(input, "sale_line"), or(columns, shownLive))
	case "pending":
		return p.pending(or(input, "sale_line"), or(columns, shownLive))
	case "rejects":
		return p.rejects(or(columns, shownRejects))
	case "ledger":
		return p.ledger()
	case "found":
		return p.discovered()
	}
	return ""
}

// compare says how a night differs from what is expected, "" if in nothing.
func (p *corpusProject) compare(sections []txtar.File, err error) string {
	counted, refused := false, false
	for _, f := range sections {
		kind, argument, _ := strings.Cut(f.Name, " ")
		switch {
		case kind == "error" && err == nil:
			return "the night went well, and was to fail with\n" + string(f.Data)
		case kind == "error":
			refused = true
			for words := range strings.SplitSeq(strings.TrimSpace(string(f.Data)), "\n") {
				if !strings.Contains(p.plain(err.Error()), words) {
					return fmt.Sprintf("the error lacks %q:\n%v", words, err)
				}
			}
		case err != nil:
			return fmt.Sprintf("the night failed: %v", err)
		case kind == "rows":
			counted = true
			if problem := p.balance(argument); problem != "" {
				return problem
			}
		default:
			if got := p.plain(p.show(f.Name)); cells(got) != cells(string(f.Data)) {
				return fmt.Sprintf("%s: got\n%s\nwant\n%s", f.Name, got, f.Data)
			}
		}
	}
	switch has := func(kind string) bool {
		return slices.ContainsFunc(sections, func(f txtar.File) bool { return strings.HasPrefix(f.Name, kind) })
	}; {
	case refused && !saysWhatToDo.MatchString(err.Error()):
		return fmt.Sprintf("the error does not say what to do: %v", err)
	case refused:
		return ""
	case err != nil:
		return fmt.Sprintf("the night failed: %v", err)
	case !counted:
		return "say how many records the night's files have: -- rows N --"
	case !has("rejects") && strings.Contains(strings.TrimSpace(p.rejects("line, rule, reason")), "\n"):
		return "rows were rejected:\n" + p.rejects("line, rule, reason")
	}
	if left, _ := os.ReadDir(p.lake.TempDir()); len(left) > 0 {
		return fmt.Sprintf("%s was left behind", left[0].Name())
	}
	return ""
}

// saysWhatToDo finds an instruction in an error.
var saysWhatToDo = regexp.MustCompile(`\b(ask|correct|set|say|deliver|check|give|name|save|declare|have|unpack|raise|close|write|make|look|see|cast|did you mean|pack|rename|map|count)\b`)

// balance holds the ledger against the number of records that the case's author
// counted, of all inputs or of one ("sale 3").
func (p *corpusProject) balance(rows string) string {
	of, text, one := strings.Cut(strings.TrimSpace(rows), " ")
	if !one {
		of, text = "", of
	}
	want, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Sprintf("rows %s: %v", rows, err)
	}
	sums := map[string]int64{}
	for _, d := range p.committed.Deliveries {
		if d.Run != p.last.Manifest.Run {
			continue
		}
		for _, k := range d.Counts {
			if !k.Balanced() || min(k.Staged, k.Pending, k.Rejected, k.Superseded, k.Filtered, k.Unreadable) < 0 {
				return fmt.Sprintf("%s: the ledger does not balance: %+v", d.Name, k)
			}
			sums[k.Input] += k.Filtered + k.Unreadable + k.Staged + k.Pending + k.Rejected + k.Superseded - (k.Emitted - k.Taken)
		}
	}
	if len(sums) == 0 && want == 0 {
		return ""
	}
	for input, got := range sums {
		if (of == "" || of == input) && got != want {
			return fmt.Sprintf("%s: the files have %d records, and the ledger accounts for %d:\n%s", input, want, got, p.ledger())
		}
	}
	return ""
}

// observed is what a night is expected to do from now on. Whether it fails, what its
// error says and how many records there are is for a person to write.
func (p *corpusProject) observed(sections []txtar.File, err error) []txtar.File {
	if err != nil && len(sections) == 0 {
		return []txtar.File{{Name: "error", Data: []byte(p.plain(err.Error()) + "\n")}}
	}
	if err != nil || slices.ContainsFunc(sections, func(f txtar.File) bool { return f.Name == "error" }) {
		return sections
	}
	for _, kind := range []string{"live", "rejects", "ledger"} {
		has := slices.ContainsFunc(sections, func(f txtar.File) bool { return strings.HasPrefix(f.Name, kind) })
		some := kind != "rejects" || strings.Contains(strings.TrimSpace(p.rejects("line")), "\n")
		if !has && some {
			sections = append(sections, txtar.File{Name: kind})
		}
	}
	for i, f := range sections {
		if got := p.plain(p.show(f.Name)); !strings.HasPrefix(f.Name, "rows") && cells(got) != cells(string(f.Data)) {
			sections[i].Data = []byte(trimLines(got))
		}
	}
	return sections
}

func trimLines(table string) string {
	lines := strings.Split(table, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}
