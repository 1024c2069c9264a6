// Package project finds a project's parts: its file, its catalog and its lake.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"nightjar/internal/config"
	"nightjar/internal/exitcode"
	"nightjar/internal/lake"
	"nightjar/models"
)

// FileName is the file that makes a folder a project.
const FileName = "nightjar.yaml"

// A Project is everything that a verb works on.
type Project struct {
	Dir     string
	Config  *config.Config
	Catalog *models.Catalog
	Lake    *lake.Lake
}

// Open reads the project in dir and opens its lake; state, where given, is the
// state folder in place of the configured one. Errors carry exit code 3.
func Open(dir, state string) (*Project, error) {
	p, err := Read(dir)
	if err != nil {
		return nil, err
	}
	p.Lake, err = lake.Open(p.StateDir(state))
	return p, err
}

// Read reads and checks the project file in dir, and the catalog of standard
// and own models; it opens no lake.
func Read(dir string) (*Project, error) {
	path, err := find(dir)
	if err != nil {
		return nil, exitcode.With(exitcode.Config, err)
	}
	catalog, err := catalogOf(path)
	if err != nil {
		return nil, exitcode.With(exitcode.Config, err)
	}
	c, err := config.Load(path, os.LookupEnv, catalog)
	if err != nil {
		return nil, exitcode.With(exitcode.Config, err)
	}
	for input, columns := range c.OwnColumns() {
		catalog.Carry(input, columns)
	}
	return &Project{Dir: dir, Config: c, Catalog: catalog}, nil
}

// OpenLake opens the lake alone, for verbs that only read what nights left
// behind. With a state folder given, no project file is needed; the folder
// must exist.
func OpenLake(dir, state string) (*lake.Lake, error) {
	if state == "" {
		p, err := Open(dir, "")
		if err != nil {
			return nil, err
		}
		return p.Lake, nil
	}
	if info, err := os.Stat(state); err != nil || !info.IsDir() {
		return nil, exitcode.With(exitcode.NoWarehouse, fmt.Errorf("opening the state folder: there is no folder %s: name the one that the nights write, or leave --state out", state))
	}
	return lake.Open(state)
}

// Catalog loads the standard models and, when dir holds a project, its own.
func Catalog(dir string) (*models.Catalog, error) {
	path, err := find(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return models.Load(models.Standard)
	}
	if err != nil {
		return nil, exitcode.With(exitcode.Config, err)
	}
	catalog, err := catalogOf(path)
	return catalog, exitcode.With(exitcode.Config, err)
}

// StateDir is the folder that the lake lies in, unless override names another.
func (p *Project) StateDir(override string) string {
	if override != "" {
		return override
	}
	return p.Config.StateDir()
}

func find(dir string) (string, error) {
	path := filepath.Join(dir, FileName)
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", &missing{path}
	}
	if err != nil {
		return "", fmt.Errorf("looking for the project: %w", err)
	}
	return path, nil
}

// missing says that a folder is no project.
type missing struct{ path string }

func (e *missing) Error() string {
	return fmt.Sprintf("looking for the project: there is no %s: choose its folder with -C DIR, or begin one with `nightjar init DIR`", e.path)
}
func (e *missing) Unwrap() error { return fs.ErrNotExist }

func catalogOf(path string) (*models.Catalog, error) {
	trees := []fs.FS{models.Standard}
	own, err := config.ModelsFolder(path, os.LookupEnv)
	if err != nil {
		return nil, err
	}
	switch info, err := os.Stat(own); {
	case err == nil && info.IsDir():
		trees = append(trees, os.DirFS(own))
	case err == nil:
		return nil, fmt.Errorf("reading the project's models: %s is no folder", own)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("reading the project's models: %w", err)
	}
	catalog, err := models.Load(trees...)
	if err != nil {
		return nil, fmt.Errorf("reading the models (those of the project lie in %s): %w", own, err)
	}
	return catalog, nil
}
