package golist

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
)

// Package is one package of the module, with what each kind of its files
// imports.
type Package struct {
	ImportPath, Dir                    string
	Imports, TestImports, XTestImports []string
}

// InTests is what only its tests may have needed to import.
func (p Package) InTests() []string { return append(p.TestImports, p.XTestImports...) }

// Packages lists the packages of the module that dir is in. A package that does
// not compile is listed too.
func Packages(dir string) ([]Package, error) {
	root, err := Root(dir)
	if err != nil {
		return nil, err
	}
	answer, err := goCommand(root, "list", "-e", "-json=ImportPath,Dir,Imports,TestImports,XTestImports", "./...")
	if err != nil {
		return nil, err
	}
	var all []Package
	for dec := json.NewDecoder(bytes.NewReader(answer)); ; {
		var p Package
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, p)
	}
}

// Required lists the paths of the modules that go.mod requires, direct or not.
func Required(dir string) ([]string, error) {
	answer, err := goCommand(dir, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var mod struct{ Require []struct{ Path string } }
	if err := json.Unmarshal(answer, &mod); err != nil {
		return nil, err
	}
	var paths []string
	for _, r := range mod.Require {
		paths = append(paths, r.Path)
	}
	return paths, nil
}

// Root is the directory of the go.mod that dir is under.
func Root(dir string) (string, error) {
	file, err := goCommand(dir, "env", "GOMOD")
	return filepath.Dir(strings.TrimSpace(string(file))), err
}

// Within reports whether an import path is a module's, or below a package.
func Within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// Standard reports whether an import path is the standard library's: the first
// element of everybody else's has a dot, and of ours it is the module.
func Standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "gatehouse"
}

func goCommand(dir string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = dir
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %w: %s", strings.Join(args, " "), err, complaint.Bytes())
	}
	return answer, nil
}
