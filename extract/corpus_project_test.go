package extract

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/txtar"

	"nightjar/internal/config"
	"nightjar/models"
)

// corpusProject is a case's project, as it is along a road.
type corpusProject struct {
	*shop
	road
	source, mapping, maps, project string
}

// plainMap maps what most cases deliver onto sale lines.
const plainMap = `columns: {document_id: receipt, line_no: line, business_date: day, quantity: "1", gross_amount: amount}`

// standard is the catalog of a project without contracts of its own.
var standard = sync.OnceValues(func() (*models.Catalog, error) { return models.Load(models.Standard) })

// night is shop.try, but for the catalog, which takes longer to load than most cases
// to read.
func (p *corpusProject) night() (err error) {
	if p.catalog, err = standard(); err != nil {
		return err
	}
	if own := filepath.Join(p.dir, "models"); isThere(own) {
		if p.catalog, err = models.Load(models.Standard, os.DirFS(own)); err != nil {
			return err
		}
	}
	c, err := config.Load(filepath.Join(p.dir, "nightjar.yaml"), func(string) (string, bool) { return "", false }, p.catalog)
	if err != nil {
		return err
	}
	p.runs++
	manifest := p.committed.Next(fmt.Sprintf("run%d", p.runs))
	manifest.ReceivedAt = p.clock
	if p.found, err = Discover(p.ctx, c, Look{Manifest: manifest, Now: p.clock}); err != nil {
		return err
	}
	p.last = &Night{DB: p.db, Lake: p.lake, Config: c, Catalog: p.catalog, Manifest: manifest, ReceivedAt: p.clock, Workers: 2}
	p.clock = p.clock.AddDate(0, 0, 1)
	if err = Extract(p.ctx, p.last, p.found); err == nil {
		p.committed = manifest
	}
	return err
}

func isThere(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// set takes a section that says something of the project; false if it is a file.
func (p *corpusProject) set(f txtar.File) bool {
	switch text := string(f.Data); f.Name {
	case "source":
		p.source = text
	case "map":
		p.mapping = text
	case "maps":
		p.maps = text
	case "project":
		p.project = text
	default:
		return false
	}
	return true
}

func (p *corpusProject) text() string {
	if p.project != "" {
		return p.project
	}
	maps := p.maps
	if maps == "" {
		maps = "sale_line:\n" + indent("  ", or(p.mapping, plainMap))
	}
	return "sources:\n  till:\n    system: pos\n" + indent("    ", or(p.source, "format: csv")) +
		map[bool]string{true: "    files: ['till*']\n"}[!strings.Contains("\n"+p.source, "\nfiles:")] + "    maps:\n" + indent("      ", maps)
}

func or(text, instead string) string {
	if strings.TrimSpace(text) == "" {
		return instead
	}
	return text
}

// deliver writes what a night finds, and the project's file.
func (p *corpusProject) deliver(given []txtar.File) error {
	files, err := p.files(given)
	if err != nil {
		return err
	}
	for _, f := range files {
		if lost, isLost := strings.CutPrefix(f.name, "lose "); isLost {
			p.lose(p.renamed(lost))
			continue
		}
		if p.packed && !strings.HasPrefix(f.name, "models/") {
			f = member{name: p.renamed(f.name), write: archiveOf([]member{f})}
		}
		if err := p.store(f.name, f.write); err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
	}
	p.describe(p.text())
	return nil
}

// files are what sections say is delivered: those of one archive become that.
func (p *corpusProject) files(given []txtar.File) ([]member, error) {
	var files []member
	var members []member // of the archive that the next file is too, or that ends here
	var archive string
	pack := func(directives string) (err error) {
		if archive != "" {
			write := archiveOf(members)
			if write, _, err = contentOf(write, directives); err == nil {
				files = append(files, member{name: archive, write: write})
			}
		}
		archive, members = "", nil
		return err
	}
	for _, f := range given {
		if p.set(f) {
			continue
		}
		name, directives := split2(f.Name)
		if name == archive {
			if err := pack(directives); err != nil {
				return nil, fmt.Errorf("%s: %w", f.Name, err)
			}
			continue
		}
		write, m, err := p.contentOf(f.Data, directives)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		in := inArchive.FindStringSubmatch(name)
		if in == nil || in[1] != archive {
			if err := pack(""); err != nil {
				return nil, err
			}
		}
		if in == nil {
			files = append(files, member{name: name, write: write})
			continue
		}
		m.name, m.write, archive = or(m.name, in[2]), write, in[1]
		members = append(members, m)
	}
	return files, pack("")
}

func (p *corpusProject) store(name string, write content) error {
	path := filepath.Join(p.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
