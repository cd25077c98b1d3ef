package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestConfigCheckReadsLogos: a logo is read and checked by config check and by serve, and
// problems name the setting and the file.
func TestConfigCheckReadsLogos(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const shape = `<path d="M0 0H9V9z"/></svg>`
	good := file("good.svg", `<svg viewBox="0 0 9 9">`+shape)
	for name, c := range map[string]struct {
		env  []string
		says string // of the error; "" if there is none
		out  string
	}{
		"good":      {env: []string{"LOGO=" + good, "LOGO_DARK=" + good}, out: "The settings are good."},
		"a script":  {env: []string{"LOGO=" + file("script.svg", `<svg viewBox="0 0 9 9"><script/>`+shape)}, out: "left out: script"},
		"missing":   {env: []string{"LOGO=" + dir + "/none.svg"}, says: "brand.logo: " + dir + "/none.svg: cannot be read: no such file"},
		"directory": {env: []string{"LOGO=" + dir}, says: "brand.logo: " + dir + ": cannot be read: it is no file"},
		"a GIF": {
			env:  []string{"LOGO=" + good, "LOGO_DARK=" + file("x.png", "GIF89a")},
			says: "brand.logo_dark: " + dir + "/x.png: The file is neither",
		},
		"pale": {env: []string{"ACCENT=ffff00"}, says: "brand.accent: The contrast of links on the page is"},
	} {
		command := newCommand(t)
		for _, set := range c.env {
			command.env = append(command.env, "GATEHOUSE_BRAND_"+set)
		}
		status, stdout, stderr := command.run("config", "check")
		if (status == exitOK) != (c.says == "") || !strings.Contains(stderr, c.says) || !strings.Contains(stdout, c.out) {
			t.Errorf("%s: exit %d\n%s%s", name, status, stdout, stderr)
		}
		if c.says == "" {
			continue
		}
		if status, _, stderr := command.run("serve"); status != exitFailure || !strings.Contains(stderr, c.says) {
			t.Errorf("%s: serve: exit %d\n%s", name, status, stderr)
		}
	}
}
