package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
)

// codes stands for the part of login.Service that sends and takes codes.
type codes struct {
	waiting login.Waiting
	result  login.Result
	missing error // of Waiting
	err     error // of Resend and Verify
	entries []login.Entry
	sent    int
}

func (c *codes) Waiting(context.Context, login.Entry) (login.Waiting, error) {
	return c.waiting, c.missing
}

func (c *codes) Resend(_ context.Context, e login.Entry) error {
	c.entries = append(c.entries, e)
	c.sent++
	return c.err
}

func (c *codes) Verify(_ context.Context, e login.Entry) (login.Result, error) {
	c.entries = append(c.entries, e)
	return c.result, c.err
}

// waiting is a fixture with a sign-in that waits, and the form that finishes it.
func waiting(t *testing.T) (*fixture, url.Values) {
	t.Helper()
	f := newFixture(t)
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	p := sso.EmailProof{
		ID:         sso.NewID[sso.EmailProofID](now),
		Connection: f.okta.ID,
		CodeState: sso.CodeState{
			SentAt:    now.Add(-time.Minute),
			CodeUntil: now.Add(9 * time.Minute),
		},
	}
	f.codes.waiting = login.Waiting{
		EmailProof: p,
		Enterprise: f.acme,
		Email:      "ada@elsewhere.example",
	}
	f.codes.result = login.Result{
		Outcome:    login.SignedIn,
		Token:      "token",
		Session:    sso.Session{Connection: f.okta.ID},
		Enterprise: f.acme,
		ReturnTo:   "/wiki",
	}
	return f, url.Values{"proof": {string(p.ID)}, "connection": {string(f.okta.ID)}}
}

func with(form url.Values, name string, values ...string) url.Values {
	all := url.Values{name: values}
	for k, v := range form {
		all[k] = v
	}
	return all
}

func TestAnswerThatWaitsForACode(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	f.remote.result = login.Result{
		Outcome: login.CodeSent,
		Proof:   f.codes.waiting.ID,
		Session: sso.Session{Connection: f.okta.ID},
	}
	w := f.post("/saml/"+string(f.okta.ID)+"/acs", url.Values{"SAMLResponse": {"m"}})
	if w.Code != 303 ||
		location(w) != "/login/verify?"+form.Encode() ||
		len(f.browser.started) != 0 {
		t.Fatalf("%d %s", w.Code, location(w))
	}
	body := f.get(location(w)).Body.String()
	for _, want := range []string{
		"Check your mail", "a•••@elsewhere.example", `autocomplete="one-time-code"`,
		`inputmode="numeric"`, "Send a new code", string(f.codes.waiting.ID),
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s:\n%s", want, body)
		}
	}
	if strings.Contains(body, "ada@") {
		t.Error("the address is shown")
	}
}

func TestRightCodeStartsASession(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	w := f.post("/login/verify", with(form, "code", " 123456 "))
	if w.Code != 303 || location(w) != "/wiki" || len(f.browser.started) != 1 {
		t.Fatalf("%d %s", w.Code, location(w))
	}
	if e := f.codes.entries[0]; e.Code != " 123456 " ||
		e.Browser != "browser" ||
		e.Proof != f.codes.waiting.ID {
		t.Errorf("%+v", e)
	}
}

func TestWrongCodes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err     *sso.Error
		missing error
		status  int
		says    string
	}{
		"wrong":  {sso.CodeWrong(), nil, 422, "You have 3 tries left."},
		"locked": {sso.CodeLocked(), nil, 422, "Send a new one."},
		"malformed": {
			&sso.Error{
				Kind:   sso.Invalid,
				Code:   "code_malformed",
				Public: "Enter the six digits.",
			},
			nil,
			422,
			"Enter the six digits.",
		},
		"the code is old": {sso.CodeExpired(), nil, 422, "Send a new code"},
		"the sign-in is over": {
			sso.CodeExpired(), sso.CodeExpired(), 422,
			`href="/login/sso?connection=`,
		},
		"denied": {
			&sso.Error{
				Kind:   sso.Forbidden,
				Code:   "sign_in_denied",
				Public: "Not you.",
			},
			nil,
			403,
			"Not you.",
		},
		"store down": {
			&sso.Error{
				Kind:   sso.Unavailable,
				Code:   "temporarily_unavailable",
				Public: "Later.",
			},
			nil,
			503,
			"Later.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, form := waiting(t)
			f.codes.err, f.codes.missing = c.err, c.missing
			f.codes.waiting.Tries = 2
			w := f.post("/login/verify", with(form, "code", "123456"))
			if w.Code != c.status ||
				!strings.Contains(w.Body.String(), c.says) ||
				strings.Contains(w.Body.String(), `value="123456"`) {
				t.Errorf("%d\n%s", w.Code, w.Body)
			}
			if len(f.browser.started) != 0 || len(w.Result().Cookies()) != 0 {
				t.Error("it left something in the browser")
			}
		})
	}
}

