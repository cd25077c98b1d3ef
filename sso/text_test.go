package sso_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"unicode/utf16"

	"gatehouse/sso"
)

func wide(text string, order binary.ByteOrder, size int) string {
	var out []byte
	for _, unit := range utf16.Encode([]rune(text)) {
		b := make([]byte, size)
		if size == 2 {
			order.PutUint16(b, unit)
		} else {
			order.PutUint32(b, uint32(unit))
		}
		out = append(out, b...)
	}
	return string(out)
}

func TestPlainText(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	for in, want := range map[string]string{
		"":                   "",
		"{":                  "{",
		"{}":                 "{}",
		mark:                 "",
		mark + "<a/>":        "<a/>",
		mark + mark + "<a/>": mark + "<a/>", // only one is no fault
		"\xef\xbb":           "\xef\xbb",
		"é":                  "é",
		"\x00\x00\x00\x00":   "\x00\x00\x00\x00",
	} {
		if got, err := sso.PlainText([]byte(in)); err != nil || string(got) != want {
			t.Errorf("%q: %q, %v", in, got, err)
		}
	}
	for name, forms := range map[string][]string{
		"UTF-16": {
			wide(mark+"<a/>", binary.LittleEndian, 2),
			wide(mark+"{}", binary.BigEndian, 2),
			wide("<a/>", binary.LittleEndian, 2), wide("{}", binary.BigEndian, 2),
			wide("-", binary.LittleEndian, 2),
		},
		"UTF-32": {
			wide(mark+"<a/>", binary.LittleEndian, 4),
			wide(mark+"{}", binary.BigEndian, 4),
			wide("<a/>", binary.LittleEndian, 4), wide("{}", binary.BigEndian, 4),
		},
	} {
		for _, form := range forms {
			_, err := sso.PlainText([]byte(form))
			if e, ok := errors.AsType[*sso.EncodingError](err); !ok || e.Name != name {
				t.Errorf("%q: %v, want %s", form, err, name)
			}
		}
	}
}
