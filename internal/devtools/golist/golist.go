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

// Package is one package of the module, with the imports of each kind of file.
type Package struct {
	ImportPath, Dir                    string
	Imports, TestImports, XTestImports []string
}

// InTests returns the imports of the package's tests.
func (p Package) InTests() []string { return append(p.TestImports, p.XTestImports...) }

// Module is the path of this module.
const Module = "gatehouse"

// CompiledPackage is a package with its files and, if it is compiled, the file
// with its export data.
type CompiledPackage struct {
	ImportPath, Dir, Export            string
	GoFiles, TestGoFiles, XTestGoFiles []string
}

// Compiled compiles the packages of the module that dir is in, and lists them
// and all their dependencies, each after its own dependencies.
func Compiled(dir string) ([]CompiledPackage, error) {
	answer, err := goCommand(dir, "list", "-export", "-deps",
		"-json=ImportPath,Dir,Export,GoFiles,TestGoFiles,XTestGoFiles", "./...")
	if err != nil {
		return nil, err
	}
	return decode[CompiledPackage](answer)
}

// decode reads the concatenated JSON objects that the go command writes.
func decode[T any](answer []byte) ([]T, error) {
	var all []T
	for dec := json.NewDecoder(bytes.NewReader(answer)); ; {
		var p T
		switch err := dec.Decode(&p); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, err
		}
		all = append(all, p)
	}
}

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
	return decode[Package](answer)
}

// Required lists the paths of the modules that go.mod requires, directly or indirectly.
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

// Root returns the directory of the go.mod file that dir is below.
func Root(dir string) (string, error) {
	file, err := goCommand(dir, "env", "GOMOD")
	return filepath.Dir(strings.TrimSpace(string(file))), err
}

// Within reports whether an import path is prefix or below it.
func Within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

// Standard reports whether an import path is the standard library's: its first element
// has no dot and is not our module.
func Standard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != Module
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
