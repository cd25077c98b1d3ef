package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
)

// builds holds the programs that this test process built, each on first use.
var builds = map[bool]func() (string, error){
	false: sync.OnceValues(func() (string, error) {
		return build("gatehouse", "0")
	}),
	true: sync.OnceValues(func() (string, error) {
		return build("gatehouse-race", "1", "-race")
	}),
}

// buildDir is the directory of the programs; Main removes it.
func buildDir() string {
	return filepath.Join(os.TempDir(), fmt.Sprintf("gatehouse-e2e-%d", os.Getpid()))
}

func build(name, cgo string, flags ...string) (string, error) {
	out := filepath.Join(buildDir(), name)
	args := append(
		append([]string{"build"}, flags...), "-o", out, "gatehouse/cmd/gatehouse",
	)
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED="+cgo)
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go %v: %w\n%s", args, err, text)
	}
	return out, nil
}

// Main runs the tests of a package and removes the programs built for them:
//
//	func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }
func Main(m *testing.M) int {
	defer func() { _ = os.RemoveAll(buildDir()) }()
	return m.Run()
}

// Binary returns the path of the program, for tests that start it by a documented
// command.
func Binary(t testing.TB) string { return binary(t, false) }

// binary returns the path of the program: built from this work tree, or the one
// in TEST_GATEHOUSE. With race it is built with the race detector, which needs
// a C compiler; TEST_GATEHOUSE_RACE names such a program.
func binary(t testing.TB, race bool) string {
	t.Helper()
	if given := os.Getenv(map[bool]string{
		false: "TEST_GATEHOUSE",
		true:  "TEST_GATEHOUSE_RACE",
	}[race]); given != "" {
		return given
	}
	if race {
		if _, err := exec.LookPath("gcc"); err != nil {
			Missing(t, "race", "there is no gcc, which a build with the race detector needs")
		}
	}
	path, err := builds[race]()
	if err != nil {
		t.Fatal(err)
	}
	return path
}
