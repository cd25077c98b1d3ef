package mail_test

import (
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"
	"time"
	"unicode"

	"gatehouse/internal/mail"
	"gatehouse/internal/words"
	"gatehouse/sso"
)

// code returns a mail to ada in a language.
func code(l *words.Language) mail.Code {
	return mail.Code{
		To:       "ada@acme.example",
		Language: l,
		Code:     "042042",
		Company:  `Acme <b onclick="x">& Co</b>`,
		Site:     "sso.acme.example",
		Valid:    10 * time.Minute,
	}
}

// TestCodeInEveryLanguage: each mail has its values and no link.
func TestCodeInEveryLanguage(t *testing.T) {
	t.Parallel()
	subjects := map[string]bool{}
	for _, l := range words.All() {
		c := code(l)
		m, err := c.Message()
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"\n\n    042042\n\n", "10", c.Company, c.Site} {
			if strings.Count(m.Text, want) != 1 {
				t.Errorf("%s: lacks %q: %s", l.Tag, want, m.Text)
			}
		}
		if m.To != c.To || m.Language != l.Tag ||
			strings.Contains(m.Subject, "042042") || strings.Contains(m.Text, "http") ||
			strings.ContainsAny(m.Text, "{}") {
			t.Errorf("%s: %+v", l.Tag, m)
		}
		subjects[m.Subject] = true
	}
	if len(subjects) != len(words.All()) {
		t.Errorf("subjects: %v", subjects)
	}
}

// TestCodeIsTranslatedWhole: what the pseudo language leaves outside of brackets is the
// code alone.
func TestCodeIsTranslatedWhole(t *testing.T) {
	t.Parallel()
	for _, valid := range []time.Duration{time.Minute, 10 * time.Minute} {
		c := code(words.Pseudo())
		c.Valid = valid
		m, err := c.Message()
		if err != nil {
			t.Fatal(err)
		}
		rest := m.Subject + m.Text
		for before, after, found := strings.Cut(rest, "⟦"); found; before, after, found = strings.Cut(rest, "⟦") {
			_, after, _ = strings.Cut(after, "⟧")
			rest = before + after
		}
		if strings.ContainsFunc(rest, unicode.IsLetter) || strings.TrimSpace(rest) != "042042" {
			t.Errorf("not in the catalogue: %q", rest)
		}
	}
}

// TestCodeOfABrand: the mail names the product, and has its sender and last lines.
func TestCodeOfABrand(t *testing.T) {
	t.Parallel()
	for _, l := range words.All() {
		c := code(l)
		c.Brand = sso.Brand{
			Product:    "Northwind",
			MailName:   "Northwind, sign-in",
			MailFooter: "Northwind Ltd\nMain street 1",
		}
		m, err := c.Message()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.Text, "Northwind") || strings.Contains(m.Text, c.Site) ||
			!strings.HasSuffix(m.Text, "\n\n-- \nNorthwind Ltd\nMain street 1\n") || m.FromName != c.Brand.MailName {
			t.Errorf("%s: %+v", l.Tag, m)
		}
	}
	c := code(nil)
	c.Brand.Product = "Northwind\nGo to evil.example"
	if _, err := c.Message(); sso.CodeOf(err) != "mail_invalid" {
		t.Errorf("a product of several lines: %v", err)
	}
}

// TestBrandedSender: the name of the sender is the brand's, and the address that of the
// settings.
func TestBrandedSender(t *testing.T) {
	t.Parallel()
	s := serve(t, mail.NoTLS, nil)
	client, err := mail.NewSMTP(mail.Config{
		Addr: s.Addr,
		TLS:  mail.NoTLS,
		From: "Gate <sso@gate.example>",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"":                           "Gate",
		"Nörthwind, \"Sign-in\" <x>": "Nörthwind, \"Sign-in\" <x>",
	} {
		c := code(nil)
		c.Brand.MailName = name
		m, err := c.Message()
		if err != nil {
			t.Fatal(err)
		}
		if err := client.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		all := s.Messages()
		got, err := netmail.ReadMessage(strings.NewReader(all[len(all)-1].Raw))
		if err != nil {
			t.Fatal(err)
		}
		from, err := got.Header.AddressList("From")
		if err != nil || len(from) != 1 || from[0].Name != want || from[0].Address != "sso@gate.example" {
			t.Errorf("%q: from %v (%v)", name, from, err)
		}
	}
	m, err := code(nil).Message()
	if err != nil {
		t.Fatal(err)
	}
	m.FromName = "Northwind\r\nBcc: eve@evil.example"
	if err := client.Send(t.Context(), m); sso.CodeOf(err) != "mail_invalid" {
		t.Errorf("a sender of several lines: %v", err)
	}
}

func TestCodeRefusesNames(t *testing.T) {
	t.Parallel()
	c := code(nil)
	if m, err := c.Message(); err != nil || m.Language != "en" || !strings.Contains(m.Text, "10 minutes") {
		t.Errorf("without a language: %+v, %v", m, err)
	}
	c.Company = "Acme\r\n\r\nGo to evil.example"
	if _, err := c.Message(); sso.CodeOf(err) != "mail_invalid" {
		t.Errorf("a name of several lines: %v", err)
	}
}

// TestCodeInJapanese sends the mail, and reads it as a mail program does.
func TestCodeInJapanese(t *testing.T) {
	t.Parallel()
	s := serve(t, mail.NoTLS, nil)
	client, err := mail.NewSMTP(mail.Config{
		Addr: s.Addr,
		TLS:  mail.NoTLS,
		From: "sso@gate.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := code(words.Find("ja")).Message()
	if err != nil {
		t.Fatal(err)
	}
	if err := client.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	sent := s.Messages()[0].Raw
	for line := range strings.SplitSeq(sent, "\r\n") {
		if len(line) > 78 || strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("a line that servers may change: %q", line)
		}
	}
	got, err := netmail.ReadMessage(strings.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	h := got.Header
	subject, err := new(mime.WordDecoder).DecodeHeader(h.Get("Subject"))
	if err != nil || subject != "サインイン用コード" {
		t.Errorf("subject %q, %v", subject, err)
	}
	if h.Get("Content-Language") != "ja" || h.Get("Content-Type") != "text/plain; charset=UTF-8" {
		t.Errorf("headers: %v", h)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil {
		t.Fatal(err)
	}
	const want = `sso.acme.example（Acme <b onclick="x">& Co</b>）にサインインするためのコード：

    042042

このコードは 10 分間有効です。サインインを開始したブラウザーのウィンドウで入力してください。
このコードは誰にも教えないでください。電話、メール、チャットでお尋ねすることはありません。サインインの操作をしていない場合は、このメールを無視してください。
`
	if got := strings.ReplaceAll(string(text), "\r\n", "\n"); strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("text:\n%s", got)
	}
}

// TestHealthOfABrand: a mail to an admin names the product, too.
func TestHealthOfABrand(t *testing.T) {
	t.Parallel()
	h := mail.Health{
		To:      "it@acme.example",
		Company: "Acme",
		Site:    "sso.acme.example",
		Brand: sso.Brand{
			Product:    "Northwind",
			MailName:   "Northwind",
			MailFooter: "Northwind Ltd",
		},
	}
	m, err := h.Message()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(m.Text, "at Northwind.") || strings.Contains(m.Text, h.Site) ||
		!strings.HasSuffix(m.Text, "\n-- \nNorthwind Ltd\n") || m.FromName != "Northwind" {
		t.Errorf("%+v", m)
	}
}
