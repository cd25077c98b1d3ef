package login

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestReadCode(t *testing.T) {
	t.Parallel()
	for _, entered := range []string{
		"123456", "  123456 \t\r\n", "123 456", "123-456", "123 – 456",
		"123\u2011456", "123\u00a0456", "123\u202f456", "\u200b123456",
		"\ufeff123456",
		"\u2066123456\u2069", "1 2 3 4 5 6", "12.34.56", "123456.", "“123456”",
		"123·456", "123\ufe0f456", "123\u00ad456", "１２３４５６", "１２３　４５６", "１２３-456",
	} {
		if got, err := readCode(entered); err != nil || got != "123456" {
			t.Errorf("%q: got %q (%v)", entered, got.Reveal(), err)
		}
	}
	for _, entered := range []string{
		"", "12345", "1234567", "123 45", "123 456 789 012", "123456 123456",
		"12345a", "code 123456", "123456\x00", "\xff123456", "123+456", "-1e5",
		"0x1234",
		"٠١٢٣٤٥", "१२३४५६", "①②③④⑤⑥", "1²3456", "𝟙𝟚𝟛𝟜𝟝𝟞", strings.Repeat("1", 1<<16),
	} {
		if got, err := readCode(entered); sso.CodeOf(err) != "code_malformed" {
			t.Errorf("%.40q is taken for %q (%v)", entered, got.Reveal(), err)
		}
	}
}
