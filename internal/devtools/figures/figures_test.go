package main

import (
	"testing"

	"gatehouse/internal/devtools/budget"
)

// TestBudgetProduct tests which directories belong to the product.
func TestBudgetProduct(t *testing.T) {
	for path, want := range map[string]bool{
		"web/ui/page.go":             true,
		"internal/mail/smtp.go":      true,
		"internal/demo/demo.go":      false,
		"web/page/gallery_people.go": false,
		"internal/devtools/doc.go":   false,
	} {
		if got := isProduct(path); got != want {
			t.Errorf("isProduct(%q) = %v", path, got)
		}
	}
}

func TestBudgetFigures(t *testing.T) {
	f := &budget.File{Text: []byte("package a\n\n// comment\nvar x = `1\n2\n3`\n\nfunc f() {\n\n}\n")}
	if lines, tokens := f.Code(); lines != 6 || tokens != 12 {
		t.Errorf("Code = %d lines, %d tokens", lines, tokens)
	}
	if got := quantiles([]int{1, 2, 3, 4, 100}); got != "3 4 4 100" {
		t.Errorf("quantiles = %s", got)
	}
	if got := share(1, 8); got != "1 (12.50 %)" {
		t.Errorf("share = %s", got)
	}
}