// TestWrongCodeInEveryLanguage: the last try has a form of its own, and a code that is
// locked meanwhile has no tries.
func TestWrongCodeInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		err      *sso.Error
		tries    int
		language string
		says     string
	}{
		{sso.CodeWrong(), 4, "en", "You have 1 try left."},
		{sso.CodeWrong(), 4, "de", "Sie haben noch 1 Versuch."},
		{sso.CodeWrong(), 3, "de", "Sie haben noch 2 Versuche."},
		{sso.CodeWrong(), 2, "ja", "コード</a>（あと 3 回入力できます）"},
		{sso.CodeWrong(), 5, "fr", "Ce code n’est plus valable. Demandez-en un nouveau."},
		{sso.CodeLocked(), 5, "es", "se ha introducido mal demasiadas veces"},
		{sso.CodeExpired(), 0, "pt-BR", "Este código não é mais válido."},
	} {
		f, form := waiting(t)
		f.codes.err, f.codes.waiting.Tries = x.err, x.tries
		r := httptest.NewRequest("POST", "/login/verify", strings.NewReader(with(form, "code", "123456").Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", x.language)
		w := f.do(r)
		if body := w.Body.String(); w.Code != 422 || !strings.Contains(body, x.says) ||
			!strings.Contains(body, `<html lang="`+x.language+`"`) {
			t.Errorf("%s, %d tries: %d\n%s", x.language, x.tries, w.Code, body)
		}
	}
}

// TestCodePageInTheLanguageOfTheVisitor: the page, and the mail that the request sends.
func TestCodePageInTheLanguageOfTheVisitor(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	r := httptest.NewRequest("GET", "/login/verify?"+form.Encode(), nil)
	r.Header.Set("Accept-Language", "ja,en;q=0.5")
	w := f.do(r)
	body := w.Body.String()
	for _, want := range []string{
		`<html lang="ja"`, "<h1>メールの確認</h1>", "<bdi>a•••@elsewhere.example</bdi> にコードを送信しました。",
		"2026年11月24日 10:09 UTC", "6 桁の数字", "<button>続ける", "新しいコードを送信",
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %s:\n%s", want, body)
		}
	}
	if got := w.Header().Get("Content-Language"); got != "ja" {
		t.Errorf("Content-Language: %q", got)
	}
	f.codes.waiting.Problem = "too_many_codes"
	if w := f.do(r); !strings.Contains(w.Body.String(), "コードの送信回数が上限に達しました。") {
		t.Errorf("too many codes:\n%s", w.Body)
	}
}

// TestLanguageOfTheMail: codes are sent in the language that the visitor chose, also
// when an identity provider posts the response from its own site.
func TestLanguageOfTheMail(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	resent := httptest.NewRequest("POST", "/login/verify/resend", strings.NewReader(form.Encode()))
	posted := httptest.NewRequest("POST", "/saml/"+string(f.okta.ID)+"/acs", strings.NewReader("SAMLResponse=m"))
	for _, r := range []*http.Request{resent, posted} {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept-Language", "fr")
		r.AddCookie(&http.Cookie{Name: "__Host-gatehouse-language", Value: "ja"})
		f.do(r)
	}
	if len(f.codes.entries) != 1 || len(f.callbacks) != 1 {
		t.Fatalf("%d entries, %d responses", len(f.codes.entries), len(f.callbacks))
	}
	for _, language := range []func(sso.EnterpriseID) string{f.codes.entries[0].Language, f.callbacks[0].Language} {
		if got := language(f.acme.ID); got != "ja" {
			t.Errorf("got %q", got)
		}
	}
}

