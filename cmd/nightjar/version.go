package main

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker: -ldflags "-X main.version=v1.2.3".
var version = ""

func newVersion(c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which Nightjar this is",
		Example: `  nightjar version
  nightjar version --json`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			own, driver := versions()
			if c.json {
				return c.emit(map[string]string{"nightjar": own, "go": runtime.Version(), "duckdb": duckDB, "duckdb_go": driver})
			}
			return c.say("nightjar %s (DuckDB %s, duckdb-go %s, %s, %s/%s)", own, duckDB, driver, runtime.Version(), runtime.GOOS, runtime.GOARCH)
		},
	}
}

// duckDB is the version of the engine that the driver of go.mod embeds. To ask
// the engine would take longer than all else here; a test does.
const duckDB = "v1.5.5"

// versions are our own and that of DuckDB's driver, from how this was built.
func versions() (own, driver string) {
	own = version
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return own, ""
	}
	for _, m := range info.Deps {
		if m.Path == "github.com/duckdb/duckdb-go/v2" {
			driver = m.Version
		}
	}
	if own == "" {
		own = info.Main.Version
	}
	if own == "" {
		own = "(devel)"
	}
	return own, driver
}
