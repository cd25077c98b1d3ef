package main

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
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

// TestServeWearsItsBrand: the pages of an installation whose settings have a brand name it,
// and what they refer to is served.
func TestServeWearsItsBrand(t *testing.T) {
	t.Parallel()
	logo := filepath.Join(t.TempDir(), "logo.svg")
	if err := os.WriteFile(logo, []byte(`<svg viewBox="0 0 9 9"><path d="M0 0H9V9z"/></svg>`), 0o600); err != nil {
		t.Fatal(err)
	}
	c := newCommand(t)
	address := freePort(t)
	c.env = append(
		c.env, "GATEHOUSE_LISTEN="+address, "GATEHOUSE_BRAND_PRODUCT_NAME=Northwind", "GATEHOUSE_BRAND_LOGO="+logo,
		"GATEHOUSE_BRAND_ACCENT=#7a2f8f", "GATEHOUSE_BRAND_SUPPORT=help@northwind.example",
	)
	ctx, stop := contextWithCancel(t)
	done := make(chan int, 1)
	var stdout, stderr lockedBuffer
	go func() {
		done <- run(ctx, []string{"serve"}, c.env, &stdout, &stderr)
	}()
	waitUntil(t, "the link", func() bool { return strings.Contains(stdout.String(), "/admin/welcome/") })
	base := "http://localhost:" + port(address)
	status, page := get(t, base+"/login")
	if status != http.StatusOK || !strings.Contains(page, "Northwind</title>") ||
		!strings.Contains(page, "mailto:help@northwind.example") {
		t.Errorf("%d %s", status, page)
	}
	served := map[string]bool{}
	for _, path := range regexp.MustCompile(`"(/brand/[^"]+)"`).FindAllStringSubmatch(page, -1) {
		if status, body := get(t, base+path[1]); status != http.StatusOK || body == "" {
			t.Errorf("%s: %d", path[1], status)
		}
		served[filepath.Ext(path[1])] = true
	}
	if !served[".svg"] || !served[".css"] {
		t.Errorf("the page refers to %v: %s", served, page)
	}
	stop()
	if status := <-done; status != exitOK {
		t.Errorf("exit %d: %s", status, stderr.String())
	}
}