func TestVerifyBadInput(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	for name, body := range map[string]url.Values{
		"two codes": with(form, "code", "123456", "654321"),
		"an array":  with(form, "code[]", "123456"),
		"none":      form,
	} {
		f.codes.entries = nil
		f.codes.err = &sso.Error{
			Kind:   sso.Invalid,
			Code:   "code_malformed",
			Public: "Enter the six digits.",
		}
		if w := f.post("/login/verify", body); w.Code != 422 && w.Code != 400 ||
			len(f.codes.entries) > 0 && f.codes.entries[0].Code != "" {
			t.Errorf("%s: %d %+v", name, w.Code, f.codes.entries)
		}
	}
	f.codes.entries = nil
	for _, name := range []string{"email", "address", "to"} {
		if w := f.post(
			"/login/verify",
			with(with(form, "code", "123456"), name, "eve@evil.example"),
		); w.Code != 422 ||
			!strings.Contains(w.Body.String(), "address_fixed_by_idp") ||
			strings.Contains(w.Body.String(), "evil") {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
	for _, proof := range []string{
		"", "x", "proof-", string(f.okta.ID),
		strings.ToUpper(string(f.codes.waiting.ID)),
	} {
		if w := f.post("/login/verify", url.Values{
			"proof": {proof},
			"code":  {"123456"},
		}); w.Code != 422 || !strings.Contains(w.Body.String(), "code_expired") {
			t.Errorf("%q: %d", proof, w.Code)
		}
	}
	if len(f.codes.entries) != 0 {
		t.Errorf("asked about %+v", f.codes.entries)
	}
	r := httptest.NewRequest(
		"POST", "/login/verify", strings.NewReader(`{"code":123456}`),
	)
	r.Header.Set("Content-Type", "application/json")
	if w := f.do(r); w.Code != http.StatusUnsupportedMediaType {
		t.Errorf("JSON: %d", w.Code)
	}
	for _, path := range []string{"/login/verify", "/login/verify/resend"} {
		r := httptest.NewRequest(
			"POST", path, strings.NewReader(with(form, "code", "123456").Encode()),
		)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		if w := f.do(r); w.Code != http.StatusForbidden {
			t.Errorf("%s from another site: %d", path, w.Code)
		}
	}
	if len(f.codes.entries) != 0 {
		t.Error("another site's post got through")
	}
}

func TestResend(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"sent": {nil, 303},
		"mail down": {
			&sso.Error{
				Kind:   sso.Upstream,
				Code:   "mail_unavailable",
				Public: "Later.",
			},
			303,
		},
		"too many": {
			&sso.Error{
				Kind:       sso.TooMany,
				Code:       "too_many_codes",
				Public:     "Wait.",
				RetryAfter: 61 * time.Second,
			},
			429,
		},
		"over": {sso.CodeExpired(), 422},
		"store down": {
			&sso.Error{
				Kind:   sso.Unavailable,
				Code:   "temporarily_unavailable",
				Public: "Later.",
			},
			503,
		},
		"not planned": {context.Canceled, 500},
	} {
		f.codes.err = c.err
		w := f.post("/login/verify/resend", form)
		if w.Code != c.status ||
			c.status == 303 && location(w) != "/login/verify?"+form.Encode() ||
			c.status == 429 && w.Header().Get("Retry-After") != "61" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
	}
	f.codes.waiting.Problem = "mail_unavailable"
	if w := f.get("/login/verify?" + form.Encode()); w.Code != 200 ||
		!strings.Contains(w.Body.String(), "could not send") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestBackAfterTheCode: who is in goes on, whatever they come back from.
func TestBackAfterTheCode(t *testing.T) {
	t.Parallel()
	f, form := waiting(t)
	f.codes.missing = sso.CodeExpired()
	if w := f.get("/login/verify?" + form.Encode()); w.Code != 422 ||
		!strings.Contains(w.Body.String(), "Start again") ||
		!strings.Contains(w.Body.String(), "enterprise_key=acme") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	f.signedIn(f.acme)
	for _, target := range []string{
		"/login/verify?" + form.Encode(), "/login/verify",
	} {
		if w := f.get(target); w.Code != 303 || location(w) != "/" {
			t.Errorf("%s: %d %s", target, w.Code, location(w))
		}
	}
}
