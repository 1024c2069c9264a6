package doctor

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"nightjar/internal/config"
	"nightjar/internal/project"
)

// secrets looks whether a file of the project that holds credentials can be
// read by every user of the machine. It needs no valid project file, and shows
// no value.
func (e *examination) secrets(dir string) {
	if runtime.GOOS == "windows" {
		return // its permissions are no mode bits
	}
	paths, _ := filepath.Glob(config.PatternIn(dir, ".env*"))
	open := 0
	projectFile := filepath.Join(dir, project.FileName)
	for _, path := range append(paths, projectFile) {
		info, err := os.Stat(path)
		if err != nil || slices.Contains([]string{".example", ".sample", ".template"}, filepath.Ext(path)) || !info.Mode().IsRegular() || info.Mode().Perm()&0o004 == 0 {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue // a project file that cannot be read is named by the next check
		}
		name := named
		if path == projectFile {
			name = setting
		}
		if line := credential(string(text), name, within); line > 0 {
			open++
			e.add("secrets", Warn, fmt.Sprintf("%s:%d holds a credential, and every user of this machine can read the file (%s)", path, line, info.Mode().Perm()), "chmod o-rwx "+path+", and change the credential if others use this machine")
		}
	}
	if open == 0 {
		e.add("secrets", OK, "no credential lies open to every user", "")
	}
}

var (
	// setting finds a key of YAML that is a credential's, and its value. It must be
	// the whole key: a column may well be called card_token.
	setting = regexp.MustCompile(`(?i)^[\s\-]*["']?(?:password|passwd|secret|api_?key|access_?key|secret_?(?:access_?)?key|private_?key|client_secret|access_token|auth_token)["']?\s*:\s+["']?([^"'\s#]+)`)
	// named finds a variable whose name says that it is one.
	named = regexp.MustCompile(`(?i)^[\s\-]*(?:export\s+)?["']?[\w.-]*(?:password|passwd|pwd|secret|token|api_?key|access_?key|private_?key|credential)[\w.-]*["']?\s*[:=]\s*["']?([^"'\s#]+)`)
	// within finds an address that carries a password.
	within = regexp.MustCompile(`[a-zA-Z][a-zA-Z0-9+.-]*://[^/\s:@]*:([^/\s@]+)@`)
)

// credential is the first line, from 1, on which a credential of either shape
// stands as it is; 0 when there is none. One taken from the environment, ${NAME},
// is none.
func credential(text string, shapes ...*regexp.Regexp) int {
	for i, line := range strings.Split(text, "\n") {
		for _, shape := range shapes {
			if found := shape.FindStringSubmatch(line); found != nil && !strings.HasPrefix(found[1], "${") {
				return i + 1
			}
		}
	}
	return 0
}
