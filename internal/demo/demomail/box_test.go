package demomail_test

import (
	"fmt"
	"net/smtp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demomail"
)

func open(t *testing.T) *demomail.Box {
	t.Helper()
	b, err := demomail.Open(t.Context(), func() time.Time {
		return time.Unix(1, 0)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

func send(b *demomail.Box, to []string, lines ...string) error {
	return smtp.SendMail(
		b.Addr(), nil, "sso@gate.example", to, []byte(strings.Join(lines, "\r\n")),
	)
}

func TestLetters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		lines         []string
		subject, text string // empty: the message is refused
	}{
		"plain": {
			[]string{"Subject: Hello", "", "One", "Two", ""},
			"Hello",
			"One\nTwo",
		},
		"quoted-printable": {
			[]string{
				"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=",
				"Content-Transfer-Encoding: quoted-printable", "", "=C3=BC=", "ber",
			},
			"Grüße",
			"über",
		},
		"two forms": {
			[]string{
				"Subject: Two",
				"Content-Type: multipart/alternative; boundary=b",
				"",
				"--b",
				"Content-Type: text/html",
				"",
				"<b>no</b>",
				"--b",
				"Content-Type: text/plain; charset=utf-8",
				"Content-Transfer-Encoding: quoted-printable",
				"",
				"1 =3D 1",
				"--b--",
			},
			"Two",
			"1 = 1",
		},
		"not UTF-8": {[]string{"Subject: Bytes", "", "a\xffb"}, "Bytes", "a�b"},
		"no plain text": {
			[]string{
				"Subject: No", "Content-Type: multipart/mixed; boundary=b", "",
				"--b", "Content-Type: text/html", "", "<b>no</b>", "--b--",
			},
			"",
			"",
		},
		"no header": {[]string{"nothing like a letter"}, "", ""},
		"cut short": {
			[]string{
				"Subject: No", "Content-Type: multipart/mixed; boundary=b", "",
				"--b", "Content-Type: text/plain", "", "half",
			},
			"",
			"",
		},
		"long": {
			[]string{
				"Subject: Long",
				"",
				strings.Repeat(strings.Repeat("x", 62)+"\r\n", 2_000),
			},
			"Long",
			strings.TrimSpace(strings.Repeat(strings.Repeat("x", 62)+"\n", 1_024)),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			err := send(
				b, []string{"ada@acme.example"},
				append([]string{"From: sso@gate.example"}, c.lines...)...,
			)
			var want []demomail.Letter
			if c.subject != "" {
				want = []demomail.Letter{{
					To:      "ada@acme.example",
					From:    "sso@gate.example",
					Subject: c.subject,
					Text:    c.text,
					At:      time.Unix(1, 0),
				}}
			}
			if diff := cmp.Diff(want, b.Letters()); diff != "" || (err != nil) != (c.subject == "") {
				t.Errorf("error %v; %s", err, diff)
			}
		})
	}
}

// TestNewestFirst tests that a message to several recipients becomes several letters,
// and that the oldest letters are dropped.
func TestNewestFirst(t *testing.T) {
	t.Parallel()
	b := open(t)
	for i := range 30 {
		if err := send(
			b, []string{"a@x.example", "b@x.example"}, fmt.Sprint("Subject: ", i),
			"", "text",
		); err != nil {
			t.Fatal(err)
		}
	}
	all := b.Letters()
	if len(all) != 50 ||
		all[0].Subject != "29" ||
		all[0].To != "b@x.example" ||
		all[49].Subject != "5" {
		t.Errorf("%d letters, from %+v to %+v", len(all), all[0], all[len(all)-1])
	}
}

// TestClosed tests that a closed box does not listen, and that a box can be closed
// right after Open.
func TestClosed(t *testing.T) {
	t.Parallel()
	b, err := demomail.Open(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := send(b, []string{"a@x.example"}, "Subject: x", "", "text"); err == nil {
		t.Error("it was taken")
	}
}
